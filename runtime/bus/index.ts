/** How frames travel inside the runtime: a bounded channel per instrument, then one shared ring. */
export * from "./frame-channel.ts";
export * from "./observable.ts";
export * from "./telemetry-ring.ts";
