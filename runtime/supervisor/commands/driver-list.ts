import { defineCommand, EXIT } from "@helix/cli";
import type { HelixConfig } from "@helix/config";
import { askRunning } from "@helix/ledger";
import type { Disk } from "@helix/platform";
import { formerRecords } from "../carried-state.ts";
import type { ControlRequest } from "../control/messages.ts";
import { DriverImportError } from "../drivers/driver-import.ts";
import { type Registrations, registrationOf, short } from "../drivers/driver-registry.ts";
import type { DriverState } from "../drivers/driver-state.ts";
import { findDriver } from "../drivers/find-driver.ts";
import { readFormerRuns } from "../former-runs.ts";
import { CONFIG_OPTION, configurationAt, orCliError } from "./configuration.ts";

export const list = defineCommand({
  name: "list",
  summary: "the registered drivers, and what each instrument's driver is now",
  topic: "production",
  details:
    "Reads the ledger of helix.toml, also while HELIX runs, which it asks then for the drivers that are loaded. States as in " +
    "HELIX-HAL-0001 section 6.3: Unregistered, Registered, Loaded, Active, Reconnecting, FaultIsolated, Reloading.",
  options: CONFIG_OPTION,
  examples: [{ line: "helix driver list --json", explains: "for a program" }],

  async run(input, context) {
    const config = await configurationAt(
      input.options.config,
      context,
      "helix driver list --config <path of helix.toml>",
    );
    const { disk } = context.platform;
    const registrations = await registrationsIn(config.ledger.folder, disk);
    const request: ControlRequest = { do: "drivers" };
    const answer = await askRunning(config.ledger.folder, request);
    const running = answer?.["running"] as readonly RunningDriver[] | undefined;
    const instruments = await Promise.all(
      config.instruments.map(({ key, driverLibrary }) =>
        onDisk(
          key,
          driverLibrary,
          registrations,
          disk,
          running?.find(({ instrument }) => instrument === key),
        ),
      ),
    );
    for (const {
      driverName,
      driverVersion,
      abiVersion,
      moduleHash,
      sequence,
      library,
    } of registrations.values())
      context.out.write(
        `${driverName} ${driverVersion}  ABI ${abiVersion}  ${short(moduleHash)}  record ${sequence}  ${library}\n`,
      );
    if (registrations.size === 0) context.out.write("no driver is registered\n");
    for (const { instrument, state, onDisk } of instruments)
      context.out.write(`${instrument}: ${state}; on disk: ${onDisk}\n`);
    return { exitCode: EXIT.pass, result: { registered: [...registrations.values()], instruments } };
  },
});

interface RunningDriver {
  readonly instrument: string;
  readonly version: string;
  readonly hash: string;
  readonly state: DriverState;
}

async function registrationsIn(folder: string, disk: Disk): Promise<Registrations> {
  if ((await disk.stat(folder)) === undefined) return new Map();
  return (await orCliError(() => readFormerRuns(formerRecords({ folder, disk })))).registrations;
}

async function onDisk(
  instrument: string,
  library: HelixConfig["instruments"][number]["driverLibrary"],
  registrations: Registrations,
  disk: Disk,
  running: RunningDriver | undefined,
) {
  const found = await findDriver(disk, library).catch((error: unknown) => {
    if (error instanceof DriverImportError) return undefined;
    throw error;
  });
  const isRegistered = found !== undefined && registrationOf(found, registrations) !== undefined;
  const onDisk: DriverState = isRegistered ? "Registered" : "Unregistered";
  const state: DriverState = running?.state ?? onDisk;
  return { instrument, library, state, onDisk, hash: found?.hash, running };
}
