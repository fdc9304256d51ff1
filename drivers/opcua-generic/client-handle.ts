/**
 * One client of the stack, with a way to end it that never waits for the peer.
 */
import type { Clock } from "@helix/hal";
import type { ClientSecureChannelLayer, OPCUAClient, OPCUAClientOptions } from "node-opcua-client";
import { guardedTransports } from "./guarded-transport.ts";
import type { Undecodable } from "./protocol-violation.ts";
import type { OpcUaStack } from "./stack.ts";

/** How long a peer may take to answer our goodbye before we hang up, ms. */
const GOODBYE_BUDGET_MS = 2000;

/** The transport gives up by itself after this, ms, or twice the silence limit: our own deadlines are shorter. */
const MIN_TRANSPORT_TIMEOUT_MS = 60_000;

const ERROR_MESSAGE = "ERR";

export class ClientHandle {
  readonly client: OPCUAClient;
  #channel: ClientSecureChannelLayer | undefined;
  readonly #listeners = new Set<(undecodable: Undecodable) => void>();
  /** The piece of a message that came last. */
  #lastChunk: Uint8Array = new Uint8Array(0);
  #ended: Promise<void> | undefined;

  constructor(stack: OpcUaStack, silenceLimitMs: number, options: OPCUAClientOptions) {
    this.client = stack.ua.OPCUAClient.create({
      // No retries in the stack: reconnection, with its backoff and its records, is the supervisor's.
      connectionStrategy: { maxRetry: 0, initialDelay: 100, maxDelay: 100 },
      transportTimeout: Math.max(MIN_TRANSPORT_TIMEOUT_MS, 2 * silenceLimitMs),
      keepSessionAlive: false,
      transportFactory: guardedTransports(stack, (undecodable) => this.#tell(undecodable)),
      ...options,
    });
    this.client.on("secure_channel_created", (channel) => {
      this.#channel = channel;
      this.#watchMessages(channel);
    });
  }

  /** Tells of bytes that the stack could not decode, in the moment before the connection is broken for them. */
  onUndecodable(listener: (undecodable: Undecodable) => void): void {
    this.#listeners.add(listener);
  }

  /** Breaks the connection at once, from whatever state; nothing of it stays open afterwards. */
  async abort(): Promise<void> {
    this.#ended ??= this.#hangUp();
    await this.#ended;
  }

  /** Says goodbye; hangs up when the peer does not answer in time. Never rejects. */
  async close(clock: Clock): Promise<void> {
    const hungUp = Promise.withResolvers<void>();
    const timer = clock.timer(GOODBYE_BUDGET_MS, () => {
      void this.abort().then(hungUp.resolve);
    });
    try {
      await Promise.race([this.client.disconnect(), hungUp.promise]);
    } catch {
      // The peer is gone already: what remains is to let go of our end.
    } finally {
      timer.cancel();
      await this.abort();
    }
  }

  /**
   * A message that is not in order, such as one whose signature does not fit, is undecodable too, whether the peer
   * answers so to OpenSecureChannel, to GetEndpoints or later: the stack drops it and reads on, where the channel has to be closed for it (OPC 10000-6 section 6.7.2).
   */
  #watchMessages(channel: ClientSecureChannelLayer): void {
    let builder: ReturnType<ClientSecureChannelLayer["_getMessageBuilder"]>;
    channel.on("receive_chunk", (chunk) => {
      this.#lastChunk = chunk;
      if (builder !== undefined) return;
      // The stack's name for it, and its only place for this. It is there once the peer has said hello.
      // oxlint-disable-next-line no-underscore-dangle
      builder = channel._getMessageBuilder();
      builder?.on("error", (error) => this.#doubt(error));
      builder?.on("invalid_message", ({ constructor }) =>
        this.#doubt(new Error(`${constructor.name} with a body that is none`)),
      );
    });
  }

  /** An error message is the peer's own word, and ends the connection as such. */
  #doubt(thrown: unknown): void {
    const bytes = this.#lastChunk;
    const type = String.fromCharCode(...bytes.subarray(0, ERROR_MESSAGE.length));
    if (type !== ERROR_MESSAGE) this.#tell({ bytes, thrown });
  }

  #tell(undecodable: Undecodable): void {
    for (const listener of this.#listeners) listener(undecodable);
  }

  async #hangUp(): Promise<void> {
    const channel = this.#channel;
    if (channel !== undefined) {
      await new Promise<void>((resolve) => channel.abortConnection(() => resolve()));
    }
    // With its channel gone this only frees what the client itself holds; it says nothing on the wire.
    await this.client.disconnect().catch(() => undefined);
  }
}
