/**
 * Notices a peer that has gone silent without closing the connection: a partition, a frozen
 * process. TCP alone would keep waiting for minutes.
 */
import type { Clock } from "@helix/hal";

/** Looks at the peer in the time of one limit. */
const TICKS = 8;
/** Silent ticks after which the peer is asked to say something: it has half of the limit to answer. */
const PROBE_AFTER_TICKS = 4;

/** ms; where nothing else is configured a loss is known within 5 s. */
export const DEFAULT_SILENCE_LIMIT_MS = 4000;
/** ms; what may be configured. */
export const SILENCE_LIMIT_BOUNDS_MS = { min: 1000, max: 600_000 } as const;

export interface WatchedPeer {
  /** True when anything came from the peer since the last call. */
  readonly heard: () => boolean;
  /** Asks the peer for a sign of life; its answer shows in `heard`. */
  readonly probe: () => void;
}

/**
 * Waits until nothing has been heard for `limitMs`, or until `signal` aborts. Silence is counted in
 * ticks of our own waking, so that a pause of this process is not taken for one of the peer's.
 *
 * @returns "silent", or "stopped" when aborted
 */
export async function watchForSilence(
  clock: Clock,
  limitMs: number,
  { heard, probe }: WatchedPeer,
  signal: AbortSignal,
): Promise<"silent" | "stopped"> {
  let silentTicks = 0;
  while (silentTicks < TICKS) {
    try {
      await clock.sleep(limitMs / TICKS, signal);
    } catch {
      return "stopped";
    }
    silentTicks = heard() ? 0 : silentTicks + 1;
    if (silentTicks === PROBE_AFTER_TICKS) probe();
  }
  return "silent";
}
