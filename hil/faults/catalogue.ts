/**
 * The faults that a scenario may inject, each from a module of its own. Planning, injection, receipts
 * and the table that people read are all made from this list.
 */

import type { FaultKind } from "./fault-kind.ts";
import { clockStep } from "./host/clock-step.ts";
import { diskFull } from "./host/disk-full.ts";
import { fsyncError } from "./host/fsync-error.ts";
import { processKilled } from "./host/process-killed.ts";
import { runtimePowerCut } from "./host/runtime-power-cut.ts";
import { slowDisk } from "./host/slow-disk.ts";
import { acknowledgedNotExecuted } from "./instrument/acknowledged-not-executed.ts";
import { clockJump } from "./instrument/clock-jump.ts";
import { clockSkew } from "./instrument/clock-skew.ts";
import { drift } from "./instrument/drift.ts";
import { firmwareChange } from "./instrument/firmware-change.ts";
import { frozenValue } from "./instrument/frozen-value.ts";
import { interlock } from "./instrument/interlock.ts";
import { lostCalibration } from "./instrument/lost-calibration.ts";
import { noise } from "./instrument/noise.ts";
import { restart } from "./instrument/restart.ts";
import { saturatedSensor } from "./instrument/saturated-sensor.ts";
import { slowToAcknowledge } from "./instrument/slow-to-acknowledge.ts";
import { spike } from "./instrument/spike.ts";
import { stuckValve } from "./instrument/stuck-valve.ts";
import { bandwidth } from "./link/bandwidth.ts";
import { corruptBytes } from "./link/corrupt-bytes.ts";
import { drip } from "./link/drip.ts";
import { halfOpen } from "./link/half-open.ts";
import { jitter } from "./link/jitter.ts";
import { latency } from "./link/latency.ts";
import { loss } from "./link/loss.ts";
import { duplicate, reorder } from "./link/not-on-tcp.ts";
import { partition } from "./link/partition.ts";
import { reset } from "./link/reset.ts";
import { truncatedMessage } from "./link/truncated-message.ts";
import { contamination } from "./plant/contamination.ts";
import { feedPumpStall } from "./plant/feed-pump-stall.ts";
import { foaming } from "./plant/foaming.ts";
import { gasSupplyLoss } from "./plant/gas-supply-loss.ts";
import { powerCut } from "./plant/power-cut.ts";
import { probeFouling } from "./plant/probe-fouling.ts";
import { busy } from "./protocol/busy.ts";
import { errorCode } from "./protocol/error-code.ts";
import { silentSubscription } from "./protocol/silent-subscription.ts";
import { staleTimestamp } from "./protocol/stale-timestamp.ts";

export type { FaultKind } from "./fault-kind.ts";

const LINK = [
  partition,
  latency,
  jitter,
  bandwidth,
  loss,
  halfOpen,
  reset,
  drip,
  corruptBytes,
  truncatedMessage,
  reorder,
  duplicate,
];
const PROTOCOL = [staleTimestamp, silentSubscription, errorCode, busy];
const INSTRUMENT = [
  drift,
  frozenValue,
  spike,
  noise,
  saturatedSensor,
  lostCalibration,
  stuckValve,
  interlock,
  slowToAcknowledge,
  acknowledgedNotExecuted,
  restart,
  firmwareChange,
  clockSkew,
  clockJump,
];
const PLANT = [probeFouling, feedPumpStall, gasSupplyLoss, foaming, contamination, powerCut];
const HOST = [processKilled, runtimePowerCut, clockStep, diskFull, fsyncError, slowDisk];

export const FAULT_CATALOGUE: ReadonlyMap<string, FaultKind> = new Map(
  [...LINK, ...PROTOCOL, ...INSTRUMENT, ...PLANT, ...HOST].map((kind) => [kind.name, kind]),
);

/** @throws Error for a name that is not in the catalogue */
export function faultKind(name: string): FaultKind {
  const kind = FAULT_CATALOGUE.get(name);
  if (!kind) throw new Error(`there is no fault "${name}"`);
  return kind;
}
