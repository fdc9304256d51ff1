/**
 * Modbus TCP: many requests at once, told apart by their transaction ids. An id is not used again
 * while its answer may still come, so a late answer is known as such and thrown away. So is a copy, byte
 * for byte, of an answer that has just come: gateways and repeaters send some twice, and it says nothing new.
 *
 * Why our own client and not modbus-serial 8.0.25: that opens sockets and ports itself and times with the
 * process's timers, where a driver is handed both; its transaction ids are modulo 256 without a guard
 * (the 257th request in flight gets another one's registers); a wrong unit or function shows as a mere
 * timeout, without the bytes; its buffered RTU mode answers with the previous request's value.
 */
import type { Cancellable, Clock, Connection, Log } from "@helix/hal";
import { decodeAnswer, type ModbusAnswer } from "../codec/answer.ts";
import { encodeMbap, type MbapMessage, MbapReader } from "../codec/mbap.ts";
import { encodeRequest, type ModbusRequest } from "../codec/request.ts";
import { WireFault } from "../codec/wire-fault.ts";
import {
  causeText,
  type ExchangeLimits,
  ExchangeTimeout,
  LinkLostError,
  type ModbusLink,
  SILENT_REQUESTS_LIMIT,
} from "./link.ts";

/** More than any server is known to queue makes no sense, and some wedge. */
export const MAX_IN_FLIGHT = 16;
const TRANSACTION_IDS = 0x10000;
/** Answers of which a copy is known as such: a gateway repeats at once what it repeats. */
const REMEMBERED_ANSWERS = 4 * MAX_IN_FLIGHT;
const FAREWELL_MS = 500;

interface Pending {
  readonly request: ModbusRequest;
  readonly resolve: (answer: ModbusAnswer) => void;
  /** Undefined while it waits for its turn. */
  transactionId: number | undefined;
  /** In the order of sending. */
  order: number;
  end(): void;
  fail(error: Error): void;
}

export class TcpLink implements ModbusLink {
  readonly lost: Promise<string>;
  readonly #clock: Clock;
  readonly #connection: Connection;
  readonly #unitId: number;
  readonly #log: Log | undefined;
  readonly #reader = new MbapReader();
  readonly #inFlight = new Map<number, Pending>();
  readonly #waiting: Pending[] = [];
  /** Ids whose request was given up, oldest first. */
  readonly #givenUp = new Set<number>();
  /** Messages that were answers, by their ids, oldest first. */
  readonly #answered = new Map<number, Uint8Array>();
  readonly #tellLost: (reason: string) => void;
  #isOpen = true;
  #loss: string | undefined;
  #lastId = 0;
  #sent = 0;
  #silent = 0;
  /** Requests sent up to this one say nothing more about silence. */
  #silenceCountedUpTo = 0;
  #lateAnswers = 0;
  #repeatedAnswers = 0;

