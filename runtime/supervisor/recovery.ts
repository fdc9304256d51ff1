/**
 * What to do after an error, by its recovery action alone (HELIX-HAL-0001 section 3.2).
 * Pure but for its counters; the session carries out what it says.
 */
import type { InstrumentError, Random, RecoveryAction } from "@helix/hal";
import { backoffMs } from "./backoff.ts";

export type NextStep =
  | {
      readonly step: "reconnect";
      readonly delayMs: number;
      readonly attempt: number;
      readonly readOnly: boolean;
    }
  /** The same operation again at once, with twice the time. */
  | { readonly step: "retry-with-double-timeout" }
  /** The connection is good; stream again, without `isolatedChannel` if one is named. */
  | {
      readonly step: "restart-stream";
      readonly degradedChannel?: number | undefined;
      readonly isolatedChannel?: number | undefined;
    }
  | { readonly step: "isolate"; readonly reason: string };

export type Operation = "connect" | "stream" | "health-check";

/** A connection that was good for this long has recovered: earlier failures no longer count. */
export const STABLE_AFTER_MS = 30_000;
/** In a row, before the connection is given up or the driver isolated. */
const CHECKSUM_FAILURES_LIMIT = 3;
const PROTOCOL_VIOLATIONS_LIMIT = 3;

export class RecoveryPolicy {
  readonly #maxAttempts: number;
  readonly #random: Random;
  #attempts = 0;
  #checksumFailures = 0;
  #protocolViolations = 0;
  #doubled = false;
  #readOnly = false;

  constructor(options: { maxAttempts: number; random: Random }) {
    this.#maxAttempts = options.maxAttempts;
    this.#random = options.random;
  }

  /** @param servedMs how long the connection was good before this error; 0 without one */
  next(error: InstrumentError, operation: Operation, servedMs: number): NextStep {
    if (servedMs >= STABLE_AFTER_MS) this.#forget();
    return this.#steps[error.recoveryAction](error, operation);
  }

  #forget(): void {
    this.#attempts = 0;
    this.#checksumFailures = 0;
    this.#protocolViolations = 0;
    this.#doubled = false;
  }

  readonly #steps: {
    readonly [Action in RecoveryAction]: (error: InstrumentError, operation: Operation) => NextStep;
  } = {
    ReconnectWithBackoff: (error) => this.#reconnect(error),

    RetryOnceWithDoubleTimeout: (error, operation) => {
      const mayRetry = !this.#doubled && operation !== "stream";
      this.#doubled = mayRetry;
      return mayRetry ? { step: "retry-with-double-timeout" } : this.#reconnect(error);
    },

    ReconnectAndLogForensics: (error) => {
      this.#protocolViolations += 1;
      if (this.#protocolViolations < PROTOCOL_VIOLATIONS_LIMIT) return this.#reconnect(error);
      return {
        step: "isolate",
        reason: `${this.#protocolViolations} protocol violations in a row: ${error.message}`,
      };
    },

    // The driver has discarded the frame; the pipeline shows the gap.
    RequestRetransmission: (error) => {
      this.#checksumFailures += 1;
      return this.#checksumFailures < CHECKSUM_FAILURES_LIMIT
        ? { step: "restart-stream" }
        : this.#reconnect(error);
    },

    DegradeChannelAndAlert: (error) => ({ step: "restart-stream", degradedChannel: channelOf(error) }),
    IsolateChannelAndRaiseMandatoryDeviation: (error) => ({
      step: "restart-stream",
      isolatedChannel: channelOf(error),
    }),
    SurfaceToOperatorNoRetry: () => ({ step: "restart-stream" }),
    IsolateDriver: (error) => ({ step: "isolate", reason: error.message }),

    ConnectReadOnlyAndAlert: (error) => {
      if (this.#readOnly) return { step: "isolate", reason: error.message };
      this.#readOnly = true;
      return { step: "reconnect", delayMs: 0, attempt: this.#attempts, readOnly: true };
    },

    // A call that the instrument cannot serve is a mistake of ours; repeating it cannot help.
    ReturnImmediately: (error) => ({ step: "isolate", reason: error.message }),
  };

  #reconnect(error: InstrumentError): NextStep {
    this.#attempts += 1;
    this.#doubled = false;
    if (this.#attempts > this.#maxAttempts) {
      return { step: "isolate", reason: `gave up after ${this.#maxAttempts} attempts: ${error.message}` };
    }
    return {
      step: "reconnect",
      delayMs: backoffMs(this.#attempts, this.#random),
      attempt: this.#attempts,
      readOnly: this.#readOnly,
    };
  }
}

function channelOf(error: InstrumentError): number | undefined {
  return "channelId" in error.detail ? error.detail.channelId : undefined;
}
