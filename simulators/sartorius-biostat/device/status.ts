/** Names of the OPC UA status codes that the unit answers with. */
export type Answer = "Good" | "BadOutOfRange" | "BadInvalidState" | "BadInvalidArgument" | "BadDeviceFailure";
/** Quality of a process value. */
export type ValueStatus =
  | "Good"
  | "UncertainSensorNotAccurate"
  | "UncertainEngineeringUnitsExceeded"
  | "BadDeviceFailure";
export type Mode = "Run" | "Hold" | "Standby";

export const MODES: readonly Mode[] = ["Run", "Hold", "Standby"];
