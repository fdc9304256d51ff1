/**
 * What a start finds in the ledger of the runs before it: whether the last one died, which commands
 * nobody has settled, and since when which instrument has not been measured.
 *
 * Takes every record, or those from one on that carries what was before it (carried-state.ts); what is
 * kept grows with what is open, not with the ledger.
 */
import type { InstrumentCommand } from "@helix/hal";
import type { Actor, LedgerRecord, RunState } from "@helix/ledger";
import type { OpenCalibration } from "./calibrate.ts";
import { carriedBy, carriedState, formerOf } from "./carried-state.ts";
import { type Registration, type Registrations, takeRegistration } from "./drivers/driver-registry.ts";

export interface FormerRuns {
  /** Last record of the latest run, where that run did not stop in order. */
  readonly death: { readonly sequence: bigint; readonly utcNs: bigint } | undefined;
  /** In the order of their intents. */
  readonly openCommands: readonly OpenCommand[];
  /** Calibrations that a death cut off. */
  readonly openCalibrations: readonly OpenCalibration[];
  /** By instrument, ns since 1970 UTC: the last known of a connection that died with its runtime. */
  readonly interruptedSinceUtcNs: ReadonlyMap<string, bigint>;
  /** By instrument and channel id, in the channel's unit: what was acknowledged or read last. */
  readonly setpoints: ReadonlyMap<string, ReadonlyMap<number, number>>;
  /** The drivers that somebody vouches for. */
  readonly registrations: Registrations;
}

/** A command with an intent, whose fate is not on record. */
export interface OpenCommand {
  readonly id: string;
  readonly instrument: string;
  readonly command: InstrumentCommand;
  readonly actor: Actor;
  readonly intentSequence: bigint;
  /** Of the outcome "unknown"; undefined: the runtime died before it could record any. */
  readonly outcomeSequence: bigint | undefined;
}

/** By instrument and channel id, in the channel's unit. */
type Setpoints = Map<string, Map<number, number>>;

/** @throws LedgerOpenError where the records cannot be read */
export async function readFormerRuns(records: AsyncIterable<RunRecord>): Promise<FormerRuns> {
  const fold = new RunsFold();
  for await (const record of records) fold.take(record);
  return fold.end();
}

/** What is looked at of a record, read or just handed over to the ledger. */
export type RunRecord = Pick<LedgerRecord, "sequence" | "utcNs" | "bootId"> & {
  readonly event: LedgerRecord["event"];
};

/** Takes the records of a ledger one after the other, from the first or from one that carries on. */
export class RunsFold {
  readonly #runs = new RunReader();
  readonly #commands = new Map<string, OpenCommand>();
  readonly #setpoints: Setpoints = new Map();
  readonly #calibrations = new Map<string, OpenCalibration>();
  readonly #registrations = new Map<string, Registration>();
  #isFirst = true;

  /** @param former what the records before the first one would have told */
  constructor(former?: FormerRuns) {
    if (former) this.#takeFormer(former);
  }

