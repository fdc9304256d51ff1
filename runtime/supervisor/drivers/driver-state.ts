import type { InstrumentStatus } from "@helix/hal";

/** Where a driver is in its life (HELIX-HAL-0001 section 6.3). */
export type DriverState =
  /** Code on disk that nobody vouches for. */
  | "Unregistered"
  /** On record, and not loaded. */
  | "Registered"
  /** There is an instance, not yet connected. */
  | "Loaded"
  /** Connected. */
  | "Active"
  | "Reconnecting"
  /** Loaded, and not connected until a person does something. */
  | "FaultIsolated"
  | "Reloading";

const STATES: { readonly [State in InstrumentStatus["state"]]: DriverState } = {
  Uninitialized: "Loaded",
  Connecting: "Reconnecting",
  Connected: "Active",
  Streaming: "Active",
  Degraded: "Active",
  Disconnecting: "Active",
  Disconnected: "Reconnecting",
  FaultIsolated: "FaultIsolated",
};

/** Of a driver that is loaded. */
export const driverState = ({ state }: InstrumentStatus, isReplacing: boolean): DriverState =>
  isReplacing ? "Reloading" : STATES[state];
