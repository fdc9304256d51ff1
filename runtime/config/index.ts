/**
 * What people write for HELIX: helix.toml, and the reporting of what is wrong in such files.
 */

export { ConfigSource } from "./config-source.ts";
export { checkDriverConfig } from "./driver-config.ts";
export type { HelixConfig, InstrumentConfig } from "./helix-config.ts";
export { loadHelixConfig, readHelixConfig } from "./helix-toml.ts";
export { editDistance, nearest } from "./nearest.ts";
export { type Locate, type Path, type Position, positionAt } from "./position.ts";
export { formatProblems, type Problem, ProblemsError } from "./problems.ts";
export { problemsFromIssues } from "./schema-problems.ts";
export { locateInToml } from "./toml-positions.ts";
export type { TwinConfig } from "./twin-config.ts";
