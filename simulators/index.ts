/** The instruments' other end: processes that speak the instruments' protocols, with a twin inside. */
import { fileURLToPath } from "node:url";

export type * from "./control.ts";
export type { ModbusDeviceFault, ModbusFaultReceipt } from "./modbus-device/faults.ts";
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
  /** Path of the module to start as a process of its own. */
  readonly module: string;
  /** URL of the SimulatorProgram, to run it on a host of a virtual world. */
  readonly program: string;
}

export const SIMULATORS: ReadonlyMap<string, SimulatorModules> = new Map([
  [
    "sartorius-biostat",
    {
      module: fileURLToPath(new URL("./sartorius-biostat/main.ts", import.meta.url)),
      program: new URL("./sartorius-biostat/simulator.ts", import.meta.url).href,
    },
  ],
  [
    "modbus-device",
    {
      module: fileURLToPath(new URL("./modbus-device/main.ts", import.meta.url)),
      program: new URL("./modbus-device/simulator.ts", import.meta.url).href,
    },
  ],
]);
