/**
 * What a campaign needs to know of a kind of fault, and no more: the catalogue's declaration of it,
 * not what it does.
 */
import type { Rig } from "@helix/run-record";

export interface DeclaredFault {
  readonly name: string;
  readonly target: string;
  readonly parameters: Readonly<Record<string, DeclaredParameter>>;
  readonly rigs: readonly Rig[];
  /** Undefined: any. */
  readonly protocols?: readonly string[];
  readonly bySimulator?: true;
  /** What has to happen while it lasts for it to leave a trace; undefined: nothing. */
  readonly meets?: "setpoint" | "command";
}

export interface DeclaredParameter {
  /** `-1.5 %{airsat}/h` */
  readonly example: string;
  /** Bounds, included, in the unit that `measure` names. */
  readonly min?: number;
  readonly max?: number;
  /** A unit; "channel": a difference in the channel's; "channel rate": that per h; "data rate": By/s; "count": a whole number; words; text. */
  readonly measure?: DeclaredMeasure;
}

export type DeclaredMeasure =
  | { readonly unit: string }
  | { readonly words: readonly string[] }
  | "channel"
  | "channel rate"
  | "data rate"
  | "count"
  | "text";

/** A fault of a channel that declares no measure changes what it does by a rate of the channel. */
export const measureOf = ({ measure }: DeclaredParameter): DeclaredMeasure => measure ?? "channel rate";
