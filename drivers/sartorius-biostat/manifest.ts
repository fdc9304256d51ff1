import { type DriverManifest, HELIX_HAL_ABI_VERSION } from "@helix/hal";
import { type BiostatConfig, biostatConfig } from "./config.ts";
import { DRIVER_NAME, DRIVER_VERSION, SartoriusBiostatDriver } from "./driver.ts";

export const helixDriverManifest: DriverManifest<BiostatConfig> = {
  abiVersion: HELIX_HAL_ABI_VERSION,
  driverName: DRIVER_NAME,
  driverVersion: DRIVER_VERSION,
  supportedModels: ["sartorius-biostat-b"],
  minHelixVersion: "0.1.0",
  configSchema: biostatConfig,
  createInstance: (config, context) => new SartoriusBiostatDriver(config, context),
  destroyInstance: (instance) => instance.disconnect(),
};
