/**
 * What a session asks of its driver, each within its budget; and what a failure comes to: on record as its kind
 * demands, told, and followed by the step that recovery says.
 */
import type { Clock, InstrumentError } from "@helix/hal";
import type { Ledger } from "@helix/ledger";
import { withDeadline } from "@helix/platform";
import { asInstrumentError } from "./as-instrument-error.ts";
import { errorRecord } from "./error-record.ts";
import type { EmitSupervisorEvent } from "./events.ts";
import type { NextStep, Operation, RecoveryPolicy } from "./recovery.ts";

/** What an operation gave, or what its failure asks for. */
export type Guarded<T> = { readonly value: T } | { readonly next: NextStep };

export interface GuardOptions {
  /** The instrument's name in helix.toml. */
  readonly instrument: string;
  readonly instrumentId: () => string;
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly emit: EmitSupervisorEvent;
  readonly policy: RecoveryPolicy;
  /** A connection that stood is lost. */
  readonly onLoss: (error: InstrumentError) => void;
}

export class GuardedOperations {
  readonly #options: GuardOptions;
  /** ns, monotonic: since when nothing has gone wrong; undefined while there is no connection. */
  #goodSinceNs: bigint | undefined;

  constructor(options: GuardOptions) {
    this.#options = options;
  }

  get isConnected(): boolean {
    return this.#goodSinceNs !== undefined;
  }

  /** From now on the connection stands. */
  connected(): void {
    this.#goodSinceNs = this.#options.clock.monotonicNs();
  }

  disconnected(): void {
    this.#goodSinceNs = undefined;
  }

  /**
   * Runs `work` within its budget, once more with twice the budget where recovery says so.
   *
   * @throws what `work` throws when `signal` has aborted
   */
  async run<T>(
    operation: Operation,
    budgetMs: number,
    signal: AbortSignal,
    work: (signal: AbortSignal, budgetMs: number) => Promise<T>,
  ): Promise<Guarded<T>> {
    try {
      const { clock } = this.#options;
      return { value: await withDeadline(clock, operation, budgetMs, (s) => work(s, budgetMs), signal) };
    } catch (error) {
      if (signal.aborted) throw error;
      const next = this.judge(error, operation);
      return next.step === "retry-with-double-timeout"
        ? this.run(operation, 2 * budgetMs, signal, work)
        : { next };
    }
  }

  /** Records an error as its kind demands and asks the policy what comes next. */
  judge(thrown: unknown, operation: Operation): NextStep {
    const { instrument, instrumentId, clock, emit, ledger, policy, onLoss } = this.#options;
    const error = asInstrumentError(thrown, instrumentId(), operation);
    const since = this.#goodSinceNs;
    const now = clock.monotonicNs();
    const servedMs = since === undefined ? 0 : Number(now - since) / 1e6;
    if (since !== undefined) this.#goodSinceNs = now;
    const next = policy.next(error, operation, servedMs);
    if (error.requiresAuditEntry) ledger.enqueue(errorRecord(instrument, error));
    emit({
      type: "error",
      instrument,
      error,
      recovery: error.recoveryAction,
      next: describeStep(next),
      isLast: next.step === "isolate",
    });
    if (since !== undefined && next.step === "reconnect") onLoss(error);
    return next;
  }
}

function describeStep(next: NextStep): string {
  switch (next.step) {
    case "reconnect":
      return `reconnect in ${(next.delayMs / 1000).toFixed(1)} s (attempt ${next.attempt})`;
    case "retry-with-double-timeout":
      return "try once more with twice the time";
    case "restart-stream":
      return "go on streaming";
    case "isolate":
      return "isolate the instrument";
  }
}
