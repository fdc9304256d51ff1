export const RUN_RECORD_VERSION = 1;

/** pass; fail: an expectation is not met; inconclusive: could not be decided; invalid: the bench did not do what the scenario says; not-run. */
export type Verdict = "pass" | "fail" | "inconclusive" | "invalid" | "not-run";
/** What a verdict other than pass is put down to. */
export type Cause = "driver" | "device" | "twin" | "bench" | "test";
export type Rig = "virtual" | "wire" | "physical";

/** First line. */
export interface RunLine {
  readonly kind: "run";
  readonly version: typeof RUN_RECORD_VERSION;
  readonly scenario: string;
  readonly title: string;
  /** Requirements that the scenario covers. */
  readonly covers: readonly string[];
  /** Lower-case hex SHA-256 of the scenario file. */
  readonly scenarioHash: string;
  readonly seed: number;
  readonly rig: Rig;
  /** On what the origin of the readings rests, where the rig cannot vouch for it: rig physical. */
  readonly originBasis?: string;
  readonly twin: string;
  /** UCUM units of the states in truth lines, by name. */
  readonly truthUnits: Readonly<Record<string, string>>;
  readonly beginS: number;
  readonly endS: number;
  /** Plant seconds per real second, at the most. */
  readonly speed: number;
  /** ISO 8601 UTC instant at which the run began, by the bench's clock. */
  readonly startedAt: string;
  /** ISO 8601 UTC instant of inoculation, plant time 0. */
  readonly inoculation: string;
  readonly helixVersion: string;
  readonly node: string;
  readonly instruments: readonly RecordedInstrument[];
  /** The one command that runs this again. */
  readonly replay: string;
}

/** What was going to happen: the scenario once its seed was given. After the run line. */
export interface PlanLine {
  readonly kind: "plan";
  /** As the bench made it, for judging the record again; nothing else reads it. */
  readonly plan: object;
}

export interface RecordedInstrument {
  readonly key: string;
  readonly instrumentId: string;
  readonly displayName: string;
  readonly driver: string;
  readonly simulator: string | undefined;
  readonly origin: "physical" | "simulated" | "replayed" | "faulted";
  readonly channels: readonly RecordedChannel[];
}

export interface RecordedChannel {
  readonly id: number;
  readonly name: string;
  /** UCUM */
  readonly unit: string;
  /** null: the driver states no limit, as where helix.toml gives its channel none. */
  readonly range: { readonly min: number | null; readonly max: number | null };
}

/** A frame as it came out of the pipeline's ring. */
export interface SampleLine {
  readonly kind: "sample";
  /** By the instrument's own time stamp. */
  readonly t: number;
  readonly instrument: string;
  readonly channel: string;
  /** null: the instrument gave no number (quality says why). */
  readonly value: number | null;
  /** OPC quality byte; 0xC0 and up is good. */
  readonly quality: number;
  readonly sequence: string;
  /** null where the channel has no setpoint. */
  readonly setpoint: number | null;
  readonly origin: "physical" | "simulated" | "replayed" | "faulted";
}

export interface StatusLine {
  readonly kind: "status";
  readonly t: number;
  readonly instrument: string;
  readonly status: string;
  readonly reason: string | undefined;
}

export interface GapLine {
  readonly kind: "gap";
  readonly t: number;
  readonly instrument: string;
  readonly channel: string;
  readonly lastSequence: string;
  readonly nextSequence: string;
  readonly missing: string;
  /** Ledger sequence of the record of it. */
  readonly ledgerSequence: string;
}

/** The runtime under test has died, or runs again. With each start sequences begin anew. */
export interface RuntimeLine {
  readonly kind: "runtime";
  readonly t: number;
  readonly is: "dead" | "started";
  /** How it died; what it found when it started. */
  readonly reason: string;
}

/** The first reading of an instrument since a runtime died, as the runtime after it has recorded it. */
export interface InterruptionLine {
  readonly kind: "interruption";
  readonly t: number;
  readonly instrument: string;
  /** Plant time, by the runtime's clock: of what is between readings may be missing. */
  readonly sinceS: number;
  readonly untilS: number;
  /** Ledger sequence of the record of it. */
  readonly ledgerSequence: string;
}

export interface DropLine {
  readonly kind: "drop";
  readonly t: number;
  readonly instrument: string;
  readonly channel: string;
  readonly sequence: string;
  readonly reason: string;
}

export interface ErrorLine {
  readonly kind: "error";
  readonly t: number;
  readonly instrument: string;
  readonly errorKind: string;
  readonly message: string;
  readonly recovery: string;
}

/** One per command, written when nothing more will be learnt about it. */
export interface CommandLine {
  readonly kind: "command";
  readonly t: number;
  readonly id: string;
  /** Its id in the plan; absent for a command that no scenario scheduled. */
  readonly scheduled?: string | undefined;
  readonly instrument: string;
  /** For people, e.g. "set feed_rate to 0.024 L/h". */
  readonly description: string;
  readonly channel: string | undefined;
  readonly value: number | undefined;
  readonly unit: string | undefined;
  readonly rationale: string;
  /** Who gave it: a person's id, or e.g. "scenario:calm". */
  readonly actor: string;
  readonly outcome: "acknowledged" | "rejected" | "unknown";
  readonly acknowledgedValue: number | undefined;
  readonly reason: string | undefined;
  /** How an unknown outcome was settled by reading the setpoint back. */
  readonly resolved:
    | { readonly executed: boolean; readonly readBack: number | undefined; readonly t: number }
    | undefined;
  readonly latencyMs: number | undefined;
  readonly intentLedgerSequence: string | undefined;
  readonly outcomeLedgerSequence: string | undefined;
}