  take(record: RunRecord): void {
    const carried = this.#isFirst ? carriedBy(record.event) : undefined;
    this.#isFirst = false;
    if (carried) this.#takeFormer(formerOf(carried));
    if (carried?.connections) this.#runs.resume(record, carried.connections);
    this.#runs.take(record);
    takeSetpoint(record, this.#commands, this.#setpoints);
    takeCommand(record, this.#commands);
    takeCalibration(record, this.#calibrations);
    takeRegistration(record, this.#registrations);
  }

  /** Has the last run been started, and not stopped? */
  get isRunning(): boolean {
    return this.#runs.isRunning;
  }

  /** So far; a run that goes on is not taken for dead. */
  get state(): RunState {
    return { ...carriedState(this.#former(undefined)), connections: this.#runs.connections };
  }

  /** No record follows: the run that goes on, if any, has died. */
  end(): FormerRuns {
    return this.#former(this.#runs.end());
  }

  #former(death: FormerRuns["death"]): FormerRuns {
    return {
      death,
      openCommands: [...this.#commands.values()],
      openCalibrations: [...this.#calibrations.values()],
      interruptedSinceUtcNs: this.#runs.interrupted,
      setpoints: this.#setpoints,
      registrations: this.#registrations,
    };
  }

  #takeFormer({ openCommands, interruptedSinceUtcNs, setpoints, ...more }: FormerRuns): void {
    this.#isFirst = false;
    for (const [instrument, since] of interruptedSinceUtcNs) this.#runs.interrupted.set(instrument, since);
    for (const command of openCommands) this.#commands.set(command.id, command);
    for (const [instrument, values] of setpoints)
      for (const [channelId, value] of values) setSetpoint(this.#setpoints, instrument, channelId, value);
    for (const one of more.openCalibrations) this.#calibrations.set(one.calibrationId, one);
    for (const [library, one] of more.registrations) this.#registrations.set(library, one);
  }
}

function takeSetpoint({ event }: RunRecord, open: ReadonlyMap<string, OpenCommand>, into: Setpoints): void {
  const command = open.get(event["commandId"] as string)?.command;
  const isOfChannel = event.type === "SETPOINT_DIFFERS";
  const ofCommand = command?.type === "SetSetpoint" ? command.channelId : undefined;
  const channelId = isOfChannel ? (event["channelId"] as number) : ofCommand;
  const value = event[VALUE_FIELD[event.type] ?? ""] as number | undefined;
  if (channelId === undefined || value === undefined) return;
  setSetpoint(into, event["instrument"] as string, channelId, value);
}

function setSetpoint(into: Setpoints, instrument: string, channelId: number, value: number): void {
  const values = into.get(instrument) ?? new Map<number, number>();
  into.set(instrument, values.set(channelId, value));
}

/** Where a record tells a setpoint that the instrument holds. */
const VALUE_FIELD: Readonly<Record<string, string>> = {
  COMMAND_OUTCOME: "acknowledgedValue",
  COMMAND_RESOLVED: "readBack",
  SETPOINT_DIFFERS: "read",
};

function takeCommand({ event, sequence }: RunRecord, open: Map<string, OpenCommand>): void {
  const id = event["commandId"] as string;
  switch (event.type) {
    case "COMMAND_INTENT":
      open.set(id, {
        id,
        instrument: event["instrument"] as string,
        command: event["command"] as InstrumentCommand,
        actor: event["actor"] as Actor,
        intentSequence: sequence,
        outcomeSequence: undefined,
      });
      return;
    case "COMMAND_OUTCOME": {
      const command = open.get(id);
      if (command && event["outcome"] === "unknown") open.set(id, { ...command, outcomeSequence: sequence });
      else open.delete(id);
      return;
    }
    // A deviation that names a command has handed it over to a person.
    case "COMMAND_REJECTED":
    case "COMMAND_RESOLVED":
    case "DEVIATION":
      open.delete(id);
  }
}

function takeCalibration({ event }: RunRecord, open: Map<string, OpenCalibration>): void {
  if (event.type === "CALIBRATION") open.delete(event["calibrationId"] as string);
  if (event.type !== "CALIBRATION_INTENT") return;
  const { calibrationId, instrument, channelId, actor, reason } = event as unknown as OpenCalibration;
  open.set(calibrationId, { calibrationId, instrument, channelId, actor, reason });
}

/** Follows runs from start to stop, or to the start of the next one where there was no stop. */
class RunReader {
  readonly interrupted = new Map<string, bigint>();
  #run: { readonly bootId: string; sequence: bigint; utcNs: bigint } | undefined;
  /** By instrument: when its connection was lost in this run, undefined while it holds. */
  readonly #connections = new Map<string, bigint | undefined>();

  /** Goes on with a run whose earlier records are not read. */
  resume({ bootId, sequence, utcNs }: RunRecord, connections: RunState["connections"]): void {
    this.#run = { bootId, sequence, utcNs };
    for (const { instrument, lostUtcNs } of connections) this.#connections.set(instrument, lostUtcNs);
  }

  get isRunning(): boolean {
    return this.#run !== undefined;
  }

  get connections(): RunState["connections"] {
    return [...this.#connections].map(([instrument, lostUtcNs]) => ({ instrument, lostUtcNs }));
  }

  take(record: RunRecord): void {
    const { bootId, sequence, utcNs, event } = record;
    if (event.type === "RUNTIME_STARTED") {
      this.end();
      this.#run = { bootId, sequence, utcNs };
    }
    // Others write too: an opening that recovers, a rotation of keys between two runs.
    if (this.#run?.bootId !== bootId) return;
    Object.assign(this.#run, { sequence, utcNs });
    const instrument = event["instrument"] as string;
    switch (event.type) {
      case "CONNECTED":
        this.#connections.set(instrument, undefined);
        return;
      case "CONNECTION_LOST":
        this.#connections.set(instrument, utcNs);
        return;
      case "TELEMETRY_INTERRUPTED":
        this.interrupted.delete(instrument);
        return;
      case "RUNTIME_STOPPED":
        this.#run = undefined;
        this.#connections.clear();
    }
  }

  /** The run that goes on, if any, has died. @returns its last record */
  end(): { sequence: bigint; utcNs: bigint } | undefined {
    const run = this.#run;
    if (run === undefined) return undefined;
    for (const [instrument, lostUtcNs] of this.#connections) {
      // Where it died again before a reading came, the time lost goes back to the first death.
      if (!this.interrupted.has(instrument)) this.interrupted.set(instrument, lostUtcNs ?? run.utcNs);
    }
    this.#connections.clear();
    this.#run = undefined;
    return { sequence: run.sequence, utcNs: run.utcNs };
  }
}
