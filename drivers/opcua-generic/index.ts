/**
 * Generic OPC UA driver, and the OPC UA layer that makers' drivers build on: session, subscription,
 * telemetry, setpoints. The loader reads `helixDriverManifest` and nothing else.
 */
export * from "./channel-sequence.ts";
export * from "./commands.ts";
export { type OpcUaGenericConfig, opcUaGenericConfig } from "./config.ts";
export { OpcUaGenericDriver } from "./driver.ts";
export { OpcUaInstrument } from "./instrument.ts";
export { helixDriverManifest } from "./manifest.ts";
export * from "./node-check.ts";
export { clientApplicationUri, ensureClientCertificate } from "./pki.ts";
export * from "./server-health.ts";
export { OpcUaSession, type RequestLimits } from "./session.ts";
export { readSetpointNodes } from "./setpoints.ts";
export * from "./settings.ts";
export { sourceTaiNs } from "./source-time.ts";
export { loadOpcUaStack } from "./stack.ts";
export { type OpcUaStatus, statusOfError, statusText } from "./status-codes.ts";
export { numberOf, type StreamedChannel, type TelemetryPlan } from "./telemetry-plan.ts";
