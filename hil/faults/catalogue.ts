/**
 * The faults that a scenario may inject, each from a module of its own. Planning, injection, receipts
 * and the table that people read are all made from this list.
 */

import type { FaultParameters } from "@helix/scenarios";
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
import { lineBreak } from "./link/break.ts";
import { corruptBytes } from "./link/corrupt-bytes.ts";
import { drip } from "./link/drip.ts";
import { duplicate } from "./link/duplicate.ts";
import { halfOpen } from "./link/half-open.ts";
import { jitter } from "./link/jitter.ts";
import { latency } from "./link/latency.ts";
import { loss } from "./link/loss.ts";
import { partition } from "./link/partition.ts";
import { reorder } from "./link/reorder.ts";
import { reset } from "./link/reset.ts";
import { truncatedMessage } from "./link/truncated-message.ts";
import { unplug } from "./link/unplug.ts";
import { parameterKind } from "./parameter-kind.ts";
import { contamination } from "./plant/contamination.ts";
import { feedPumpStall } from "./plant/feed-pump-stall.ts";
import { foaming } from "./plant/foaming.ts";
import { gasSupplyLoss } from "./plant/gas-supply-loss.ts";
import { powerCut } from "./plant/power-cut.ts";
import { probeFouling } from "./plant/probe-fouling.ts";
import { busy } from "./protocol/busy.ts";
import { errorCode } from "./protocol/error-code.ts";
import { exception } from "./protocol/exception.ts";
import { lateAnswer } from "./protocol/late-answer.ts";
import { noAnswer } from "./protocol/no-answer.ts";
import { previousAnswer } from "./protocol/previous-answer.ts";
import { shortAnswer } from "./protocol/short-answer.ts";
import { silentSubscription } from "./protocol/silent-subscription.ts";
import { staleTimestamp } from "./protocol/stale-timestamp.ts";
import { swappedWords } from "./protocol/swapped-words.ts";
import { wrongChecksum } from "./protocol/wrong-checksum.ts";
import { wrongFunctionCode } from "./protocol/wrong-function-code.ts";
import { wrongRegister } from "./protocol/wrong-register.ts";
import { wrongTransactionId } from "./protocol/wrong-transaction-id.ts";
import { wrongUnitId } from "./protocol/wrong-unit-id.ts";

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
  unplug,
  lineBreak,
];
const PROTOCOL = [
  staleTimestamp,
  silentSubscription,
  errorCode,
  exception,
  busy,
  noAnswer,
  lateAnswer,
  previousAnswer,
  wrongUnitId,
  wrongRegister,
  swappedWords,
  wrongTransactionId,
  wrongFunctionCode,
  wrongChecksum,
  shortAnswer,
];
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

/** Keys of each fault's own, as the scenario language has them. */
export const faultParameters = (): FaultParameters =>
  Object.fromEntries(
    [...FAULT_CATALOGUE.values()].map(({ name, parameters }) => [
      name,
      Object.fromEntries(
        Object.entries(parameters).map(([key, parameter]) => [key, parameterKind(parameter)]),
      ),
    ]),
  );

/** @throws Error for a name that is not in the catalogue */
export function faultKind(name: string): FaultKind {
  const kind = FAULT_CATALOGUE.get(name);
  if (!kind) throw new Error(`there is no fault "${name}"`);
  return kind;
}
