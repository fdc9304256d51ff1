/** The door for whoever steps one twin beside something: simulators, the runtime. No ensembles, no SBML. */
export type { Kernel } from "./compile/kernel.ts";
export { compileTerms, type Evaluator } from "./compile/observer.ts";
export { buildProgram, type Program } from "./compile/program.ts";
export { compileToWebAssembly } from "./compile/webassembly.ts";
export { ModelError } from "./language/diagnostic.ts";
export type { TwinModel } from "./language/model.ts";
export { readModel } from "./language/read-model.ts";
export { libraryFile, loadLibraryModel, withParts } from "./library/library.ts";
export { LiveTwin } from "./live-twin.ts";
export { METHODS } from "./solvers/choose.ts";
export { Simulation } from "./solvers/simulation.ts";
