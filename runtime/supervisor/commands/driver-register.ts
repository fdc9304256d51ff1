import { isAbsolute, resolve } from "node:path";
import { type CliContext, CliError, defineCommand, EXIT } from "@helix/cli";
import type { HelixConfig } from "@helix/config";
import { accountActor, askRunning, type RegisteredDriver } from "@helix/ledger";
import { formerRecords } from "../carried-state.ts";
import type { ControlRequest } from "../control/messages.ts";
import { describeDriver } from "../drivers/describe-driver.ts";
import { DriverImportError } from "../drivers/driver-import.ts";
import { registrationOf, short } from "../drivers/driver-registry.ts";
import { readFormerRuns } from "../former-runs.ts";
import {
  account,
  CONFIG_OPTION,
  configurationAt,
  openConfiguredLedger,
  orCliError,
  reasonGiven,
} from "./configuration.ts";

export const register = defineCommand({
  name: "register",
  summary: "say that a driver's code may be loaded, on record",
  topic: "production",
  details:
    "Writes DRIVER_REGISTERED into the ledger: name, version, ABI, the BLAKE3 of the driver's code, who and why. From the " +
    "first registration on, helix up loads no other code; [drivers] require_registered = true asks for it from the start, " +
    "false never. The hash is of all files of the driver's package and of the HELIX packages that it is built on. Without " +
    "a driver, all that helix.toml names and that are not registered as they stand. It runs the driver's modules to ask for their " +
    "name and version: look at them first. A running HELIX is asked to write the record.",
  arguments: { driver: { summary: "folder, module or package of the driver", count: "optional" } },
  options: { ...CONFIG_OPTION, reason: { kind: "text", summary: "why it may be trusted", value: "text" } },
  examples: [
    {
      line: 'helix driver register --reason "certified, report 2026-117"',
      explains: "every driver of ./helix.toml",
    },
    {
      line: 'helix driver register ./drivers/sartorius-biostat --reason "fixes the drift alarm"',
      explains: "a new version of one",
    },
  ],

  async run(input, context) {
    const reason = reasonGiven(input.options.reason);
    const config = await configurationAt(
      input.options.config,
      context,
      "helix driver register --config <path of helix.toml>",
    );
    const registered = await registerAll(
      librariesOf(input.arguments.driver, config, context),
      reason,
      config,
      context,
    );
    for (const { driverName, driverVersion, moduleHash, library } of registered)
      context.out.write(`${driverName} ${driverVersion} (${short(moduleHash)}) may be loaded: ${library}\n`);
    if (registered.length === 0) context.out.write("every driver is registered as it stands\n");
    return { exitCode: EXIT.pass, result: { ledger: config.ledger.folder, registered } };
  },
});

/** As the configuration would name them. */
function librariesOf(given: string | undefined, config: HelixConfig, { cwd }: CliContext): readonly string[] {
  if (given === undefined) return [...new Set(config.instruments.map(({ driverLibrary }) => driverLibrary))];
  const isPath = isAbsolute(given) || given.startsWith(".") || /\.(?:m?js|ts)$/.test(given);
  return [isPath ? resolve(cwd, given) : given];
}

async function registerAll(
  libraries: readonly string[],
  reason: string,
  config: HelixConfig,
  context: CliContext,
): Promise<readonly RegisteredDriver[]> {
  const fresh = await unregistered(libraries, config, context);
  if (fresh.length === 0) return [];
  const [first, ...rest] = fresh;
  const ask = (library: string) => {
    const request: ControlRequest = { do: "register", library, account: account(), reason };
    return askRunning(config.ledger.folder, request);
  };
  if (first && (await ask(first.library)) !== undefined) {
    for (const { library } of rest) await ask(library);
    return fresh;
  }
  const ledger = await openConfiguredLedger(config.ledger, context);
  try {
    const actor = accountActor("operator");
    for (const driver of fresh)
      await orCliError(() =>
        ledger.append({ type: "DRIVER_REGISTERED", ...driver, actor, reason }, { durability: "A" }),
      );
  } finally {
    await ledger.close();
  }
  return fresh;
}

/** Those whose code, as it is now, nobody vouches for. */
async function unregistered(
  libraries: readonly string[],
  { ledger: { folder } }: HelixConfig,
  { platform: { disk } }: CliContext,
): Promise<readonly RegisteredDriver[]> {
  const described = await Promise.all(
    libraries.map((library) => describedOrRefused(() => describeDriver(disk, library))),
  );
  if ((await disk.stat(folder)) === undefined) return described;
  const { registrations } = await orCliError(() => readFormerRuns(formerRecords({ folder, disk })));
  return described.filter(
    ({ library, moduleHash: hash }) => registrationOf({ library, hash }, registrations) === undefined,
  );
}

async function describedOrRefused<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DriverImportError)) throw error;
    throw new CliError(error.message, { advice: `expected ${error.expected}`, cause: error });
  }
}
