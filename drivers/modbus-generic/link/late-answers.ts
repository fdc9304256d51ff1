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

  sent(request: ModbusRequest, nowNs: bigint): void {
    this.#outstanding.push({ request, sentNs: nowNs });
  }

  /** An answer has come that can only be the newest request's: all before it are answered or dropped. */
  settled(): void {
    this.#outstanding = [];
  }

  /** When the first of the outstanding ones counts as forgotten; undefined when there is none. */
  firstForgottenNs(nowNs: bigint): bigint | undefined {
    this.#forgetOld(nowNs);
    const first = this.#outstanding[0];
    return first && first.sentNs + LATEST_NS;
  }

  /** The first of `probes` whose data no outstanding answer can be taken for. */
  probe(
    probes: readonly ModbusRequest[],
    nowNs: bigint,
  ): { readonly request: ModbusRequest; readonly exceptionCounts: boolean } | undefined {
    this.#forgetOld(nowNs);
    const request = probes.find((probe) => !this.#outstanding.some((late) => looksLike(late.request, probe)));
    if (request === undefined) return undefined;
    const exceptionCounts = this.#outstanding.every(
      (late) => late.request.functionCode !== request.functionCode,
    );
    return { request, exceptionCounts };
  }

  #forgetOld(nowNs: bigint): void {
    this.#outstanding = this.#outstanding.filter(({ sentNs }) => nowNs - sentNs < LATEST_NS);
  }
}

const looksLike = (a: ModbusRequest, b: ModbusRequest) =>
  a.functionCode === b.functionCode && answerLength(a) === answerLength(b);
