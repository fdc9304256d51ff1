/**
 * A subscription (OPC 10000-4 5.13 and 5.14): monitored items and the publish loop. The loop is our
 * own, so that a missing notification number is seen, a slow consumer slows the publishing down
 * instead of filling memory, and nothing goes on behind our back after a loss.
 */
import type {
  ClientSession,
  ClientSessionPublishService,
  ClientSessionRawSubscriptionService,
  DataValue,
  PublishResponse,
} from "node-opcua-client";
import { Mailbox } from "./mailbox.ts";
import { NotificationNumbers } from "./notification-numbers.ts";
import type { OpcUaSession } from "./session.ts";
import { statusOfError } from "./status-codes.ts";

export interface MonitoredNode {
  readonly nodeId: string;
  /** ms; 0 asks for the fastest the server can. */
  readonly samplingIntervalMs: number;
}

export interface NodeValue {
  /** Index into the monitored nodes. */
  readonly node: number;
  readonly value: DataValue;
}

export interface Notification {
  /** ns, monotonic, when it arrived here. */
  readonly receivedNs: bigint;
  /** In the order of the server's queues. */
  readonly values: readonly NodeValue[];
  /** One or more notifications before this one never arrived. */
  readonly afterMissing: boolean;
}

/** Publish requests waiting at the server, so that one is there whenever it has something to say. */
const PUBLISH_REQUESTS = 3;
/** Samples the server shall keep per node between two publishes: half a minute at 30 Hz. */
const QUEUE_SIZE = 1000;
/** The server says at least this often that it is there. */
const KEEP_ALIVE_MS = 1000;
/** Without a publish request for this long the server ends the subscription. */
const LIFETIME_MS = 30_000;
const REQUEST_BUDGET_MS = 5000;
/** Ours is the watchdog; this only keeps the stack's own timer out of the way. */
const MIN_PUBLISH_TIMEOUT_HINT_MS = 120_000;
/** Publishing intervals that a request may wait in the server's queue, with others before it. */
const PUBLISH_INTERVALS_WAITED = 10;
const DELETE_BUDGET_MS = 1000;

type Letter =
  | { readonly response: PublishResponse; readonly receivedNs: bigint }
  | { readonly error: unknown }
  | "stop"
  | "session ended";

export class Subscription {
  readonly #session: OpcUaSession;
  readonly #id: number;
  readonly #timeoutHintMs: number;
  #longestPeriodMs: number;
  readonly #mailbox = new Mailbox<Letter>();
  readonly #numbers = new NotificationNumbers();
  #acknowledgements: { subscriptionId: number; sequenceNumber: number }[] = [];

  /** @throws InstrumentError Timeout, ConnectionLost; the stack's error when a node is refused */
  static async open(
    session: OpcUaSession,
    nodes: readonly MonitoredNode[],
    publishingIntervalMs: number,
    signal: AbortSignal,
  ): Promise<Subscription> {
    const limits = { operation: "create subscription", budgetMs: REQUEST_BUDGET_MS, signal };
    const keepAliveCount = Math.max(1, Math.round(KEEP_ALIVE_MS / publishingIntervalMs));
    const created = await session.request(limits, () =>
      services(session).createSubscription({
        requestedPublishingInterval: publishingIntervalMs,
        requestedMaxKeepAliveCount: keepAliveCount,
        requestedLifetimeCount: Math.max(3 * keepAliveCount, Math.ceil(LIFETIME_MS / publishingIntervalMs)),
        maxNotificationsPerPublish: 0,
        publishingEnabled: true,
        priority: 1,
      }),
    );
    const subscription = new Subscription(session, created.subscriptionId, publishingIntervalMs);
    await subscription.#monitor(nodes, signal);
    for (let i = 0; i < PUBLISH_REQUESTS; i++) subscription.#publish();
    return subscription;
  }

