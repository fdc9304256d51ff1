/**
 * The faults that a scenario may inject: what each does, on what, with which parameters, on which
 * rigs, and what its receipt, the proof that it took place, is made of.
 */
import type { Rig } from "@helix/run-record";

export interface FaultKind {
  readonly name: string;
  /** What it does, for people. */
  readonly effect: string;
  /** What it may be put on: the connection to an instrument, or one of its channels. */
  readonly target: "link" | "channel";
  readonly parameters: Readonly<Record<string, FaultParameter>>;
  readonly rigs: readonly Rig[];
  /** What the receipt shows. Without it the run is invalid. */
  readonly receipt: string;
}

export interface FaultParameter {
  /** "rate of the channel": the channel's unit per time; kept in the channel's unit per h. */
  readonly quantity: "rate of the channel";
  readonly example: string;
}

const partition: FaultKind = {
  name: "partition",
  effect: "bytes are held back in both directions; new connections are taken and get no answer",
  target: "link",
  parameters: {},
  rigs: ["virtual", "wire"],
  receipt: "bytes held per direction, connections that were cut off, attempts to connect meanwhile",
};

const drift: FaultKind = {
  name: "drift",
  effect: "the reading moves away from the truth at a constant rate, with quality still good",
  target: "channel",
  parameters: { rate: { quantity: "rate of the channel", example: "-1.5 %{airsat}/h" } },
  rigs: ["virtual", "wire"],
  receipt: "first and last reading with and without the fault, number of readings changed",
};

export const FAULT_CATALOGUE: ReadonlyMap<string, FaultKind> = new Map(
  [partition, drift].map((kind) => [kind.name, kind]),
);
