/**
 * Notices a subscription that lives and says nothing: keep-alives come, reads are answered, and
 * values go by untold. Silence alone is no proof, since a server may have nothing new to say. So a
 * quiet subscription's nodes are read, and only where a value differs from the one told last, and
 * still is not told, does the session count as lost.
 */
import type { DataValue } from "node-opcua-client";
import type { NodeWithRole } from "./monitored-nodes.ts";
import type { OpcUaSession } from "./session.ts";
import type { Notification } from "./subscription.ts";
import { numberOf } from "./telemetry-plan.ts";

/** Silence limits, or longest periods, without a value after which the nodes are read. */
const QUIET_SILENCE_LIMITS = 5;
const QUIET_PERIODS = 3;
/** What the server may take to tell a value that a read has shown. */
const UNTOLD_PERIODS = 2;
const UNTOLD_MS = 1000;
/** The lower half of a status code is about the delivery, such as an overflow of the queue. */
const STATUS_SHIFT = 16;
const READ_BUDGET_MS = 5000;

/** What a subscription has told. */
export class ToldValues {
  readonly #last = new Map<number, DataValue>();
  #count = 0;
  #isTaking = false;

  /** Notifications so far; NaN, which equals nothing, while one is being taken, however long that takes. */
  get count(): number {
    return this.#isTaking ? Number.NaN : this.#count;
  }

  async whileTaking(notification: Notification, take: () => Promise<void>): Promise<void> {
    for (const { node, value } of notification.values) this.#last.set(node, value);
    this.#count += 1;
    this.#isTaking = true;
    try {
      await take();
    } finally {
      this.#isTaking = false;
    }
  }

  /** Index of a node whose value is not the one told last. */
  untold(read: readonly DataValue[]): number | undefined {
    const index = read.findIndex((value, node) => {
      const told = this.#last.get(node);
      return told !== undefined && !isSame(told, value);
    });
    return index < 0 ? undefined : index;
  }
}

/**
 * Ends with `signal`, or declares the session lost.
 *
 * @param longestPeriodMs  in which the subscription tells a value that has changed
 */
export async function watchForUntoldValues(
  session: OpcUaSession,
  nodes: readonly NodeWithRole[],
  told: ToldValues,
  longestPeriodMs: number,
  signal: AbortSignal,
): Promise<void> {
  const { settings, context } = session.target;
  const quietMs = Math.max(QUIET_SILENCE_LIMITS * settings.silenceLimitMs, QUIET_PERIODS * longestPeriodMs);
  const isAsleep = (ms: number) => context.clock.sleep(ms, signal).then(isTrue, isFalse);
  const nodeIds = nodes.map(({ nodeId }) => nodeId);
  for (let before = told.count; await isAsleep(quietMs); before = told.count) {
    if (told.count !== before) continue;
    const limits = { operation: "reading what is not told", budgetMs: READ_BUDGET_MS, signal };
    // A read without an answer is the watchdog's to judge.
    const read = await session.read(nodeIds, limits).catch(() => undefined);
    const untold = read && told.untold(read);
    if (untold === undefined) continue;
    if (!(await isAsleep(UNTOLD_PERIODS * longestPeriodMs + UNTOLD_MS))) return;
    if (told.count !== before) continue;
    session.lose(`the subscription is silent: ${nodeIds[untold]} has a value that it does not tell`, false);
    return;
  }
}

const isTrue = () => true;
const isFalse = () => false;

const isSame = (a: DataValue, b: DataValue): boolean =>
  a.statusCode.value >>> STATUS_SHIFT === b.statusCode.value >>> STATUS_SHIFT &&
  Object.is(numberOf(a), numberOf(b));
