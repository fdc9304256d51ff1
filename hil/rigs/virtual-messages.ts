/** What the virtual rig's two threads tell each other. Everything can be cloned. */
import type { CommandLine, ExpectationLine, FaultLine, LedgerLine, SampleLine } from "@helix/run-record";
import type { Plan } from "../scenario/plan.ts";
import type { Outcome } from "./judge-run.ts";

/** Name of the world's host that the runtime runs on. */
export const RUNTIME_HOST = "helix";

export interface VirtualRunOptions {
  readonly plan: Plan;
  readonly helixVersion: string;
  readonly replay: string;
  /** Instant of plant time 0, ms since 1970 UTC. */
  readonly inoculationMs: number;
  /** Virtual time at which the plant begins, ms; before it everything is set up. */
  readonly leadMs: number;
  /** Private keys, PEM (fixtures/README.md). */
  readonly keys: { readonly driver: string; readonly simulator: string };
  /** One Int32: 1 asks the run to stop early, which no seed repeats. */
  readonly stop?: SharedArrayBuffer;
}

/** On the way, no part of the trace. */
export type FromWorld =
  | { readonly type: "stage"; readonly text: string }
  | { readonly type: "event"; readonly plantTimeS: number; readonly text: string }
  | { readonly type: "time"; readonly plantTimeS: number; readonly latest: readonly SampleLine[] }
  /** Whole lines of the run record; how much of what it holds so far. */
  | { readonly type: "record"; readonly text: string; readonly counts: RecordCounts }
  /** A file that the run leaves behind; the path counts from the run's folder. */
  | { readonly type: "file"; readonly path: string; readonly bytes: Uint8Array };

export interface RecordCounts {
  readonly frames: number;
  readonly gaps: number;
  readonly drops: number;
}

/** At the end. */
export interface VirtualResult {
  readonly outcome: Outcome;
  readonly faults: readonly FaultLine[];
  readonly expectations: readonly ExpectationLine[];
  readonly ledger: LedgerLine | undefined;
  readonly commands: readonly CommandLine[];
}
