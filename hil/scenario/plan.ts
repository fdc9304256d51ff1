/**
 * What a scenario comes to once a seed is given: every time settled, every unit converted. All times
 * are s of plant time since inoculation ("batch age").
 */

import type { CalibrationPoint, InstrumentMode, InstrumentOperation, InstrumentStateName } from "@helix/hal";
import type { CommandLine, Rig } from "@helix/run-record";

export interface Plan {
  readonly scenario: string;
  readonly title: string;
  readonly covers: readonly string[];
  /** Path of the scenario file, as it was given. */
  readonly file: string;
  /** Lower-case hex SHA-256 of the scenario file. */
  readonly scenarioHash: string;
  readonly seed: number;
  readonly twin: string;
  readonly beginS: number;
  readonly endS: number;
  readonly instruments: readonly PlannedInstrument[];
  /** In order of time. */
  readonly commands: readonly PlannedCommand[];
  readonly faults: readonly PlannedFault[];
  /** Faults that wait for their condition. */
  readonly armed: readonly ArmedFault[];
  readonly expectations: readonly PlannedExpectation[];
}

export interface PlannedInstrument {
  readonly key: string;
  readonly simulator: string;
  readonly driver: string;
  readonly protocol: string;
  readonly samplePeriodS: number;
  /** s between two messages with the samples taken meanwhile, in virtual time; 1 or more. */
  readonly publishPeriodS: number;
  /** Undefined: the runtime's own default. */
  readonly reconnectRetries?: number;
}

export type PlannedCommand = {
  /**
   * Within the plan: the name that the scenario gives it, or "schedule.1" by its place; "schedule.1.3"
   * for the third of an entry that makes several.
   */
  readonly id: string;
  readonly atS: number;
  readonly instrument: string;
  readonly rationale: string;
  /** For people, e.g. "set feed_rate to 0.024 L/h". */
  readonly description: string;
} & PlannedAction;

export type PlannedAction =
  | {
      readonly kind: "setpoint";
      readonly channel: string;
      /** In `unit`, the channel's own. */
      readonly value: number;
      readonly unit: string;
    }
  | { readonly kind: "mode"; readonly mode: InstrumentMode }
  | { readonly kind: "loop"; readonly channel: string; readonly enabled: boolean }
  | {
      readonly kind: "operation";
      readonly operation: InstrumentOperation;
      readonly parameters: Readonly<Record<string, string>>;
    }
  | { readonly kind: "acknowledge"; readonly alarmId: number; readonly acknowledgedBy: string }
  | { readonly kind: "calibration"; readonly channel: string; readonly points: readonly CalibrationPoint[] };

export type PlannedSetpoint = Extract<PlannedCommand, { kind: "setpoint" }>;
export type PlannedCalibration = Extract<PlannedCommand, { kind: "calibration" }>;

export interface PlannedFault {
  readonly id: string;
  /** Catalogue name. */
  readonly inject: string;
  readonly instrument: string;
  /** Undefined for a fault of the link. */
  readonly channel: string | undefined;
  /** As the scenario says it, e.g. "brx-07.link". */
  readonly on: string;
  readonly beginS: number;
  readonly endS: number;
  /** As the scenario says them. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The same in the catalogue's base units, e.g. the channel's unit per h for a rate. */
  readonly settings: Readonly<Record<string, number>>;
  readonly rigs: readonly Rig[];
}

/** A fault without a time: it begins when its condition comes to hold, once. */
export interface ArmedFault extends Omit<PlannedFault, "beginS" | "endS"> {
  readonly when: Condition;
  /** The condition is not looked for before. */
  readonly afterS: number;
  readonly forS: number;
  /** A run in which the condition never comes is valid all the same. */
  readonly mayNotCome: boolean;
}

/** A value as it is read, or as it truly is, on one side of a limit. */
export interface Condition {
  readonly value: PlannedValue;
  readonly side: "below" | "above";
  /** In the value's own unit. */
  readonly limit: number;
  /** As the scenario says it. */
  readonly text: string;
}

/** A number that a run records again and again. */
export type PlannedValue =
  | { readonly of: "channel"; readonly instrument: string; readonly channel: string; readonly unit: string }
  | { readonly of: "state"; readonly state: string; readonly unit: string };

/** What may be so or not so at a moment. */
export type Claim =
  | { readonly of: "band"; readonly value: PlannedValue; readonly min: number; readonly max: number }
  | { readonly of: "status"; readonly instrument: string; readonly status: InstrumentStateName };

export interface LeakBudget {
  readonly sockets: number;
  readonly timers: number;
  readonly heapMegabytes: number;
}

export type PlannedExpectation = {
  /** Counts from 0 in the order of the file. */
  readonly index: number;
  /** As the scenario says it, in one line. */
  readonly text: string;
} & ExpectationRule;

export type ExpectationRule =
  | {
      readonly kind: "always";
      readonly invariant: string;
      /** Of no-leak, where the scenario gives one. */
      readonly budget?: LeakBudget | undefined;
    }
  | {
      readonly kind: "throughout" | "never" | "eventually";
      readonly claim: Claim;
      readonly fromS: number;
      readonly untilS: number;
      /** The claim is let off for so long after the event. */
      readonly allowed: { readonly forS: number; readonly after: string } | undefined;
    }
  | {
      readonly kind: "reach";
      readonly withinS: number;
      readonly after: string;
      readonly claim: Extract<Claim, { of: "band" }>;
    }
  /** not-sent: it could not be given, so that no record of it is in the ledger. */
  | {
      readonly kind: "outcome";
      readonly command: string;
      readonly outcome: CommandLine["outcome"] | "not-sent";
    }
  | {
      readonly kind: "status";
      readonly withinS: number;
      /** As the scenario says it, e.g. "cut.end". */
      readonly after: string;
      readonly instrument: string;
      readonly status: InstrumentStateName;
    }
  | {
      readonly kind: "state";
      /** Undefined: at the end of the run. */
      readonly atS: number | undefined;
      readonly state: string;
      /** In `unit`, the state's own. */
      readonly min: number;
      readonly max: number;
      readonly unit: string;
    }
  | {
      readonly kind: "channel";
      readonly atS: number | undefined;
      readonly instrument: string;
      readonly channel: string;
      readonly min: number;
      readonly max: number;
      readonly unit: string;
    }
  | { readonly kind: "ledger" };
