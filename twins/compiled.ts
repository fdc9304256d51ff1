/**
 * The compiled twin engine: models as text, solvers printed from one expression graph, ensembles.
 */
export { Graph, LEVEL, type Level, type NodeId, reachable } from "./compile/graph.ts";
export { compileToJavaScript } from "./compile/javascript.ts";
export type { Kernel } from "./compile/kernel.ts";
export { compileTerms, type Evaluator } from "./compile/observer.ts";
export { buildProgram, type Program } from "./compile/program.ts";
export { compileToWebAssembly } from "./compile/webassembly.ts";
export {
  type Band,
  type EnsembleEngine,
  type EnsembleOptions,
  type EnsembleResult,
  type Progress,
  QUANTILES,
  runEnsemble,
  startEnsembles,
} from "./ensemble/ensemble.ts";
export { type Measure, MeasureError } from "./ensemble/measures.ts";
export { type EnsemblePlan, type Start, type Strategy } from "./ensemble/plan.ts";
export { type Replay, replayRun } from "./ensemble/replay.ts";
export { parseVariation, type Variation, VariationError } from "./ensemble/variation.ts";
export { type BalanceResult, testBalances } from "./language/balances.ts";
export { type Diagnostic, formatDiagnostic, ModelError } from "./language/diagnostic.ts";
export type * from "./language/model.ts";
export { readModel } from "./language/read-model.ts";
export { type ReferenceBatch, runReferenceBatch } from "./library/indpensim-batch.ts";
export { LIBRARY, libraryFile, loadLibraryModel, PARTS, withParts } from "./library/library.ts";
export { runSbml, type SbmlCourse } from "./sbml/run-sbml.ts";
export { SbmlError, SbmlRefusal } from "./sbml/sbml-error.ts";
export { readSbml, type SbmlModel, twinForEnsembles, type Wanted } from "./sbml/twin-of.ts";
export { type Choice, chooseMethod, METHODS } from "./solvers/choose.ts";
export { DP5 } from "./solvers/dp5.ts";
export type { FailureReason, Outcome } from "./solvers/outcome.ts";
export { RODAS4 } from "./solvers/rodas4.ts";
export { type Changes, type Segments, segmentsOf } from "./solvers/schedule.ts";
export { Simulation, SimulationError, type SimulationOptions } from "./solvers/simulation.ts";
export type { Method, MethodName } from "./solvers/step.ts";
export {
  DEFAULT_TOLERANCE,
  runTrajectories,
  type SolverOptions,
  solverOptions,
  type Trajectories,
  type TrajectorySink,
} from "./solvers/trajectories.ts";
export { type EstimatedStart, estimatedStart } from "./whatif/estimated-start.ts";
export { type Limit, parseLimit } from "./whatif/limits.ts";
export { type Decision, type Optimisation, type Optimum, optimise } from "./whatif/optimise.ts";
export { type Ranking } from "./whatif/ranking.ts";
export { type RecordedRun, RecordedRunError, readRecordedRun } from "./whatif/recorded-run.ts";
export { sobolIndices } from "./whatif/sobol-indices.ts";
export { answerWhatIf, type WhatIfAnswer, type WhatIfQuestion } from "./whatif/what-if.ts";
