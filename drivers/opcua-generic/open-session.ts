/**
 * Opens a session: endpoint, trust, secure channel, user. Everything that was opened on the way is
 * closed again when a step fails or the time is up.
 */
import { type Clock, type ConnectionConfig, InstrumentError } from "@helix/hal";
import type { EndpointDescription, UserIdentityInfo } from "node-opcua-client";
import { ClientHandle } from "./client-handle.ts";
import { connectError } from "./connect-errors.ts";
import { findEndpoint } from "./endpoint.ts";
import {
  checkServerCertificate,
  clientApplicationName,
  clientApplicationUri,
  closeCertificateStore,
  ensureCertificateIn,
  openCertificateStore,
} from "./pki.ts";
import { protocolViolation, type Undecodable } from "./protocol-violation.ts";
import { OpcUaSession } from "./session.ts";
import { readPassword, type SessionTarget } from "./settings.ts";
import { loadOpcUaStack, type OpcUaStack } from "./stack.ts";

/** A session ends at the server when nothing came from us for as long; ms. */
const MIN_SESSION_TIMEOUT_MS = 60_000;
/** A token is renewed at three quarters of this: often enough, and its arithmetic costs little, ms. */
const TOKEN_LIFETIME_MS = 3_600_000;
/** What passes is small, and a buffer is made for every message: the least that the protocol allows; bytes. */
const BUFFER_SIZE = 8192;
const MAX_CHUNKS = 256;
const TRANSPORT = {
  receiveBufferSize: BUFFER_SIZE,
  sendBufferSize: BUFFER_SIZE,
  maxChunkCount: MAX_CHUNKS,
  maxMessageSize: MAX_CHUNKS * BUFFER_SIZE,
} as const;
/** How long a failed attempt waits for the stack to let go, ms; it needs a few. */
const UNDO_BUDGET_MS = 1000;

/**
 * @throws InstrumentError ConnectionRefused, Timeout, ProtocolViolation or InvalidConfiguration; nothing stays open then
 */
export async function openSession(target: SessionTarget, config: ConnectionConfig): Promise<OpcUaSession> {
  const password = readPassword(target);
  const stack = await loadOpcUaStack(target.context.log);
  const attempt = new Attempt(target, config);
  const steps = openSteps(stack, target, config, attempt, password);
  try {
    return await Promise.race([steps, attempt.broken]);
  } catch (error) {
    await attempt.undo(steps, target.context.clock);
    throw connectError(stack, target, error);
  } finally {
    attempt.settle();
  }
}

async function openSteps(
  stack: OpcUaStack,
  target: SessionTarget,
  config: ConnectionConfig,
  attempt: Attempt,
  password: string | undefined,
): Promise<OpcUaSession> {
  const { settings, context } = target;
  const store = await openCertificateStore(stack, context.pkiFolder);
  try {
    const certificateFile = await ensureCertificateIn(stack, store, context.instrumentKey, context.clock);
    const identity = {
      applicationName: clientApplicationName(context.instrumentKey),
      applicationUri: clientApplicationUri(context.instrumentKey),
      clientCertificateManager: store,
      certificateFile,
    };
    const finder = attempt.track(new ClientHandle(stack, settings.silenceLimitMs, identity));
    const endpoint = await findEndpoint(stack, finder, target);
    await finder.close(context.clock);
    attempt.check();
    if (settings.securityMode !== "None") await refuseUntrusted(stack, store, target, endpoint);
    const handle = attempt.track(
      new ClientHandle(stack, settings.silenceLimitMs, {
        ...identity,
        securityMode: stack.ua.MessageSecurityMode[settings.securityMode],
        securityPolicy: stack.ua.SecurityPolicy[settings.securityPolicy],
        ...(settings.securityMode === "None" ? {} : { serverCertificate: endpoint.serverCertificate }),
        // Behind a gateway the server knows its own address by another name than we do.
        endpointMustExist: false,
        requestedSessionTimeout: Math.max(MIN_SESSION_TIMEOUT_MS, 2 * settings.silenceLimitMs),
        defaultSecureTokenLifetime: TOKEN_LIFETIME_MS,
        transportSettings: TRANSPORT,
      }),
    );
    await handle.client.connect(settings.endpointUrl);
    attempt.check();
    const session = await handle.client.createSession(userIdentity(stack, settings.username, password));
    const namespaces = await session.readNamespaceArray();
    attempt.check();
    return new OpcUaSession(stack, target, handle, session, namespaces, config);
  } finally {
    await closeCertificateStore(store);
  }
}

async function refuseUntrusted(
  stack: OpcUaStack,
  store: Parameters<typeof checkServerCertificate>[1],
  { settings, instrumentId }: SessionTarget,
  endpoint: EndpointDescription,
): Promise<void> {
  const refusal = await checkServerCertificate(stack, store, endpoint.serverCertificate);
  if (refusal === undefined) return;
  throw new InstrumentError({
    kind: "ConnectionRefused",
    instrumentId,
    endpoint: settings.endpointUrl,
    reason: refusal.reason,
    vendorErrorCode: refusal.statusCode,
  });
}

function userIdentity(
  stack: OpcUaStack,
  userName: string | undefined,
  password: string | undefined,
): UserIdentityInfo {
  const { UserTokenType } = stack.ua;
  if (userName === undefined || password === undefined) return { type: UserTokenType.Anonymous };
  return { type: UserTokenType.UserName, userName, password };
}

/** One attempt to connect: its deadline, and the clients it has opened so far. */
class Attempt {
  /**
   * Rejects with Timeout when the budget is spent or the caller aborts, with ProtocolViolation when what
   * comes is not OPC UA: the stack does not end its steps for that.
   */
  readonly broken: Promise<never>;
  readonly #clients: ClientHandle[] = [];
  readonly #settle: () => void;
  readonly #violated: (undecodable: Undecodable) => void;
  #isOver = false;

  constructor(target: SessionTarget, { timeoutMs, signal }: ConnectionConfig) {
    const { instrumentId, context } = target;
    const { promise, reject } = Promise.withResolvers<never>();
    this.broken = promise;
    const expire = () => {
      this.#isOver = true;
      reject(
        new InstrumentError({ kind: "Timeout", instrumentId, operation: "connect", budgetMs: timeoutMs }),
      );
    };
    this.#violated = (undecodable) => {
      this.#isOver = true;
      reject(protocolViolation(target, undecodable));
    };
    const timer = context.clock.timer(timeoutMs, expire);
    signal.addEventListener("abort", expire, { once: true });
    if (signal.aborted) expire();
    this.#settle = () => {
      timer.cancel();
      signal.removeEventListener("abort", expire);
    };
  }

  track(client: ClientHandle): ClientHandle {
    this.check();
    client.onUndecodable(this.#violated);
    this.#clients.push(client);
    return client;
  }

  /** Stops the steps of an attempt whose caller has already been told that it failed. */
  check(): void {
    if (this.#isOver) throw new Error("the attempt to connect is over");
  }

  /** Ends every client; the steps, still waiting on one of them, then fail and clean up. */
  async undo(steps: Promise<unknown>, clock: Clock): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#clients.map((client) => client.abort()));
    const settled = steps.then(
      () => undefined,
      () => undefined,
    );
    await Promise.race([settled, clock.sleep(UNDO_BUDGET_MS)]);
  }

  settle(): void {
    this.#settle();
  }
}
