/**
 * Drives the world from the real event loop. Events run in slices of a native setImmediate, each
 * drained by `process._tickCallback`; without it, one native turn per event gives the same order,
 * only slower.
 */
import { native } from "./native.ts";

export interface PumpOptions {
  readonly drain: (() => void) | undefined;
  /** Runs one event; false when the world is over. */
  step(): boolean;
  /** True while real work holds virtual time. */
  isHeld(): boolean;
  onUncaught(error: unknown): void;
}

/** Real time after which the pump lets the event loop turn. */
const SLICE_MS = 50;
const STEPS_BETWEEN_CLOCK_READS = 64;

/** Settles when the world is over. */
export function startPump(options: PumpOptions): Promise<void> {
  return new Promise((resolve) => {
    let over = false;
    const end = () => {
      if (over) return;
      over = true;
      process.removeListener("uncaughtException", onUncaught);
      resolve();
    };
    const turn = () => {
      if (over) return;
      if (options.drain === undefined ? oneEvent(options) : oneSlice(options, options.drain)) again();
      else end();
    };
    const again = () => native.setImmediate(turn);
    // An exception that leaves the drain must take Node's fatal path: caught around it, the stack of
    // async ids stays unbalanced and Node aborts. The handler goes on with the next event.
    const onUncaught = (error: unknown) => {
      options.onUncaught(error);
      again();
    };
    process.on("uncaughtException", onUncaught);
    again();
  });
}

/** False when the world is over. */
function oneSlice(options: PumpOptions, drain: () => void): boolean {
  const startMs = native.now();
  drain();
  for (let steps = 1; ; steps++) {
    if (options.isHeld()) return true;
    if (!options.step()) return options.isHeld();
    drain();
    if (steps % STEPS_BETWEEN_CLOCK_READS === 0 && native.now() - startMs > SLICE_MS) return true;
  }
}

function oneEvent(options: PumpOptions): boolean {
  return options.isHeld() || options.step();
}
