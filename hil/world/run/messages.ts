/** What the main thread and the world's thread tell each other. Everything can be cloned. */
import type { Checkpoint, TraceLine } from "../kernel/trace.ts";

/** How to run a world; the same settings and seed give the same run. */
export interface WorldSettings {
  readonly seed: string;
  /** URL of a module whose default export is a WorldProgram. */
  readonly module: string;
  readonly options?: unknown;
  /** ms since 1970 at virtual time 0; default 2030-01-01. */
  readonly epochMs?: number;
  /** Events between checkpoints of the hash; default 2000. */
  readonly checkpointEvery?: number;
  /** Virtual time after which the world has failed to come to an end, s; default 100 days. */
  readonly limitVirtualSeconds?: number;
  /** What an exception nobody caught does: ends the world (default), or kills its host and the world goes on. */
  readonly uncaught?: "world-fails" | "host-dies";
  /** Real asynchronous work inside the world: ends in failure (default), or is told in the result. */
  readonly leaks?: "fail" | "report";
  /** "turn" drains each event by a native turn: slower, without process._tickCallback. */
  readonly drain?: "tick" | "turn";
  /** Events, first and last, to write out in full; the world ends after the last. */
  readonly window?: readonly [number, number];
}

/** Real asynchronous work that was started inside a world. */
export interface Leak {
  /** As async_hooks names it, e.g. FSREQCALLBACK. */
  readonly type: string;
  readonly count: number;
  /** Where the first was started. */
  readonly stack: string;
  /** Whose code started it; undefined for the bench's. */
  readonly host: string | undefined;
}

/** A host whose program threw and was killed for it. */
export interface HostDeath {
  readonly host: string;
  readonly timeUs: number;
  readonly error: string;
}

export interface WorldRun<Result = unknown> {
  /** SHA-256 over every event and payload, in hex. */
  readonly traceHash: string;
  readonly checkpoints: readonly Checkpoint[];
  readonly events: number;
  readonly virtualSeconds: number;
  /** CPU of the world's thread, without loading. */
  readonly cpuSeconds: number;
  readonly loadCpuSeconds: number;
  /** Of the whole process, at the end. */
  readonly residentMiB: number;
  readonly result: Result;
  readonly leaks: readonly Leak[];
  readonly deaths: readonly HostDeath[];
  /** The window that was asked for; otherwise empty. */
  readonly lines: readonly TraceLine[];
}

export interface Progress {
  readonly message: unknown;
  readonly virtualSeconds: number;
  readonly events: number;
  /** CPU of the world's thread since the program began. */
  readonly cpuSeconds: number;
}

export interface WorkerInput {
  readonly settings: WorldSettings;
  /** A real folder for this run alone. */
  readonly scratchFolder: string;
  readonly beacon: SharedArrayBuffer;
}

export type WorkerOutput =
  | ({ readonly type: "progress" } & Progress)
  | { readonly type: "done"; readonly run: WorldRun }
  | {
      readonly type: "failed";
      readonly error: string;
      readonly timeUs: number;
      readonly guard: boolean;
      readonly host: string | undefined;
    };
