/** What a fault is: everything that scenario planning, injection and receipts need to know of it. */
import type { FaultReceipt, Rig, RunRecordLine } from "@helix/run-record";
import type { PlannedFault } from "../scenario/plan.ts";
import type { FaultAccess } from "./access/access.ts";

export interface FaultKind {
  readonly name: string;
  /** What it does, for people. */
  readonly effect: string;
  readonly target: FaultTarget;
  readonly parameters: Readonly<Record<string, FaultParameter>>;
  /** That can do it. */
  readonly rigs: readonly Rig[];
  /** Why each of the others cannot. */
  readonly unable: Readonly<Partial<Record<Rig, string>>>;
  /** Protocols whose wire can show it; undefined: any. */
  readonly protocols?: readonly string[];
  /** The instrument's simulator does it, if it can; absent: the rig does. */
  readonly bySimulator?: true;
  /** What has to happen while it lasts for it to touch anything: a setpoint of its channel, any command; undefined: nothing. */
  readonly meets?: "setpoint" | "command";
  /** What the receipt shows. Without it the run is invalid. */
  readonly receipt: string;
  /** "real": what it tests (time-outs, back-off) runs on the real clock, so the plant must not run fast. */
  readonly pace: "plant" | "real";
  /** Whose readings it makes false, for the mark of their origin. */
  readonly falsifies: "channel" | "instrument" | "nothing";
  /**
   * When a reading was taken, s, that the fault has stamped `stampS` and that comes at `nowS`; absent
   * where the stamp is right.
   */
  readonly takenAt?: (fault: PlannedFault, stampS: number, nowS: number) => number;
  /** Begins it. @throws Error when the rig has no such part */
  begin(fault: PlannedFault, access: FaultAccess): FaultInForce;
  /** What `lines` show the driver, or the runtime, saw of it. */
  driverSaw(fault: PlannedFault, lines: readonly RunRecordLine[]): string | undefined;
}

/** link: `<instrument>.link`; channel: `<instrument>.<channel>`; instrument: `<instrument>`; plant: `<instrument>.plant`; host: `runtime`; disk: `runtime.disk`. */
export type FaultTarget = "link" | "channel" | "instrument" | "plant" | "host" | "disk";

export interface FaultInForce {
  /** Ends it at plant time `endS`; undefined when it touched nothing. */
  end(endS: number): Promise<FaultTrace | undefined>;
}

/** What the rig saw of a fault; with what the driver saw, it is the receipt. */
export type FaultTrace = Omit<FaultReceipt, "driverSaw">;

export interface FaultParameter {
  /** Key in PlannedFault.settings; undefined for a word, which stays in PlannedFault.parameters. */
  readonly setting?: string;
  readonly measure: Measure;
  /** Bounds in the unit of the setting, included. */
  readonly min?: number;
  readonly max?: number;
  readonly example: string;
}

/**
 * A unit: the setting is kept in it. channel: a difference in the channel's unit. channel rate: the
 * same per h. count: a whole number. data rate: bytes per s. Words: one of them. text: any.
 */
export type Measure =
  | { readonly unit: string }
  | "count"
  | "channel"
  | "channel rate"
  | "data rate"
  | { readonly words: readonly string[] }
  | "text";

/** The setting `name`; planning has seen to it that it is there. */
export function setting(fault: PlannedFault, name: string): number {
  const value = fault.settings[name];
  if (value === undefined) throw new Error(`fault ${fault.id}: ${fault.inject} needs ${name}`);
  return value;
}

/** The word that the scenario gives as `name`; planning has seen to it that it is one of the known. */
export function wordOf(fault: PlannedFault, name: string): string {
  const word = fault.parameters[name];
  if (word === undefined) throw new Error(`fault ${fault.id}: ${fault.inject} needs ${name}`);
  return word;
}

/** The channel of a fault of channels. */
export function channelOf(fault: PlannedFault): string {
  if (fault.channel === undefined) throw new Error(`fault ${fault.id}: ${fault.inject} needs a channel`);
  return fault.channel;
}

/** The part of the rig that the fault is put on. */
export function partOf<P extends keyof FaultAccess>(
  part: P,
  fault: PlannedFault,
  access: FaultAccess,
): NonNullable<FaultAccess[P]> {
  const found = access[part];
  if (found === undefined)
    throw new Error(`fault ${fault.id}: this rig gives no access to the ${part} of ${fault.instrument}`);
  return found;
}
