/** The nodes that a stream monitors, and what each of them means. */
import type { StreamConfig } from "@helix/hal";
import type { MonitoredNode } from "./subscription.ts";
import type { StreamedChannel, TelemetryPlan } from "./telemetry-plan.ts";

export type Role =
  | { readonly is: "value"; readonly channel: StreamedChannel }
  | { readonly is: "setpoint"; readonly channelId: number }
  | { readonly is: "alarms" };

export interface NodeWithRole extends MonitoredNode {
  readonly role: Role;
}

/** Values, setpoints and alarms of the channels that `config` asks for. */
export function monitoredNodes(plan: TelemetryPlan, config: StreamConfig): readonly NodeWithRole[] {
  const wanted = new Set(config.channelMask);
  const channels = plan.channels.filter((c) => wanted.size === 0 || wanted.has(c.descriptor.id));
  const values = channels.map((channel): NodeWithRole => {
    const rateHz = config.rateOverrides.get(channel.descriptor.id);
    return {
      nodeId: channel.valueNodeId,
      samplingIntervalMs: rateHz === undefined ? channel.samplingIntervalMs : 1000 / rateHz,
      role: { is: "value", channel },
    };
  });
  const setpoints = channels.flatMap(({ setpointNodeId, descriptor }): NodeWithRole[] =>
    setpointNodeId === undefined
      ? []
      : [atOnce(setpointNodeId, { is: "setpoint", channelId: descriptor.id })],
  );
  const alarms = plan.alarmNodeId === undefined ? [] : [atOnce(plan.alarmNodeId, { is: "alarms" })];
  return [...values, ...setpoints, ...alarms];
}

const atOnce = (nodeId: string, role: Role): NodeWithRole => ({ nodeId, samplingIntervalMs: 0, role });
