/**
 * Generic Modbus driver, and the Modbus layer that makers' drivers build on: codec, links, registers,
 * telemetry, setpoints. The loader reads `helixDriverManifest` and nothing else.
 */
export * from "./channels.ts";
export * from "./codec/answer.ts";
export * from "./codec/mbap.ts";
export * from "./codec/request.ts";
export * from "./codec/rtu.ts";
export { WireFault } from "./codec/wire-fault.ts";
export { type ModbusGenericConfig, modbusGenericConfig } from "./config.ts";
export { ModbusGenericDriver } from "./driver.ts";
export * from "./link/link.ts";
export { helixDriverManifest } from "./manifest.ts";
export * from "./registers.ts";
