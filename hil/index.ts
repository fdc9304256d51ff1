/** The bench: reads scenarios, injects faults, runs them on a rig and judges what happened. */
export { FAULT_CATALOGUE, type FaultKind } from "./faults/catalogue.ts";
export { type PartitionFigures, startTcpFaultProxy, type TcpFaultProxy } from "./faults/tcp-fault-proxy.ts";
export type { KnownParts } from "./scenario/known-parts.ts";
export type { Plan } from "./scenario/plan.ts";
export { readScenario } from "./scenario/read-scenario.ts";
