import { type DriverManifest, HELIX_HAL_ABI_VERSION } from "@helix/hal";
import { type ModbusGenericConfig, modbusGenericConfig } from "./config.ts";
import { DRIVER_NAME, DRIVER_VERSION, ModbusGenericDriver } from "./driver.ts";

export const helixDriverManifest: DriverManifest<ModbusGenericConfig> = {
  abiVersion: HELIX_HAL_ABI_VERSION,
  driverName: DRIVER_NAME,
  driverVersion: DRIVER_VERSION,
  supportedModels: ["modbus-generic"],
  minHelixVersion: "0.1.0",
  configSchema: modbusGenericConfig,
  createInstance: (config, context) => new ModbusGenericDriver(config, context),
  destroyInstance: (instance) => instance.disconnect(),
};
