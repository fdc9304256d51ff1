/**
 * One session with an OPC UA server: opened whole or not at all, watched while it lives, and gone
 * without a trace when it is lost or closed.
 */
import { type ConnectionConfig, InstrumentError } from "@helix/hal";
import type {
  CallMethodResult,
  ClientSession,
  DataValue,
  VariantOptions,
  WriteValueOptions,
} from "node-opcua-client";
import type { ClientHandle } from "./client-handle.ts";
import { protocolViolation } from "./protocol-violation.ts";
import type { SessionTarget } from "./settings.ts";
import type { OpcUaStack } from "./stack.ts";
import { saysGoodbye, sessionIsGone, statusOfError, statusText } from "./status-codes.ts";
import { DEFAULT_SILENCE_LIMIT_MS, watchForSilence } from "./watchdog.ts";

export interface SessionLoss {
  readonly reason: string;
  /** The server announced it. */
  readonly wasGraceful: boolean;
  /** What the instrument sent that is not OPC UA, where that ended it. */
  readonly violation?: InstrumentError;
}

/** How long a request may take, and who may end it early. */
export interface RequestLimits {
  readonly operation: string;
  readonly budgetMs: number;
  readonly signal: AbortSignal;
}

export class OpcUaSession {
  readonly stack: OpcUaStack;
  readonly target: SessionTarget;
  /** The stack's session; for services that this class does not wrap. */
  readonly raw: ClientSession;
  readonly readOnly: boolean;
  /** Resolves when the session has been lost and everything of it has been let go; never after `close`. */
  readonly lost: Promise<SessionLoss>;
  readonly #handle: ClientHandle;
  readonly #namespaces: readonly string[];
  readonly #ending = new AbortController();
  readonly #resolveLost: (loss: SessionLoss) => void;
  #loss: SessionLoss | undefined;
  /** Pieces of messages that came from the server. */
  #heard = 0;
  #isInDoubt = false;

  constructor(
    stack: OpcUaStack,
    target: SessionTarget,
    handle: ClientHandle,
    raw: ClientSession,
    namespaces: readonly string[],
    config: ConnectionConfig,
  ) {
    this.stack = stack;
    this.target = target;
    this.raw = raw;
    this.readOnly = config.readOnly;
    this.#handle = handle;
    this.#namespaces = namespaces;
    const lost = Promise.withResolvers<SessionLoss>();
    this.lost = lost.promise;
    this.#resolveLost = lost.resolve;
    forbidSilentRepair(raw);
    handle.client.on("receive_chunk", () => {
      this.#heard += 1;
    });
    handle.onUndecodable((undecodable) => {
      const violation = protocolViolation(target, undecodable);
      this.#loseBy({ reason: violation.message, wasGraceful: false, violation });
    });
    // Not a goodbye: the socket of a killed process is closed just the same.
    handle.client.on("close", () => this.lose("the connection was closed by the peer", false));
    void this.#watch();
  }

  /** Undefined while the session stands. */
  get loss(): SessionLoss | undefined {
    return this.#loss;
  }

  /** Aborts when the session is lost or closed. */
  get ended(): AbortSignal {
    return this.#ending.signal;
  }

  get isOpen(): boolean {
    return !this.#ending.signal.aborted;
  }

  /** Says goodbye and lets everything go; settles within 5 s also when the peer is silent. */
  async close(): Promise<void> {
    if (this.isOpen) this.#ending.abort();
    await this.#handle.close(this.target.context.clock);
  }

  /** Declares the session lost: hangs up, then tells whoever waits on `lost`. */
  lose(reason: string, wasGraceful: boolean): void {
    this.#loseBy({ reason, wasGraceful });
  }

  /**
   * A node id as this server numbers its namespaces: `nsu=<uri>;s=...` becomes `ns=<index>;s=...`.
   * A namespace that the server does not have gets a number that no server has, so that the answer
   * is the same as for any other unknown node.
   */
  nodeId(text: string): string {
    const named = /^nsu=([^;]+);(.*)$/.exec(text);
    if (!named) return text;
    const index = this.#namespaces.indexOf(named[1] ?? "");
    return `ns=${index < 0 ? UNKNOWN_NAMESPACE : index};${named[2]}`;
  }

  /** Reads the value attribute of every node, in order; a value may carry a bad status. */
  read(nodeIds: readonly string[], limits: RequestLimits): Promise<DataValue[]> {
    const { AttributeIds } = this.stack.ua;
    const nodes = nodeIds.map((id) => ({ nodeId: this.nodeId(id), attributeId: AttributeIds.Value }));
    return this.request(limits, () => this.raw.read(nodes));
  }

  /** Writes one value; the answer is the node's status code. */
  async write(nodeId: string, value: VariantOptions, limits: RequestLimits) {
    const write: WriteValueOptions = {
      nodeId: this.nodeId(nodeId),
      attributeId: this.stack.ua.AttributeIds.Value,
      value: { value },
    };
    return this.request(limits, () => this.raw.write(write));
  }

  /** Calls a method of an object. */
  call(
    objectId: string,
    methodId: string,
    inputArguments: VariantOptions[],
    limits: RequestLimits,
  ): Promise<CallMethodResult> {
    const request = {
      objectId: this.nodeId(objectId),
      methodId: this.nodeId(methodId),
      inputArguments,
    };
    return this.request(limits, () => this.raw.call(request));
  }

