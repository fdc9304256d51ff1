/**
 * The run record: everything a run of a scenario left behind, one JSON object per line, and all
 * that a report may know. Times are plant time in s since inoculation ("batch age") unless named
 * otherwise; 64-bit counters are decimal text. The order of lines is the order of events.
 */
export * from "./lines.ts";
