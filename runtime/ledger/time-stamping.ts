/**
 * Has a running ledger's newest checkpoint time-stamped every day, and at once when a batch ends or
 * somebody releases something. It never stands in the way of the plant: an authority that does not
 * answer is a record, is asked again with growing pauses, and after a day becomes a deviation.
 */
import type { Clock, Random } from "@helix/hal";
import { type Disk, withDeadline } from "@helix/platform";
import { anchorLedger, listAnchors } from "./anchor.ts";
import { toUtf8 } from "./bytes.ts";
import type { LedgerEvent } from "./events.ts";
import { type Ledger, LedgerUnavailableError } from "./ledger.ts";
import { readLedger } from "./read.ts";
import { AnchorError, postTimeStampRequest } from "./time-stamp/request.ts";
import { readTimeStamp } from "./time-stamp/token.ts";

const DAY_MS = 86_400_000;
const FIRST_RETRY_MS = 60_000;
const LAST_RETRY_MS = 3_600_000;
const ANSWER_MS = 30_000;

export interface TimeStampingOptions {
  readonly ledger: Pick<Ledger, "enqueue" | "checkpoint">;
  readonly folder: string;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  /** Of the RFC 3161 authority. */
  readonly url: string;
  /** One line for an operator, when it begins to fail and when it works again. */
  readonly tell: (line: string) => void;
}

/** Why a time-stamp is wanted, and since when, ns of the monotonic clock (before its start for one long overdue). */
interface Need {
  readonly because: string;
  readonly sinceNs: bigint;
}

export class TimeStamping {
  readonly #options: TimeStampingOptions;
  #requested = Promise.withResolvers<Need>();

  constructor(options: TimeStampingOptions) {
    this.#options = options;
  }

  /** Wanted now; several requests that wait are one. */
  request(because: string): void {
    this.#requested.resolve({ because, sinceNs: this.#options.clock.monotonicNs() });
  }

