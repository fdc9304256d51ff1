/**
 * How a rig drives a simulator that runs in its own process. The rig grants plant time: the
 * simulator advances in exact steps of one second up to `untilS` and stops there, so that a command
 * or a fault takes effect at the same plant time at every speed. Between grants the plant stands
 * still, while the protocol goes on answering.
 *
 * Messages of the rig are obeyed in their order. One that cannot be obeyed (a fault on an unknown
 * channel, the end of a fault that never began) is answered with "failed".
 */
import type { Platform } from "@helix/platform";

import type { InstrumentFault, InstrumentFaultReceipt } from "./instrument-fault.ts";

export type * from "./instrument-fault.ts";

/** From the rig to the simulator. */
export type RigMessage =
  /**
   * Advance to `untilS` (s since inoculation; a fraction means the next whole second), at most
   * `speed` plant seconds per real second, Infinity included. Replaces the grant before.
   */
  | { readonly type: "advance"; readonly untilS: number; readonly speed: number }
  /** Begin or end an instrument fault; takes effect at the present plant time. */
  | { readonly type: "inject"; readonly id: string; readonly fault: InstrumentFault }
  | { readonly type: "clear"; readonly id: string }
  /** Send receipts of the faults still active, close sessions, stop listening, end with code 0. */
  | { readonly type: "stop" };

/** From the simulator to the rig. */
export type SimulatorMessage =
  | {
      readonly type: "ready";
      readonly endpoint: string;
      readonly plantTimeS: number;
      readonly certificateFile: string | undefined;
      /** UCUM units of the states in "truth" messages, by name. */
      readonly truthUnits: Readonly<Record<string, string>>;
    }
  /** While advancing, at most every 20 ms; and once when `untilS` is reached (`reached` true). */
  | { readonly type: "time"; readonly plantTimeS: number; readonly reached: boolean }
  /**
   * The true states, on a fixed grid of plant time, the begin included when it is on the grid. By the
   * twin's names; and the vessel's: dissolved_oxygen, ph, temperature, agitation, feed_rate, and
   * feed_left (L in the feed bottle).
   */
  | { readonly type: "truth"; readonly plantTimeS: number; readonly states: Readonly<Record<string, number>> }
  /** When a fault has ended: what it did to the values. */
  | { readonly type: "receipt"; readonly id: string; readonly receipt: InstrumentFaultReceipt }
  /** Could not start or go on; one clear line. The process ends with code 1. */
  | { readonly type: "failed"; readonly message: string };

/** A simulator that runs, in whichever process. */
export interface RunningSimulator {
  /** @throws RangeError for a message that cannot be obeyed */
  obey(message: Exclude<RigMessage, { type: "stop" }>): void;
  /** Receipts of the faults still active, then sessions closed and listening ended. */
  stop(): Promise<void>;
}

/** What a simulator's program needs, to run on a host of a virtual world or in this process. */
export interface SimulatorProgramSetup {
  /** Of the host that it runs on. */
  readonly platform: Pick<Platform, "clock" | "net" | "serial">;
  readonly options: object;
  readonly password: string;
  /**
   * Steps are taken when something is due (a sample, the end of a grant) or somebody asks, not second
   * by second: for a clock that no work can be late on. What comes out is the same, but "time" is told
   * only at the end of a grant.
   */
  readonly stepsWhenDue?: boolean;
  /** Takes what the simulator says to the rig, beginning with "ready". */
  readonly tell: (message: SimulatorMessage) => void;
}

/** What the module named `program` in SIMULATORS exports. */
export interface SimulatorProgram {
  startSimulator(setup: SimulatorProgramSetup): Promise<RunningSimulator>;
}
