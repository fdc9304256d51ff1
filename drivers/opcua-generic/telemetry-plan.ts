/** What a driver streams: its channels, and the nodes behind them. */
import type { ChannelDescriptor } from "@helix/hal";
import type { DataValue } from "node-opcua-client";

export interface StreamedChannel {
  readonly descriptor: ChannelDescriptor;
  readonly valueNodeId: string;
  /** Undefined where the channel has no setpoint. */
  readonly setpointNodeId: string | undefined;
  /** ms asked of the server; 0 asks for the fastest it can. */
  readonly samplingIntervalMs: number;
}

export interface TelemetryPlan {
  readonly channels: readonly StreamedChannel[];
  /** Node with the instrument's alarms, one bit each; undefined where there is none. */
  readonly alarmNodeId: string | undefined;
  readonly publishingIntervalMs: number;
}

/** NaN where there is no number: a bad value often comes without one. */
export function numberOf(value: DataValue): number {
  const content: unknown = value.value?.value;
  if (typeof content === "number") return content;
  if (typeof content === "boolean") return content ? 1 : 0;
  return Number.NaN;
}
