/**
 * How a rig drives a simulator that runs in its own process. The rig grants plant time: the
 * simulator advances in exact steps up to `untilS` and stops there, so that a command or a fault
 * takes effect at the same plant time at every speed.
 */

/** From the rig to the simulator. */
export type RigMessage =
  /** Advance to `untilS` (s since inoculation), at most `speed` plant seconds per real second. */
  | { readonly type: "advance"; readonly untilS: number; readonly speed: number }
  /** Begin or end an instrument fault; takes effect at the present plant time. */
  | { readonly type: "inject"; readonly id: string; readonly fault: InstrumentFault }
  | { readonly type: "clear"; readonly id: string }
  /** Close sessions, stop listening, end the process with code 0. */
  | { readonly type: "stop" };

/** From the simulator to the rig. */
export type SimulatorMessage =
  | {
      readonly type: "ready";
      readonly endpoint: string;
      readonly plantTimeS: number;
      readonly certificateFile: string | undefined;
    }
  /** Every few ms while advancing, and once when `untilS` is reached (`reached` true). */
  | { readonly type: "time"; readonly plantTimeS: number; readonly reached: boolean }
  /** The twin's true states, on a fixed grid of plant time. */
  | { readonly type: "truth"; readonly plantTimeS: number; readonly states: Readonly<Record<string, number>> }
  /** When a fault has ended: what it did to the values. */
  | { readonly type: "receipt"; readonly id: string; readonly receipt: InstrumentFaultReceipt }
  /** Could not start or go on; one clear line. The process ends with code 1. */
  | { readonly type: "failed"; readonly message: string };

/** Faults of an instrument's sensors that a simulator can do. */
export type InstrumentFault =
  /** The reading moves away from the truth, linearly from the moment of injection. */
  {
    readonly inject: "drift";
    readonly channel: string /** channel's unit per h */;
    readonly ratePerHour: number;
  };

export interface InstrumentFaultReceipt {
  readonly channel: string;
  readonly unit: string;
  readonly beginS: number;
  readonly endS: number;
  /** The reading at the first sample under the fault, without it and with it. */
  readonly firstBefore: number;
  readonly firstAfter: number;
  /** The same at the last sample. */
  readonly lastBefore: number;
  readonly lastAfter: number;
  /** Readings changed. */
  readonly samples: number;
}
