/**
 * Notices a peer that has gone silent without closing the connection: a partition, a frozen
 * process. TCP alone would keep waiting for minutes.
 */
import type { Clock } from "@helix/hal";

const TICK_MS = 500;
/** Silent ticks after which the peer is asked to say something. */
const PROBE_AFTER_TICKS = 2;
/** Silent ticks after which it counts as lost: 4 s, so that a loss is known within 5 s. */
const LOST_AFTER_TICKS = 8;

export const SILENCE_LIMIT_MS = TICK_MS * LOST_AFTER_TICKS;

/**
 * Waits until nothing has been heard for {@link SILENCE_LIMIT_MS}, or until `signal` aborts.
 * Silence is counted in ticks of our own waking, so that a pause of this process is not taken for
 * one of the peer's.
 *
 * @param heard  true when anything came from the peer since the last call
 * @param probe  asks the peer for a sign of life; its answer shows in `heard`
 * @returns "silent", or "stopped" when aborted
 */
export async function watchForSilence(
  clock: Clock,
  heard: () => boolean,
  probe: () => void,
  signal: AbortSignal,
): Promise<"silent" | "stopped"> {
  let silentTicks = 0;
  while (silentTicks < LOST_AFTER_TICKS) {
    try {
      await clock.sleep(TICK_MS, signal);
    } catch {
      return "stopped";
    }
    silentTicks = heard() ? 0 : silentTicks + 1;
    if (silentTicks === PROBE_AFTER_TICKS) probe();
  }
  return "silent";
}
