import type { Random } from "@helix/hal";

/** HELIX-HAL-0001 section 3.2. */
export const BACKOFF_INITIAL_MS = 1_000;
export const BACKOFF_MAX_MS = 60_000;
export const BACKOFF_JITTER = 0.2;

/**
 * Wait before reconnection attempt `attempt` (1, 2, ...), in ms: 1 s doubling to 60 s, each
 * +-20 % so that many instruments do not come back in the same instant.
 */
export function backoffMs(attempt: number, random: Random): number {
  const nominal = Math.min(BACKOFF_INITIAL_MS * 2 ** (attempt - 1), BACKOFF_MAX_MS);
  return nominal * (1 + BACKOFF_JITTER * (2 * random.uniform() - 1));
}
