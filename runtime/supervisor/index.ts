/** Runs instruments: loads drivers, keeps connections, streams, dispatches commands, records. */
export { formerRecords } from "./carried-state.ts";
export { CommandRefusedError, type CommandReport, type CommandResolution } from "./command-desk.ts";
export { describeCommand } from "./describe-command.ts";
export { type DriverHost, DriverLoadError, type LoadedDriver } from "./driver-host.ts";
export type { SupervisorEvent } from "./events.ts";
export { createInProcessHost } from "./in-process-host.ts";
export { createSupervisor, type Supervisor, type SupervisorOptions } from "./supervisor.ts";
