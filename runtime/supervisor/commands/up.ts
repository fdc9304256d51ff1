import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { type CliContext, CliError, type CommandOutcome, defineCommand, EXIT } from "@helix/cli";
import { type HelixConfig, loadHelixConfig } from "@helix/config";
import {
  type Ledger,
  type LedgerCheckpoint,
  LedgerOpenError,
  LedgerUnavailableError,
  openLedger,
  PASSPHRASE_VARIABLE,
  type UnwrittenRecord,
} from "@helix/ledger";
import { accountName, jsonLog, silentLog } from "@helix/platform";
import { formerRecords } from "../carried-state.ts";
import { createInProcessHost } from "../in-process-host.ts";
import { createSupervisor, type Supervisor, type SupervisorOptions } from "../supervisor.ts";
import { eventLine } from "./event-line.ts";
import { OperatorScreen } from "./operator-screen.ts";

export const command = defineCommand({
  name: "up",
  summary: "run the instruments of helix.toml until Ctrl-C",
  topic: "production",
  details:
    "Connects every instrument with auto_connect, streams, checks health, reconnects with backoff and keeps the audit " +
    "ledger. Ctrl-C stops streams, closes sessions and closes the ledger. The ledger's key is sealed with the passphrase " +
    `in ${PASSPHRASE_VARIABLE} when that is set. [ledger] emergency_folder names a folder on another device that takes ` +
    "alarms and stops while the ledger's own disk is full or failing. Where that fails too they are written to standard " +
    "error, and commands stay refused but for those that stop something.",
  arguments: { config: { summary: "path of helix.toml (default: ./helix.toml)", count: "optional" } },
  examples: [{ line: "helix up /etc/helix/helix.toml", explains: "run a plant's instruments" }],

  async run(input, context): Promise<CommandOutcome> {
    const path = resolve(context.cwd, input.arguments.config ?? "helix.toml");
    if ((await context.platform.disk.stat(path))?.kind !== "file") {
      throw new CliError(`there is no ${path}`, {
        advice: "Name the configuration file: helix up <path of helix.toml>",
      });
    }
    const config = await loadHelixConfig({ disk: context.platform.disk, path });
    const ledger = await openConfiguredLedger(config.ledger, context);
    try {
      const summary = await runUntilStopped(config, ledger, context);
      const { folder } = config.ledger;
      const checkpoint = await lastCheckpoint(ledger);
      await ledger.close();
      context.out.write(`ledger ${folder} closed, ${checkpoint.records} records\n`);
      return { exitCode: EXIT.pass, result: { ...summary, ledger: ledgerResult(folder, checkpoint) } };
    } finally {
      await ledger.close();
    }
  },
});

/** Also finds what failed only now, with the record of the stop. */
async function lastCheckpoint(ledger: Ledger): Promise<LedgerCheckpoint> {
  try {
    return await ledger.checkpoint();
  } catch (error) {
    if (!(error instanceof LedgerUnavailableError)) throw error;
    const advice = "All that was acknowledged before is safe.";
    throw new CliError(error.message, { advice, exitCode: EXIT.fail, cause: error });
  }
}

async function openConfiguredLedger(
  { folder, emergencyFolder }: HelixConfig["ledger"],
  { platform, env, err }: CliContext,
): Promise<Ledger> {
  const onUnwritten = (record: UnwrittenRecord) => err.write(`${unwrittenLine(record)}\n`);
  try {
    return await openLedger({
      folder,
      ...platform,
      dataOrigin: "physical",
      passphrase: env[PASSPHRASE_VARIABLE],
      ...(emergencyFolder === undefined ? {} : { emergency: { folder: emergencyFolder, onUnwritten } }),
    });
  } catch (error) {
    // Its message says what to do.
    if (error instanceof LedgerOpenError) throw new CliError(error.message, { cause: error });
    throw error;
  }
}

/**
 * The record itself, since it stands nowhere else: on standard error, which a service manager brings to the
 * system's log on another machine or disk.
 */
function unwrittenLine({ event, eventId, reason }: UnwrittenRecord): string {
  const shown = JSON.stringify(event, (_, value) => (typeof value === "bigint" ? `${value}` : value));
  return `helix: neither the ledger nor its emergency log takes this safety record (${reason}): ${eventId} ${shown}`;
}

/** A ledger that cannot be read, or cannot take even the record of the start, keeps all from starting. */
async function startedOrRefused(options: SupervisorOptions): Promise<Supervisor> {
  try {
    return await createSupervisor(options);
  } catch (error) {
    if (error instanceof LedgerUnavailableError || error instanceof LedgerOpenError)
      throw new CliError(error.message, { cause: error });
    throw error;
  }
}

async function runUntilStopped(
  config: Awaited<ReturnType<typeof loadHelixConfig>>,
  ledger: Ledger,
  context: CliContext,
): Promise<Record<string, unknown>> {
  const screen = new OperatorScreen(context);
  const supervisor = await startedOrRefused({
    platform: context.platform,
    ledger,
    formerRecords: formerRecords({ folder: config.ledger.folder, disk: context.platform.disk }),
    host: createInProcessHost(context.platform.disk),
    config,
    origin: "physical",
    configurationHash: createHash("sha256").update(config.source.text).digest("hex"),
    startedBy: { id: `account:${accountName()}`, role: "service" },
    helixVersion: context.version,
    nodeVersion: process.version,
    log: context.env["HELIX_DEBUG"] === "1" ? jsonLog((line) => context.err.write(`${line}\n`)) : silentLog,
    secret: (name) => context.env[name],
    onEvent: (event) => {
      const line = eventLine(event);
      if (line !== undefined) screen.print(line);
    },
  });
  try {
    context.out.write(`${config.instruments.length} instrument(s) of ${config.source.file}; Ctrl-C stops\n`);
    supervisor.start();
    screen.watch(supervisor);
    await aborted(context.signal);
  } finally {
    screen.stop();
    await supervisor.stop(stopReason(context.signal));
    context.out.write("streams stopped, sessions closed\n");
  }
  return {
    instruments: supervisor.instruments.map((view) => ({
      key: view.key,
      status: view.status.state,
      ...screen.counts(view.key),
    })),
  };
}

function ledgerResult(folder: string, { records, root }: LedgerCheckpoint) {
  return { folder, records, root };
}

function stopReason(signal: AbortSignal): string {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason.message : "stopped";
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
