/**
 * The scenario language: its shape, and the library of scenarios beside this file. What the words
 * mean (units, times, faults) is hil's to say; this package is data and its schema.
 */
export * from "./schema.ts";
