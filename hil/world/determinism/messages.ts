import type { WorldRun } from "../run/messages.ts";
import type { WorldRunOptions } from "../run/run-in-world.ts";
import type { EndedRun } from "./ended-run.ts";

/** What the second run's process is asked, and what it answers. */
export interface ReplicaRequest {
  readonly options: Omit<WorldRunOptions, "onProgress" | "onOutput" | "signal">;
  /** Added to the process's niceness. */
  readonly niceness: number;
}

export type ReplicaAnswer =
  | { readonly type: "run"; readonly run: WorldRun }
  | { readonly type: "ended"; readonly ended: EndedRun }
  /** What is no end of a world. */
  | { readonly type: "failed"; readonly error: string };
