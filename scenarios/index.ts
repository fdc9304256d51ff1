/**
 * The scenario language: its shape, and the library of scenarios beside this file. What the words
 * mean (units, times, faults) is hil's to say; this package is data and its schema.
 */
export type { CommandText, PointText } from "./commands.ts";
export type { ExpectationText, KnownWords } from "./expectations.ts";
export type { FaultParameters, FaultText } from "./faults.ts";
export type { OnceText, RampText, RecipeText, RepeatedText, ScheduleText } from "./schedules.ts";
export { type ScenarioText, scenarioSchema, scenarioSchemaForEditors } from "./schema.ts";