  /**
   * Runs one exchange with the server within its limits.
   *
   * @throws InstrumentError Timeout when the budget is spent or `limits.signal` aborts,
   *   ConnectionLost or ProtocolViolation when the session ends under it; the stack's error otherwise
   */
  async request<T>(limits: RequestLimits, work: () => Promise<T>): Promise<T> {
    const { clock } = this.target.context;
    if (!this.isOpen) throw this.lossError();
    const ended = Promise.withResolvers<never>();
    const onTimeout = () => ended.reject(this.#timeout(limits));
    const onEnd = () => ended.reject(this.lossError());
    if (limits.signal.aborted) throw this.#timeout(limits);
    limits.signal.addEventListener("abort", onTimeout, { once: true });
    this.#ending.signal.addEventListener("abort", onEnd, { once: true });
    const timer = clock.timer(limits.budgetMs, onTimeout);
    try {
      return await Promise.race([work(), ended.promise]);
    } catch (error) {
      throw this.#sorted(error);
    } finally {
      timer.cancel();
      limits.signal.removeEventListener("abort", onTimeout);
      this.#ending.signal.removeEventListener("abort", onEnd);
    }
  }

  connectionLost(): InstrumentError {
    return new InstrumentError({
      kind: "ConnectionLost",
      instrumentId: this.target.instrumentId,
      reason: this.#loss?.reason ?? "the session has been closed",
      lastFrameSequence: this.target.lastFrameSequence(),
      wasGraceful: this.#loss?.wasGraceful ?? true,
    });
  }

  /** The error by which a stream or a request ends with the session: ProtocolViolation or ConnectionLost. */
  lossError(): InstrumentError {
    return this.#loss?.violation ?? this.connectionLost();
  }

  /** Ends the session when `error` shows that the server no longer knows it. */
  noteFailure(error: unknown): void {
    const status = statusOfError(this.stack, error);
    if (status && sessionIsGone(status)) {
      this.lose(`the server has ended the session: ${statusText(status)}`, saysGoodbye(status));
    } else if (error instanceof Error && error.message.includes(REPAIR_REFUSED)) {
      this.lose("the server no longer knows the session", false);
    }
  }

  #loseBy(loss: SessionLoss): void {
    if (!this.isOpen) return;
    this.#loss = loss;
    this.#ending.abort();
    void this.#handle.abort().then(() => this.#resolveLost(loss));
  }

  #sorted(error: unknown): unknown {
    if (error instanceof InstrumentError) return error;
    this.noteFailure(error);
    return this.isOpen ? error : this.lossError();
  }

  #timeout({ operation, budgetMs }: RequestLimits): InstrumentError {
    const { instrumentId } = this.target;
    if (this.isOpen) void this.#doubt();
    return new InstrumentError({ kind: "Timeout", instrumentId, operation, budgetMs });
  }

  async #watch(): Promise<void> {
    const { silenceLimitMs } = this.target.settings;
    let known = -1;
    const heard = () => {
      const isNew = this.#heard !== known;
      known = this.#heard;
      return isNew;
    };
    const peer = { heard, probe: () => this.#askForLife(silenceLimitMs) };
    const outcome = await watchForSilence(
      this.target.context.clock,
      silenceLimitMs,
      peer,
      this.#ending.signal,
    );
    if (outcome === "silent") this.#loseSilent(silenceLimitMs);
  }

  /** A request without an answer hints at a loss: where the limit is long, the server is asked now. */
  async #doubt(): Promise<void> {
    const { settings, context } = this.target;
    if (this.#isInDoubt || settings.silenceLimitMs <= DEFAULT_SILENCE_LIMIT_MS) return;
    this.#isInDoubt = true;
    const before = this.#heard;
    this.#askForLife(DEFAULT_SILENCE_LIMIT_MS);
    try {
      await context.clock.sleep(DEFAULT_SILENCE_LIMIT_MS, this.#ending.signal);
      if (this.#heard === before) this.#loseSilent(DEFAULT_SILENCE_LIMIT_MS);
    } catch {
      // The session has ended meanwhile: there is nothing left to doubt.
    } finally {
      this.#isInDoubt = false;
    }
  }

  /** Only the bytes of an answer count: a failure shows as continued silence. */
  #askForLife(budgetMs: number): void {
    const limits = { operation: "sign of life", budgetMs, signal: this.#ending.signal };
    void this.read([SERVER_STATE], limits).catch(() => undefined);
  }

  #loseSilent(forMs: number): void {
    this.lose(`nothing heard from the instrument for ${forMs / 1000} s`, false);
  }
}

const UNKNOWN_NAMESPACE = 65_535;

/** What the stack says when it may not repair a session. */
const REPAIR_REFUSED = "Cannot recreate session";

/**
 * When a server no longer knows a session, the stack opens another one and repeats the request,
 * without a word. Samples would be missing and nobody told: it is kept from it by the mark that the
 * stack itself sets while such a repair is under way.
 */
function forbidSilentRepair(session: ClientSession): void {
  (session as unknown as { recursive_repair_detector: number }).recursive_repair_detector = 1;
}

/** Server_ServerStatus_State, OPC 10000-6 annex A. */
export const SERVER_STATE = "ns=0;i=2259";
