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

/** Modules to start as a process of their own, by the name that scenarios use. */
export const SIMULATORS: ReadonlyMap<string, { readonly module: string }> = new Map([
  ["sartorius-biostat", { module: fileURLToPath(new URL("./sartorius-biostat/main.ts", import.meta.url)) }],
  ["modbus-device", { module: fileURLToPath(new URL("./modbus-device/main.ts", import.meta.url)) }],
]);
