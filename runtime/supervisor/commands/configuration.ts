/** What the commands that read helix.toml have in common. */
import { resolve } from "node:path";
import { type CliContext, CliError } from "@helix/cli";
import { type HelixConfig, loadHelixConfig } from "@helix/config";
import {
  type Ledger,
  LedgerOpenError,
  LedgerUnavailableError,
  openLedger,
  PASSPHRASE_VARIABLE,
  type UnwrittenRecord,
} from "@helix/ledger";
import { accountName } from "@helix/platform";

export const CONFIG_OPTION = {
  config: { kind: "text", summary: "path of helix.toml", value: "file", default: "helix.toml" },
} as const;

/** @throws CliError, ProblemsError */
export async function configurationAt(
  given: string,
  context: CliContext,
  command: string,
): Promise<HelixConfig> {
  const { disk } = context.platform;
  const path = resolve(context.cwd, given);
  if ((await disk.stat(path))?.kind !== "file")
    throw new CliError(`there is no ${path}`, { advice: `Name the configuration file: ${command}` });
  return loadHelixConfig({ disk, path });
}

/** @throws CliError that says what to do */
export async function openConfiguredLedger(
  { folder, emergencyFolder, markFolder, sectorBytes, rootKey }: HelixConfig["ledger"],
  { platform, env, err }: CliContext,
): Promise<Ledger> {
  const onUnwritten = (record: UnwrittenRecord) => err.write(`${unwrittenLine(record)}\n`);
  return orCliError(() =>
    openLedger({
      folder,
      ...platform,
      dataOrigin: "physical",
      passphrase: env[PASSPHRASE_VARIABLE],
      sectorBytes,
      rootKey,
      ...(markFolder === undefined ? {} : { marks: { folder: markFolder } }),
      ...(emergencyFolder === undefined ? {} : { emergency: { folder: emergencyFolder, onUnwritten } }),
    }),
  );
}

/**
 * The record itself, since it stands nowhere else: on standard error, which a service manager brings to the
 * system's log on another machine or disk.
 */
function unwrittenLine({ event, eventId, reason }: UnwrittenRecord): string {
  const shown = JSON.stringify(event, (_, value) => (typeof value === "bigint" ? `${value}` : value));
  return `helix: neither the ledger nor its emergency log takes this safety record (${reason}): ${eventId} ${shown}`;
}

/** The ledger's own messages say what to do. */
export async function orCliError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LedgerOpenError || error instanceof LedgerUnavailableError)
      throw new CliError(error.message, { cause: error });
    throw error;
  }
}

/** @throws CliError: what a person causes says why */
export function reasonGiven(reason: string | undefined): string {
  if (reason === undefined || reason.trim() === "")
    throw new CliError('the record of this says why; give --reason "<why>"');
  return reason;
}

export const account = (): string => accountName();
