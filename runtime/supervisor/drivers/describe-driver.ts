import type { RegisteredDriver } from "@helix/ledger";
import type { Disk } from "@helix/platform";
import { loadCode } from "../in-process-host.ts";

/**
 * What a driver says of itself, and the hash of its code. Runs the driver's modules: whoever registers it trusts it.
 *
 * @param library as in helix.toml, made absolute where it is a path
 * @throws DriverImportError
 */
export async function describeDriver(disk: Disk, library: string): Promise<RegisteredDriver> {
  const { code, manifest } = await loadCode(disk, library);
  const { driverName, driverVersion, abiVersion } = manifest;
  return { library: code.library, driverName, driverVersion, abiVersion, moduleHash: code.hash };
}