  /** @param log  is told of the first copy of an answer; absent: nobody is */
  constructor(clock: Clock, connection: Connection, unitId: number, log?: Log) {
    this.#clock = clock;
    this.#connection = connection;
    this.#unitId = unitId;
    this.#log = log;
    const lost = Promise.withResolvers<string>();
    this.lost = lost.promise;
    this.#tellLost = lost.resolve;
    void this.#listen();
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get loss(): string | undefined {
    return this.#loss;
  }

  get lateAnswers(): number {
    return this.#lateAnswers;
  }

  get repeatedAnswers(): number {
    return this.#repeatedAnswers;
  }

  exchange(request: ModbusRequest, limits: ExchangeLimits): Promise<ModbusAnswer> {
    return new Promise((resolve, reject) => {
      if (!this.#isOpen) return reject(this.#gone());
      if (limits.signal.aborted) return reject(new ExchangeTimeout(limits));
      const pending = this.#pending(request, limits, resolve, reject);
      this.#waiting.push(pending);
      this.#sendNext();
    });
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#failAll(this.#gone());
    let timer: Cancellable | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = this.#clock.timer(FAREWELL_MS, resolve);
    });
    const farewell = this.#connection.end().then(
      () => this.#connection.closed,
      // The peer has gone first: there is nobody to say goodbye to.
      () => undefined,
    );
    await Promise.race([farewell, patience]);
    timer?.cancel();
    this.#connection.reset();
  }

  #pending(
    request: ModbusRequest,
    limits: ExchangeLimits,
    resolve: (answer: ModbusAnswer) => void,
    reject: (error: Error) => void,
  ): Pending {
    const onAbort = () => this.#giveUp(pending, new ExchangeTimeout(limits));
    const timer = this.#clock.timer(limits.budgetMs, () => {
      this.#giveUp(pending, new ExchangeTimeout(limits));
      this.#countSilence(pending);
    });
    limits.signal.addEventListener("abort", onAbort);
    const end = () => {
      timer.cancel();
      limits.signal.removeEventListener("abort", onAbort);
    };
    const pending: Pending = {
      request,
      resolve,
      transactionId: undefined,
      order: 0,
      end,
      fail(error) {
        end();
        reject(error);
      },
    };
    return pending;
  }

  #sendNext(): void {
    while (this.#isOpen && this.#inFlight.size < MAX_IN_FLIGHT) {
      const pending = this.#waiting.shift();
      if (pending === undefined) return;
      this.#send(pending);
    }
  }

  #send(pending: Pending): void {
    const id = this.#freeId();
    pending.transactionId = id;
    pending.order = ++this.#sent;
    this.#inFlight.set(id, pending);
    const bytes = encodeMbap(id, this.#unitId, encodeRequest(pending.request));
    // A write that never settles is the request's deadline's matter.
    this.#connection.write(bytes).catch((error: unknown) => this.#lose(causeText(error)));
  }

  #freeId(): number {
    do this.#lastId = (this.#lastId + 1) % TRANSACTION_IDS;
    while (this.#inFlight.has(this.#lastId) || this.#givenUp.has(this.#lastId));
    return this.#lastId;
  }

  async #listen(): Promise<void> {
    try {
      for await (const chunk of this.#connection.incoming) {
        for (const message of this.#reader.push(chunk)) this.#take(message);
        if (!this.#isOpen) return;
      }
      this.#lose("the connection was closed by the peer");
    } catch (error) {
      if (error instanceof WireFault) this.#violated(this.#oldest(), error);
      else this.#lose(causeText(error));
    }
  }

  #take(message: MbapMessage): void {
    const pending = this.#inFlight.get(message.transactionId);
    if (pending === undefined) return this.#takeUnasked(message);
    try {
      const answer = this.#open(pending.request, message);
      this.#inFlight.delete(message.transactionId);
      this.#rememberAnswer(message);
      this.#silent = 0;
      pending.end();
      pending.resolve(answer);
      this.#sendNext();
    } catch (error) {
      if (!(error instanceof WireFault)) throw error;
      this.#violated(pending, error);
    }
  }

  #takeUnasked(message: MbapMessage): void {
    const { transactionId, bytes } = message;
    const answered = this.#answered.get(transactionId);
    if (this.#givenUp.delete(transactionId)) {
      this.#lateAnswers += 1;
      this.#rememberAnswer(message);
    } else if (answered !== undefined && isEqual(answered, bytes)) this.#takeCopy(message);
    else this.#violated(this.#oldest(), unknownId(message, answered !== undefined));
  }

  #takeCopy({ transactionId }: MbapMessage): void {
    this.#repeatedAnswers += 1;
    // Whoever looks at the gateway wants to know that it does so, not each time.
    if (this.#repeatedAnswers === 1)
      this.#log?.warn("an answer came twice, and its copy was thrown away", { transactionId });
  }

  #rememberAnswer({ transactionId, bytes }: MbapMessage): void {
    this.#answered.delete(transactionId);
    // A copy: the message lies in whatever the socket read at once.
    this.#answered.set(transactionId, bytes.slice());
    if (this.#answered.size <= REMEMBERED_ANSWERS) return;
    for (const oldest of this.#answered.keys()) {
      this.#answered.delete(oldest);
      break;
    }
  }

  /** @throws WireFault with all of the message's bytes */
  #open(request: ModbusRequest, { unitId, pdu, bytes }: MbapMessage): ModbusAnswer {
    if (unitId !== this.#unitId) throw new WireFault(`unit id ${unitId}`, `unit id ${this.#unitId}`, bytes);
    try {
      return decodeAnswer(request, pdu);
    } catch (error) {
      if (!(error instanceof WireFault)) throw error;
      throw new WireFault(error.description, error.expectation, bytes);
    }
  }

  #oldest(): Pending | undefined {
    return this.#inFlight.values().next().value;
  }

  #giveUp(pending: Pending, error: Error): void {
    const id = pending.transactionId;
    if (id === undefined) this.#waiting.splice(this.#waiting.indexOf(pending), 1);
    else if (this.#inFlight.delete(id)) this.#remember(id);
    pending.fail(error);
    this.#sendNext();
  }

  /** The oldest is forgotten when a whole round of ids lies between. */
  #remember(id: number): void {
    this.#givenUp.add(id);
    if (this.#givenUp.size <= TRANSACTION_IDS / 2) return;
    for (const oldest of this.#givenUp) {
      this.#givenUp.delete(oldest);
      break;
    }
  }

  /** Requests that were under way together are one silence, not many. */
  #countSilence({ order }: Pending): void {
    if (order <= this.#silenceCountedUpTo) return;
    this.#silenceCountedUpTo = this.#sent;
    this.#silent += 1;
    if (this.#silent >= SILENT_REQUESTS_LIMIT) {
      this.#lose(`${this.#silent} requests in a row were not answered`);
    }
  }

  /** What the peer says cannot be believed any more: the connection ends, with the bytes as evidence. */
  #violated(blamed: Pending | undefined, fault: WireFault): void {
    if (blamed?.transactionId !== undefined) this.#inFlight.delete(blamed.transactionId);
    blamed?.fail(fault);
    this.#lose(`the instrument broke the protocol: ${fault.message}`);
  }

  #lose(reason: string): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#loss = reason;
    this.#connection.reset();
    this.#failAll(this.#gone());
    this.#tellLost(reason);
  }

  #failAll(error: Error): void {
    const all = [...this.#inFlight.values(), ...this.#waiting.splice(0)];
    this.#inFlight.clear();
    for (const pending of all) pending.fail(error);
  }

  #gone(): LinkLostError {
    return new LinkLostError(this.#loss ?? "the connection has been closed");
  }
}

function unknownId({ transactionId, bytes }: MbapMessage, wasAnswered: boolean): WireFault {
  return wasAnswered
    ? new WireFault(
        `a second answer to transaction id ${transactionId}, unlike the first`,
        "one answer",
        bytes,
      )
    : new WireFault(`transaction id ${transactionId}`, "the id of a request that was sent", bytes);
}

const isEqual = (a: Uint8Array, b: Uint8Array) =>
  a.length === b.length && a.every((byte, index) => byte === b[index]);
