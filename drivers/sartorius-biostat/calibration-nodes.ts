/**
 * The unit's own account of its calibration (PROTOCOL.md, "Calibration"): of the channel calibrated
 * last, or being calibrated now.
 */
import { type OpcUaSession, type RequestLimits, sourceTaiNs } from "@helix/driver-opcua-generic";
import { dateToTaiNs } from "@helix/hal";
import type { DataValue } from "node-opcua-client";
import { IDENTIFICATION, node, UPTIME_SECONDS } from "./address-space.ts";

/** What a single question to the unit may take, ms. */
const REQUEST_BUDGET_MS = 5000;

export const calibrationLimits = (operation: string, signal: AbortSignal): RequestLimits => ({
  operation,
  budgetMs: REQUEST_BUDGET_MS,
  signal,
});

export interface CalibrationNodes {
  readonly state: string;
  readonly channelName: string;
  readonly measured: readonly number[];
  readonly slope: number;
  readonly intercept: number;
  /** ns, TAI; undefined when never calibrated. */
  readonly lastNs: bigint | undefined;
  readonly message: string;
  readonly firmwareVersion: string;
  /** Now, by the unit's clock: ns, TAI. */
  readonly nowNs: bigint;
}

/** @throws InstrumentError Timeout, ConnectionLost */
export async function readCalibration(
  session: OpcUaSession,
  limits: RequestLimits,
): Promise<CalibrationNodes> {
  const names = ["State", "Channel", "Measured", "Slope", "Intercept", "LastTime", "Message"];
  const nodeIds = [...names.map((name) => node(`Calibration.${name}`)), IDENTIFICATION.firmwareVersion];
  // The unit stamps its uptime with its own clock; ours may count other days than it does.
  const [uptime, ...values] = await session.read([UPTIME_SECONDS, ...nodeIds], limits);
  const contents = values.map((value) => value.value?.value as unknown);
  const [state, channelName, measured, slope, intercept, lastTime, message, firmwareVersion] = contents;
  return {
    state: String(state),
    channelName: String(channelName),
    measured: isNumbers(measured) ? Array.from(measured) : [],
    slope: Number(slope ?? Number.NaN),
    intercept: Number(intercept ?? Number.NaN),
    lastNs: lastTime instanceof Date && lastTime.getTime() > 0 ? dateToTaiNs(lastTime) : undefined,
    message: typeof message === "string" ? message : "",
    firmwareVersion: typeof firmwareVersion === "string" ? firmwareVersion : "",
    nowNs: sourceTaiNs(uptime as DataValue, session.target.context.clock),
  };
}

const isNumbers = (value: unknown): value is ArrayLike<number> =>
  Array.isArray(value) || value instanceof Float64Array;
