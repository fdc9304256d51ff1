/** A thread that shares nothing and asks for nothing: what the machine itself gives to a second one. */
import { workerData } from "node:worker_threads";
import { Gauge } from "@helix/hil/measure";

/** About a millisecond. */
const STEPS = 500_000;

const gauge = new Gauge(workerData as SharedArrayBuffer);
for (let rounds = 1, state = 1, isMeasured = true; isMeasured; rounds++) {
  for (let step = 0; step < STEPS; step++) state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
  const { user, system } = process.threadCpuUsage();
  isMeasured = gauge.pass(rounds, (user + system) / 1e6);
}
