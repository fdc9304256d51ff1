/**
 * Ctrl-C and SIGTERM. The first asks the command to close everything and end; a second Ctrl-C, or
 * five seconds without an end, ends the process as it stands.
 */
import type { Clock } from "@helix/hal";

export const STOP_LIMIT_MS = 5000;
/**
 * A terminal sends Ctrl-C to every process of the group and npm and our own launcher pass it on
 * too: what follows within this time is the same key press.
 */
const ONE_KEY_PRESS_NS = 300_000_000n;

export type StopSignal = "SIGINT" | "SIGTERM";
/** Exit codes of a process that a signal ended: 128 + the signal's number. */
export const SIGNAL_EXIT: { readonly [S in StopSignal]: number } = { SIGINT: 130, SIGTERM: 143 };

/** What the signals act on; the process, or a test's stand-in. */
export interface Stoppable {
  on(signal: StopSignal, listener: () => void): unknown;
  exit(code: number): void;
}

export interface StopSignals {
  readonly signal: AbortSignal;
  /** The signal that came first. */
  readonly received: StopSignal | undefined;
  /**
   * The command has ended, and the process is about to. Signals are listened to until then: without a listener
   * one would end it with no exit code.
   */
  done(): void;
}

/** The reason that the context's signal aborts with. */
export class StoppedError extends Error {
  override readonly name = "AbortError";
}

export function watchStopSignals(target: Stoppable, clock: Clock, tell: (line: string) => void): StopSignals {
  const controller = new AbortController();
  let received: StopSignal | undefined;
  let receivedAtNs = 0n;
  let limit: { cancel(): void } | undefined;
  let isDone = false;

  const onSignal = (name: StopSignal) => () => {
    if (received === undefined && isDone) target.exit(SIGNAL_EXIT[name]);
    else if (received === undefined) {
      received = name;
      receivedAtNs = clock.monotonicNs();
      limit = clock.timer(STOP_LIMIT_MS, () => {
        tell(`helix: not closed ${STOP_LIMIT_MS / 1000} s after ${name}; ended as it stands`);
        target.exit(SIGNAL_EXIT[name]);
      });
      controller.abort(new StoppedError(`stopped by ${name === "SIGINT" ? "Ctrl-C" : name}`));
    } else if (clock.monotonicNs() - receivedAtNs > ONE_KEY_PRESS_NS) {
      target.exit(SIGNAL_EXIT[name]);
    }
  };
  target.on("SIGINT", onSignal("SIGINT"));
  target.on("SIGTERM", onSignal("SIGTERM"));

  return {
    signal: controller.signal,
    get received() {
      return received;
    },
    done() {
      isDone = true;
      limit?.cancel();
    },
  };
}
