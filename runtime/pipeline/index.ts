/** What happens to a frame between the driver's channel and everyone who reads it. */
export * from "./pipeline.ts";
export * from "./sequence-tracker.ts";
