/** A compiled inner loop, whatever it was compiled to. */
import type { Program } from "./program.ts";

export interface Kernel {
  readonly program: Program;
  readonly backEnd: "javascript" | "webassembly";
  /** Trajectories advanced together, each with its own time and step. */
  readonly lanes: 1 | 2;
  /** Slot s of lane l is element s * lanes + l. */
  readonly memory: Float64Array;
  /** To be called after a lane's parameters changed. */
  prepare(): void;
  /** To be called after a lane's parameters, inputs, time or state changed. */
  enter(): void;
  /** Steps all lanes until at least one has a `status` other than 0. */
  run(): void;
}
