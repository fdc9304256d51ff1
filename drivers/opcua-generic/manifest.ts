import { type DriverManifest, HELIX_HAL_ABI_VERSION } from "@helix/hal";
import { type OpcUaGenericConfig, opcUaGenericConfig } from "./config.ts";
import { DRIVER_NAME, DRIVER_VERSION, OpcUaGenericDriver } from "./driver.ts";

export const helixDriverManifest: DriverManifest<OpcUaGenericConfig> = {
  abiVersion: HELIX_HAL_ABI_VERSION,
  driverName: DRIVER_NAME,
  driverVersion: DRIVER_VERSION,
  supportedModels: ["opcua-generic"],
  minHelixVersion: "0.1.0",
  configSchema: opcUaGenericConfig,
  createInstance: (config, context) => new OpcUaGenericDriver(config, context),
  destroyInstance: (instance) => instance.disconnect(),
};
