/**
 * What a scenario comes to once a seed is given: every time settled, every unit converted. All times
 * are s of plant time since inoculation ("batch age").
 */

import type { InstrumentStateName } from "@helix/hal";
import type { Rig } from "@helix/run-record";

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
  readonly expectations: readonly PlannedExpectation[];
}

export interface PlannedInstrument {
  readonly key: string;
  readonly simulator: string;
  readonly driver: string;
  readonly protocol: string;
  readonly samplePeriodS: number;
}

export interface PlannedCommand {
  /** Within the plan: "schedule.1", or "schedule.1.3" for the third time of a repeated one. */
  readonly id: string;
  readonly atS: number;
  readonly instrument: string;
  readonly channel: string;
  /** In `unit`, the channel's own. */
  readonly value: number;
  readonly unit: string;
  readonly rationale: string;
  /** For people, e.g. "set feed_rate to 0.024 L/h". */
  readonly description: string;
}

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

export type PlannedExpectation = {
  /** Counts from 0 in the order of the file. */
  readonly index: number;
  /** As the scenario says it, in one line. */
  readonly text: string;
} & ExpectationRule;

export type ExpectationRule =
  | { readonly kind: "always"; readonly invariant: string }
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
