import type { Clock } from "@helix/hal";

/** The time given to an operation is spent. */
export class DeadlineError extends Error {
  override readonly name = "DeadlineError";
  readonly budgetMs: number;

  constructor(what: string, budgetMs: number) {
    super(`${what} took longer than ${budgetMs} ms`);
    this.budgetMs = budgetMs;
  }
}

/**
 * Runs `work` with a signal that aborts after `budgetMs` or with `outer`. Settles at that moment
 * even if `work` ignores its signal; a late result or error of `work` is then dropped, since the
 * caller has already acted on the deadline.
 *
 * @throws DeadlineError after `budgetMs`; the outer signal's reason when it aborts first
 */
export async function withDeadline<T>(
  clock: Clock,
  what: string,
  budgetMs: number,
  work: (signal: AbortSignal) => Promise<T>,
  outer?: AbortSignal,
): Promise<T> {
  outer?.throwIfAborted();
  const controller = new AbortController();
  const stopped = Promise.withResolvers<never>();
  const stop = (reason: unknown) => {
    controller.abort(reason);
    stopped.reject(reason);
  };
  const onOuterAbort = () => stop(outer?.reason);
  const timer = clock.timer(budgetMs, () => stop(new DeadlineError(what, budgetMs)));
  outer?.addEventListener("abort", onOuterAbort, { once: true });
  try {
    return await Promise.race([work(controller.signal), stopped.promise]);
  } finally {
    timer.cancel();
    outer?.removeEventListener("abort", onOuterAbort);
  }
}
