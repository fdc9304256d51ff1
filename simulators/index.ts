/** The instruments' other end: processes that speak the instruments' protocols, with a twin inside. */
import { fileURLToPath } from "node:url";
import type { InstrumentFault } from "./instrument-fault.ts";
import { MODBUS_DEVICE_FAULTS } from "./modbus-device/faults.ts";
import { BIOSTAT_FAULTS } from "./sartorius-biostat/device/faults/disturbance-of.ts";

export type * from "./control.ts";
export {
  type ModbusDeviceParts,
  type RunningModbusDevice,
  startModbusDevice,
} from "./modbus-device/modbus-device.ts";
export type { ModbusDeviceOptions } from "./modbus-device/options.ts";
export type { BiostatSimulatorOptions } from "./sartorius-biostat/options.ts";
export { VESSEL_UNITS } from "./sartorius-biostat/truth-units.ts";

/** What there is of a simulator, by the name that scenarios use. */
export interface SimulatorModules {
  /** Names of the faults that it can do. */
  readonly faults: readonly InstrumentFault["inject"][];
  /** Path of the module to start as a process of its own. */
  readonly module: string;
  /** URL of the SimulatorProgram, to run it on a host of a virtual world. */
  readonly program: string;
}

export const SIMULATORS: ReadonlyMap<string, SimulatorModules> = new Map([
  [
    "sartorius-biostat",
    {
      faults: BIOSTAT_FAULTS,
      module: fileURLToPath(new URL("./sartorius-biostat/main.ts", import.meta.url)),
      program: new URL("./sartorius-biostat/simulator.ts", import.meta.url).href,
    },
  ],
  [
    "modbus-device",
    {
      faults: MODBUS_DEVICE_FAULTS,
      module: fileURLToPath(new URL("./modbus-device/main.ts", import.meta.url)),
      program: new URL("./modbus-device/simulator.ts", import.meta.url).href,
    },
  ],
]);
