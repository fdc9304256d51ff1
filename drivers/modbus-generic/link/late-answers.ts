/**
 * Requests on a serial line whose answer has not come, and may still. RTU answers carry neither a number
 * nor an address: one that comes late has the right checksum and looks like the answer to the request
 * after it. The list outlives a connection, since the instrument does not know of ours.
 *
 * The way out is a probe: a request whose answer no outstanding one can be mistaken for. An instrument
 * answers in order, so that what comes before the probe's answer is late, and after it nothing is.
 */
import { answerLength, type ModbusRequest } from "../codec/request.ts";

/** An instrument that has not answered by then has forgotten the request. */
const LATEST_NS = 10_000_000_000n;

export class LateAnswers {
  #outstanding: { readonly request: ModbusRequest; readonly sentNs: bigint }[] = [];
  /** When a request of this shape was last sent, of those never answered, forgotten ones included. */
  readonly #unansweredNs = new Map<string, bigint>();

  sent(request: ModbusRequest, nowNs: bigint): void {
    this.#outstanding.push({ request, sentNs: nowNs });
    this.#unansweredNs.set(shapeOf(request), nowNs);
  }

  /** An answer has come that can only be the newest request's: all before it are answered or dropped. */
  settled(): void {
    this.#outstanding = [];
    this.#unansweredNs.clear();
  }

  /** When the first of the outstanding ones counts as forgotten; undefined when there is none. */
  firstForgottenNs(nowNs: bigint): bigint | undefined {
    this.#forgetOld(nowNs);
    const first = this.#outstanding[0];
    return first && first.sentNs + LATEST_NS;
  }

  /**
   * One of `probes` whose data no outstanding answer can be taken for; of those the one whose shape was
   * longest not sent, should an instrument be later than anybody thinks.
   */
  probe(
    probes: readonly ModbusRequest[],
    nowNs: bigint,
  ): { readonly request: ModbusRequest; readonly exceptionCounts: boolean } | undefined {
    this.#forgetOld(nowNs);
    const [request] = probes
      .filter((probe) => !this.#outstanding.some((late) => shapeOf(late.request) === shapeOf(probe)))
      .toSorted((a, b) => Number(this.#lastSentNs(a) - this.#lastSentNs(b)));
    if (request === undefined) return undefined;
    const exceptionCounts = this.#outstanding.every(
      (late) => late.request.functionCode !== request.functionCode,
    );
    return { request, exceptionCounts };
  }

  #lastSentNs(request: ModbusRequest): bigint {
    return this.#unansweredNs.get(shapeOf(request)) ?? -1n;
  }

  #forgetOld(nowNs: bigint): void {
    this.#outstanding = this.#outstanding.filter(({ sentNs }) => nowNs - sentNs < LATEST_NS);
  }
}

/** Answers to two requests of one shape look alike. */
const shapeOf = (request: ModbusRequest) => `${request.functionCode} ${answerLength(request)}`;
