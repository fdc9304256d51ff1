/**
 * Replaces the running driver of one instrument (HELIX-HAL-0001 section 6.4). The new one is loaded, checked and on
 * record before the old one is touched; from there on there is no way back, and what fails is the instrument's own
 * recovery: reconnect with backoff, isolate. Other instruments notice nothing.
 */
import { type ChannelDescriptor, type InstrumentStatus, isTelemetrySource } from "@helix/hal";
import { type Actor, type Ledger, LedgerUnavailableError } from "@helix/ledger";
import { type Platform, withDeadline } from "@helix/platform";
import { DriverLoadError, type LoadedDriver } from "../driver-host.ts";
import type { InstrumentSession } from "../instrument-session.ts";
import { type Registrations, registrationOf } from "./driver-registry.ts";

export interface ReloadOrder {
  readonly session: InstrumentSession;
  readonly ledger: Ledger;
  readonly platform: Platform;
  readonly registrations: Registrations;
  readonly actor: Actor;
  /** Why. */
  readonly reason: string;
  /** A twin predicts by the channels that the old driver declares. */
  readonly hasTwin: boolean;
  /** Builds an instance of the code that is there now. @throws ProblemsError, DriverLoadError */
  readonly load: () => Promise<LoadedDriver>;
  /** Ends the session's run; settles when it has ended. */
  readonly end: () => Promise<void>;
  /** Lets the session run again, where it ran. @returns whether it does */
  readonly begin: () => boolean;
}

export interface ReloadReport {
  readonly instrument: string;
  readonly old: DriverVersion;
  readonly new: DriverVersion;
  /** Sequence of DRIVER_RELOADED. */
  readonly sequence: bigint;
  /** After the first attempt of the new driver to connect, where the instrument is to be connected. */
  readonly status: InstrumentStatus;
}

export interface DriverVersion {
  readonly driverName: string;
  readonly driverVersion: string;
  readonly moduleHash: string;
}

const DESTROY_LIMIT_MS = 5000;

/** @throws ProblemsError, DriverLoadError, LedgerUnavailableError: the old driver goes on as it was */
export async function reloadDriver(order: ReloadOrder): Promise<ReloadReport> {
  const { session } = order;
  const old = session.driver;
  const fresh = await loadOrRefuse(order, old);
  const sequence = await recordReload(order, old, fresh);
  await session.quiesce();
  await order.end();
  await destroy(old, order);
  session.install(fresh);
  const status = order.begin() ? await session.firstConnection() : session.status;
  return { instrument: session.key, old: versionOf(old), new: versionOf(fresh), sequence, status };
}

async function loadOrRefuse(order: ReloadOrder, old: LoadedDriver): Promise<LoadedDriver> {
  try {
    const fresh = await order.load();
    const mismatch = mismatchOf(old, fresh, order);
    if (mismatch === undefined) return fresh;
    await fresh.destroy();
    throw new DriverLoadError(mismatch, "Wait, or stop HELIX and start it again with the changed plant.");
  } catch (error) {
    const { session, ledger, actor, reason } = order;
    const failure = error instanceof Error ? error.message : String(error);
    ledger.enqueue({
      type: "DRIVER_RELOAD_REFUSED",
      instrument: session.key,
      ...versionOf(old),
      actor,
      reason,
      failure,
    });
    throw error;
  }
}

/** It is busy, or would be another instrument to those who read it. */
function mismatchOf(old: LoadedDriver, fresh: LoadedDriver, order: ReloadOrder): string | undefined {
  const { instrumentId } = fresh.instrument;
  if (order.session.isCalibrating) return "a calibration is under way, which may take minutes";
  if (instrumentId !== old.instrument.instrumentId)
    return `the new driver is of another instrument: ${instrumentId}, not ${old.instrument.instrumentId}`;
  if (order.hasTwin && channelsText(fresh) !== channelsText(old))
    return "the new driver has other channels than the twin of the instrument was started with";
  return undefined;
}

function channelsText({ instrument }: LoadedDriver): string {
  const channels: readonly ChannelDescriptor[] = isTelemetrySource(instrument) ? instrument.channels : [];
  return channels.map(({ id, name, unit }) => `${id} ${name} ${unit}`).join("\n");
}

/** Durable before the old driver is touched: without a ledger nothing is replaced. */
async function recordReload(order: ReloadOrder, old: LoadedDriver, fresh: LoadedDriver): Promise<bigint> {
  const { session, ledger, registrations, actor, reason } = order;
  const { library, moduleHash: hash } = fresh;
  try {
    const { sequence } = await ledger.append({
      type: "DRIVER_RELOADED",
      instrument: session.key,
      driverName: fresh.manifest.driverName,
      oldDriverVersion: old.manifest.driverVersion,
      newDriverVersion: fresh.manifest.driverVersion,
      oldModuleHash: old.moduleHash,
      newModuleHash: fresh.moduleHash,
      registration: registrationOf({ library, hash }, registrations)?.sequence,
      actor,
      reason,
    });
    return sequence;
  } catch (error) {
    if (error instanceof LedgerUnavailableError) await fresh.destroy();
    throw error;
  }
}

/** The host lets go of an instance only after this; one that does not end is on record, and left behind. */
async function destroy(old: LoadedDriver, { session, platform, ledger }: ReloadOrder): Promise<void> {
  await withDeadline(platform.clock, "ending the old driver", DESTROY_LIMIT_MS, () => old.destroy()).catch(
    (error: Error) => {
      const description = `ending the old driver: ${error.message}`;
      ledger.enqueue({ type: "DEVIATION", instrument: session.key, mandatory: false, description });
    },
  );
}

const versionOf = ({ manifest, moduleHash }: LoadedDriver): DriverVersion => ({
  driverName: manifest.driverName,
  driverVersion: manifest.driverVersion,
  moduleHash,
});