  private constructor(session: OpcUaSession, id: number, publishingIntervalMs: number) {
    this.#session = session;
    this.#id = id;
    this.#longestPeriodMs = publishingIntervalMs;
    this.#timeoutHintMs = Math.max(
      MIN_PUBLISH_TIMEOUT_HINT_MS,
      PUBLISH_INTERVALS_WAITED * publishingIntervalMs,
    );
  }

  /** ms; as long may a value go untold: by the publishing, or by the sampling that the server has granted. */
  get longestPeriodMs(): number {
    return this.#longestPeriodMs;
  }

  /**
   * Hands every notification to `consume`, one after the other, until `signal` aborts.
   *
   * @throws InstrumentError ConnectionLost or ProtocolViolation when the session or the subscription has
   *   ended; whatever `consume` throws
   */
  async run(consume: (notification: Notification) => Promise<void>, signal: AbortSignal): Promise<void> {
    const stop = () => this.#mailbox.put("stop");
    const end = () => this.#mailbox.put("session ended");
    signal.addEventListener("abort", stop, { once: true });
    this.#session.ended.addEventListener("abort", end, { once: true });
    try {
      while (!signal.aborted) {
        if (!this.#session.isOpen) await this.#sessionEnded();
        const letter = await this.#mailbox.take();
        if (letter === "stop") break;
        if (letter === "session ended") continue;
        if ("error" in letter) await this.#refused(letter.error);
        else {
          const notification = this.#read(letter.response, letter.receivedNs);
          if (notification) await consume(notification);
          this.#publish();
        }
      }
    } finally {
      signal.removeEventListener("abort", stop);
      this.#session.ended.removeEventListener("abort", end);
    }
  }

  /** Ends it at the server, within 1 s; nothing to do when the session is gone. Never rejects. */
  async close(): Promise<void> {
    if (!this.#session.isOpen) return;
    const limits = {
      operation: "delete subscription",
      budgetMs: DELETE_BUDGET_MS,
      signal: new AbortController().signal,
    };
    const subscriptionIds = [this.#id];
    const work = () =>
      new Promise<void>((resolve, reject) => {
        const done = (error: Error | null) => (error ? reject(error) : resolve());
        services(this.#session).deleteSubscriptions({ subscriptionIds }, done);
      });
    // A server that does not answer in time drops it by itself when its lifetime is over.
    await this.#session.request(limits, work).catch(() => undefined);
  }

  async #monitor(nodes: readonly MonitoredNode[], signal: AbortSignal): Promise<void> {
    const { AttributeIds, DataChangeFilter, DataChangeTrigger, DeadbandType, MonitoringMode } =
      this.#session.stack.ua;
    const limits = { operation: "create monitored items", budgetMs: REQUEST_BUDGET_MS, signal };
    const created = await this.#session.request(limits, () =>
      services(this.#session).createMonitoredItems({
        subscriptionId: this.#id,
        timestampsToReturn: this.#session.stack.ua.TimestampsToReturn.Both,
        itemsToCreate: nodes.map(({ nodeId, samplingIntervalMs }, clientHandle) => ({
          itemToMonitor: { nodeId: this.#session.nodeId(nodeId), attributeId: AttributeIds.Value },
          monitoringMode: MonitoringMode.Reporting,
          requestedParameters: {
            clientHandle,
            samplingInterval: samplingIntervalMs,
            queueSize: QUEUE_SIZE,
            discardOldest: true,
            // A sample that repeats the value of the one before is still a sample.
            filter: new DataChangeFilter({
              trigger: DataChangeTrigger.StatusValueTimestamp,
              deadbandType: DeadbandType.None,
              deadbandValue: 0,
            }),
          },
        })),
      }),
    );
    for (const [index, result] of (created.results ?? []).entries()) {
      this.#longestPeriodMs = Math.max(this.#longestPeriodMs, result.revisedSamplingInterval);
      if (result.statusCode.isGood()) continue;
      throw Object.assign(new Error(`node ${nodes[index]?.nodeId} cannot be monitored`), {
        statusCode: result.statusCode,
      });
    }
  }

  #publish(): void {
    const { PublishRequest } = this.#session.stack.ua;
    const request = new PublishRequest({
      requestHeader: { timeoutHint: this.#timeoutHintMs },
      subscriptionAcknowledgements: this.#acknowledgements,
    });
    this.#acknowledgements = [];
    services(this.#session).publish(request, (error, response) => {
      if (response && !error) {
        this.#mailbox.put({ response, receivedNs: this.#session.target.context.clock.monotonicNs() });
      } else {
        this.#mailbox.put({ error });
      }
    });
  }

  /** A publish request failed: too many at once is no harm, anything else is the end. */
  async #refused(error: unknown): Promise<void> {
    const name = statusOfError(this.#session.stack, error)?.name;
    if (name === "BadTooManyPublishRequests") return;
    this.#session.noteFailure(error);
    this.#session.lose(
      `the server stopped publishing: ${error instanceof Error ? error.message.trim() : String(error)}`,
      false,
    );
    await this.#sessionEnded();
  }

  /** Reports the loss only when nothing of the session is open any more. */
  async #sessionEnded(): Promise<never> {
    if (this.#session.loss) await this.#session.lost;
    throw this.#session.lossError();
  }

  #read(response: PublishResponse, receivedNs: bigint): Notification | undefined {
    const { notificationData, sequenceNumber } = response.notificationMessage;
    const parts = notificationData ?? [];
    const afterMissing = this.#numbers.note(sequenceNumber, parts.length > 0);
    if (parts.length === 0) return undefined;
    this.#acknowledgements.push({ subscriptionId: this.#id, sequenceNumber });
    const { DataChangeNotification, StatusChangeNotification } = this.#session.stack.ua;
    const values: NodeValue[] = [];
    for (const part of parts) {
      if (part instanceof StatusChangeNotification) {
        this.#session.lose(`the server has ended the subscription: ${part.status.name}`, true);
      } else if (part instanceof DataChangeNotification) {
        for (const item of part.monitoredItems ?? []) {
          values.push({ node: item.clientHandle, value: item.value });
        }
      }
    }
    return { receivedNs, values, afterMissing };
  }
}

/** The stack's session has these services; its public type leaves them out. */
const services = (session: OpcUaSession) =>
  session.raw as ClientSession & ClientSessionRawSubscriptionService & ClientSessionPublishService;