/**
 * A scheduled command that could not be given: nothing was sent. Where a ledger that failed holds its
 * intent all the same, a line of the command follows.
 */
export interface UnsentLine {
  readonly kind: "unsent";
  /** When it should have been given. */
  readonly t: number;
  /** Its id in the plan. */
  readonly scheduled: string;
  readonly instrument: string;
  readonly description: string;
  readonly reason: string;
  /** That its intent bears, should the ledger's file hold one that was never made durable. */
  readonly commandId?: string;
}

/** One per calibration, written when it is over. */
export interface CalibrationLine {
  readonly kind: "calibration";
  /** When it was asked for. */
  readonly t: number;
  /** Its id in the plan. */
  readonly scheduled: string;
  readonly instrument: string;
  readonly channel: string;
  readonly description: string;
  readonly rationale: string;
  readonly actor: string;
  /** not-done: it did not complete. */
  readonly outcome: "Pass" | "PassWithWarning" | "Fail" | "not-done";
  readonly reason: string | undefined;
}

/** What the program under test holds open, now and then. Rig virtual: of the runtime's host, counted. */
export interface ResourcesLine {
  readonly kind: "resources";
  readonly t: number;
  readonly sockets: number;
  readonly timers: number;
}

/**
 * The heap of the thread that the program under test runs in, the bench's part of it included; only
 * where an expectation asks for it, since it is measured: no second run repeats this line.
 */
export interface MemoryLine {
  readonly kind: "memory";
  readonly t: number;
  /** After a collection. */
  readonly heapBytes: number;
}

/** One per fault of the scenario, written when it is over. */
export interface FaultLine {
  readonly kind: "fault";
  readonly id: string;
  /** Catalogue name, e.g. "partition", "drift". */
  readonly inject: string;
  readonly on: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly beginS: number;
  readonly endS: number;
  /** undefined: the fault was armed and left no trace; the run is then invalid. */
  readonly receipt: FaultReceipt | undefined;
}

/** Proof that a fault took place. */
export interface FaultReceipt {
  /** What was touched, for people. */
  readonly summary: string;
  /** Bytes or values before and after, as text with unit. */
  readonly before: string;
  readonly after: string;
  /** What the driver saw of it; undefined when it saw nothing. */
  readonly driverSaw: string | undefined;
  /** Figures by name, e.g. { bytesHeld: 1240, connectionsRefused: 2 }. */
  readonly figures: Readonly<Record<string, number>>;
}

/** The twin's true state, which no instrument sees. */
export interface TruthLine {
  readonly kind: "truth";
  readonly t: number;
  /** By the model's names. */
  readonly states: Readonly<Record<string, number>>;
}

/** A ledger record that expectations are held against, as it was read back after the run. */
export interface AuditLine {
  readonly kind: "audit";
  readonly event:
    | "TELEMETRY_GAP"
    | "TELEMETRY_INTERRUPTED"
    | "COMMAND_INTENT"
    | "COMMAND_OUTCOME"
    | "COMMAND_RESOLVED"
    | "CALIBRATION"
    | "DEVIATION";
  /** Of the ledger. */
  readonly sequence: string;
  readonly instrument: string;
  /** Of a gap. */
  readonly channel?: string | undefined;
  readonly lastSequence?: string | undefined;
  readonly nextSequence?: string | undefined;
  /** Of a command. */
  readonly commandId?: string | undefined;
  /** Of a COMMAND_OUTCOME. */
  readonly outcome?: string | undefined;
  /** Of a DEVIATION. */
  readonly description?: string | undefined;
}

/** How far the run came, written when the plant stands for good. */
export interface ReachedLine {
  readonly kind: "reached";
  /** Plant time that the run came to. */
  readonly t: number;
  /** It came to its planned end; otherwise what was not seen proves nothing. */
  readonly complete: boolean;
}

export interface ExpectationLine {
  readonly kind: "expectation";
  readonly index: number;
  /** As the scenario says it, in one line. */
  readonly text: string;
  readonly expected: string;
  readonly actual: string;
  /** Where to look: times, ledger sequences, command or fault ids. */
  readonly evidence: readonly string[];
  readonly verdict: Verdict;
  readonly cause: Cause | undefined;
}

export interface LedgerLine {
  readonly kind: "ledger";
  /** Rig virtual: counts from the record's folder, so that records repeat. */
  readonly folder: string;
  readonly verdict: string;
  readonly records: string;
  readonly root: string;
  /** The last, signed; absent where the ledger took no record of the stop. */
  readonly checkpoint?: string | undefined;
  /** Why it took none. */
  readonly refusal?: string | undefined;
}

/** Last line. */
export interface EndLine {
  readonly kind: "end";
  readonly verdict: Verdict;
  readonly cause: Cause | undefined;
  /** One sentence. */
  readonly summary: string;
  readonly frames: number;
  readonly gaps: number;
  readonly drops: number;
  readonly wallSeconds: number;
  /**
   * Rig virtual: SHA-256 over every event of the world, in hex. The same seed gives the same one, and
   * the same record but for this line's `wallSeconds` and for memory lines.
   */
  readonly traceHash?: string | undefined;
}

export type RunRecordLine =
  | RunLine
  | PlanLine
  | SampleLine
  | StatusLine
  | GapLine
  | RuntimeLine
  | InterruptionLine
  | DropLine
  | ErrorLine
  | CommandLine
  | UnsentLine
  | CalibrationLine
  | ResourcesLine
  | MemoryLine
  | FaultLine
  | TruthLine
  | ReachedLine
  | AuditLine
  | ExpectationLine
  | LedgerLine
  | EndLine;
