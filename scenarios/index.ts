/**
 * The scenario language: its shape, and the library of scenarios beside this file. What the words
 * mean (units, times, faults) is hil's to say; this package is data and its schema.
 */
export type { CommandText, PointText } from "./commands.ts";
export type { ExpectationText } from "./expectations.ts";
export type { FaultParameters, FaultText, ParameterKind } from "./faults.ts";
export type { OnceText, RampText, RecipeText, RepeatedText, ScheduleText } from "./schedules.ts";
export { type EditorSchema, type ScenarioText, scenarioSchema, scenarioSchemaForEditors } from "./schema.ts";
export type { KnownPatterns, KnownWords } from "./words.ts";