  /** Settles when `signal` aborts, or when the ledger takes no more records; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      let dueNs = await this.#firstDueNs();
      for (;;) {
        await this.#satisfy(await this.#nextNeed(dueNs, signal), signal);
        dueNs = this.#options.clock.monotonicNs() + ns(DAY_MS);
      }
    } catch (error) {
      // Of a ledger that has failed the runtime tells by itself.
      if (signal.aborted || error instanceof LedgerUnavailableError) return;
      // The plant goes on without; a person has to know.
      this.#deviation(`the ledger is time-stamped no more: ${messageOf(error)}`);
    }
  }

  /** A day after the newest time-stamp; where there is none, when the first record was written. */
  async #firstDueNs(): Promise<bigint> {
    const { clock } = this.#options;
    const newest = await this.#newestUtcNs();
    const dueUtcNs = newest === undefined ? await this.#firstRecordUtcNs() : newest + ns(DAY_MS);
    return clock.monotonicNs() + dueUtcNs - clock.wallUtcNs();
  }

  async #newestUtcNs(): Promise<bigint | undefined> {
    const { disk, folder } = this.#options;
    const times = (await listAnchors(disk, folder)).flatMap(({ note, token }) => {
      try {
        return [readTimeStamp(token, toUtf8(note)).utcNs];
      } catch (error) {
        // No time-stamp; `verify` says so.
        if (error instanceof AnchorError) return [];
        throw error;
      }
    });
    return times.reduce<bigint | undefined>((most, one) => (most && most > one ? most : one), undefined);
  }

  async #firstRecordUtcNs(): Promise<bigint> {
    const { disk, folder, clock } = this.#options;
    for await (const { utcNs } of readLedger({ folder, disk })) return utcNs;
    return clock.wallUtcNs();
  }

  async #nextNeed(dueNs: bigint, signal: AbortSignal): Promise<Need> {
    const { clock } = this.#options;
    const asked = new AbortController();
    const waitMs = Math.max(0, Number(dueNs - clock.monotonicNs()) / 1e6);
    const due = clock.sleep(waitMs, AbortSignal.any([signal, asked.signal]));
    const daily = due.then((): Need => ({ because: "daily", sinceNs: dueNs }));
    try {
      return await Promise.race([daily, this.#requested.promise]);
    } finally {
      asked.abort();
      daily.catch(() => {});
    }
  }

  async #satisfy({ because, sinceNs }: Need, signal: AbortSignal): Promise<void> {
    const { clock, ledger, tell, url } = this.#options;
    let isDeviation = false;
    for (let attempt = 1; ; attempt++) {
      // What is asked for from here on is not in this checkpoint.
      this.#requested = Promise.withResolvers<Need>();
      const reason = await this.#attempt(because, signal);
      if (reason === undefined) {
        if (attempt > 1) tell(`the ledger is time-stamped again by ${url}`);
        return;
      }
      const retryMs = Math.min(FIRST_RETRY_MS * 2 ** (attempt - 1), LAST_RETRY_MS);
      ledger.enqueue({ type: "TIME_STAMP_FAILED", url, reason, attempt, retryInS: retryMs / 1000 });
      if (attempt === 1) tell(`no time-stamp of the ledger (${reason}); it is tried again`);
      if (!isDeviation && clock.monotonicNs() - sinceNs >= ns(DAY_MS)) {
        isDeviation = true;
        const description = `the ledger has been without a time-stamp for more than a day since one was due: ${reason}`;
        this.#deviation(description);
      }
      await clock.sleep(retryMs, signal);
    }
  }

  /** @returns why there is none; undefined when there is one, on record. @throws LedgerUnavailableError */
  async #attempt(because: string, signal: AbortSignal): Promise<string | undefined> {
    const { clock, disk, folder, ledger, random, url } = this.#options;
    await ledger.checkpoint();
    try {
      const { checkpoint, file, stamp } = await withDeadline(
        clock,
        `a time-stamp by ${url}`,
        ANSWER_MS,
        (budget) =>
          anchorLedger({ folder, disk, random, post: (query) => postTimeStampRequest(url, query, budget) }),
        signal,
      );
      ledger.enqueue({
        type: "TIME_STAMPED",
        url,
        authority: stamp.authority,
        records: checkpoint.records,
        root: checkpoint.root,
        stampedUtcNs: stamp.utcNs,
        serial: stamp.serial,
        file,
        reason: because,
      });
      return undefined;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof LedgerUnavailableError) throw error;
      return messageOf(error);
    }
  }

  #deviation(description: string): void {
    const { ledger, tell } = this.#options;
    ledger.enqueue({ type: "DEVIATION", instrument: "ledger", mandatory: true, description });
    tell(`ALARM ${description}`);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const ns = (ms: number): bigint => BigInt(ms) * 1_000_000n;

/** The ledger as before; what ends a batch or releases something has the checkpoint that covers it time-stamped. */
export function timeStampedLedger(ledger: Ledger, stamping: Pick<TimeStamping, "request">): Ledger {
  const look = (event: LedgerEvent) => {
    const because = occasion(event);
    if (because !== undefined) stamping.request(because);
  };
  return {
    async append(event, options) {
      const receipt = await ledger.append(event, options);
      look(event);
      return receipt;
    },
    enqueue(event, options) {
      ledger.enqueue(event, options);
      look(event);
    },
    watch: (listener) => ledger.watch?.(listener),
    checkpoint: () => ledger.checkpoint(),
    close: () => ledger.close(),
    get failure() {
      return ledger.failure;
    },
  };
}

function occasion(event: LedgerEvent): string | undefined {
  if (event.type === "RUN_COMPLETED") return `the run of ${event.instrument} is complete`;
  if (event.type !== "ELECTRONIC_SIGNATURE") return undefined;
  const { meaning, signed } = event;
  return meaning === "approved" || meaning === "rejected"
    ? `record ${signed.sequence} ${meaning}`
    : undefined;
}
