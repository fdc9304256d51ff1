/**
 * HELIX-HAL: the contract between the runtime and every instrument driver (HELIX-HAL-0001).
 * This package is the only thing a driver imports from HELIX. It knows no protocol and no plant.
 */
export * from "./backpressure.ts";
export * from "./calibratable.ts";
export * from "./commandable.ts";
export * from "./context.ts";
export * from "./crc32c.ts";
export * from "./errors.ts";
export * from "./frame.ts";
export * from "./identity.ts";
export * from "./instrument.ts";
export * from "./manifest.ts";
export * from "./quality.ts";
export * from "./telemetry.ts";
export * from "./time.ts";
export * from "./units.ts";
