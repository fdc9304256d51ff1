/** The bench: reads scenarios, injects faults, runs them on a rig and judges what happened. */

export type {
  DiskAccess,
  FaultAccess,
  HostAccess,
  InstrumentAccess,
  LinkAccess,
  PartitionFigures,
  PlantAccess,
} from "./faults/access/access.ts";
export { FAULT_CATALOGUE, type FaultKind, faultParameters } from "./faults/catalogue.ts";
export { startTcpFaultProxy, type TcpFaultProxy } from "./faults/tcp-fault-proxy.ts";
export { knownParts } from "./parts.ts";
export { type CheckedScenario, checkLibrary, type LibraryCheck } from "./rigs/check-library.ts";
export type { KnownParts } from "./scenario/known-parts.ts";
export { knownWords } from "./scenario/known-words.ts";
export type { Plan } from "./scenario/plan.ts";
export { readScenario } from "./scenario/read-scenario.ts";
