/** Puts one RTU answer together from the chunks in which it arrives. */
import type { Cancellable, Clock } from "@helix/hal";
import { decodeAnswer, type ModbusAnswer } from "../codec/answer.ts";
import { joined } from "../codec/mbap.ts";
import type { ModbusRequest } from "../codec/request.ts";
import { findAnswer, measureAnswer, openRtu } from "../codec/rtu.ts";
import { WireFault } from "../codec/wire-fault.ts";

export interface Collector {
  readonly answer: Promise<ModbusAnswer>;
  push(chunk: Uint8Array): void;
  stop(): void;
}

/** The longest frame of the standard, bytes. */
const MAX_FRAME_BYTES = 256;
/** What may be thrown away in search of an answer. */
const MAX_RUBBISH_BYTES = 4096;

/** Rejects with WireFault for a frame that is no sound answer to `request`. */
export class AnswerCollector implements Collector {
  readonly answer: Promise<ModbusAnswer>;
  readonly #settle: PromiseWithResolvers<ModbusAnswer>;
  readonly #clock: Clock;
  readonly #request: ModbusRequest;
  readonly #unitId: number;
  readonly #silenceMs: number;
  #bytes: Uint8Array = new Uint8Array(0);
  #silence: Cancellable | undefined;

  /** @param silenceMs  a pause of this length ends a frame whose length cannot be told */
  constructor(clock: Clock, request: ModbusRequest, unitId: number, silenceMs: number) {
    this.#clock = clock;
    this.#request = request;
    this.#unitId = unitId;
    this.#silenceMs = silenceMs;
    this.#settle = Promise.withResolvers();
    this.answer = this.#settle.promise;
    // It may fail after its deadline, when nobody asks any more.
    this.answer.catch(() => {});
  }

  push(chunk: Uint8Array): void {
    this.#bytes = joined(this.#bytes, chunk);
    this.stop();
    const length = measureAnswer(this.#request, this.#unitId, this.#bytes);
    if (typeof length === "number") this.#finish(this.#bytes.subarray(0, length));
    else if (this.#bytes.length > MAX_FRAME_BYTES) this.#finish(this.#bytes);
    else if (length === "shapeless") {
      this.#silence = this.#clock.timer(this.#silenceMs, () => this.#finish(this.#bytes));
    }
  }

  stop(): void {
    this.#silence?.cancel();
    this.#silence = undefined;
  }

  #finish(frame: Uint8Array): void {
    try {
      this.#settle.resolve(this.#open(frame));
    } catch (error) {
      this.#settle.reject(error);
    }
  }

  #open(frame: Uint8Array): ModbusAnswer {
    const pdu = openRtu(this.#request, this.#unitId, frame);
    try {
      return decodeAnswer(this.#request, pdu);
    } catch (error) {
      if (!(error instanceof WireFault)) throw error;
      throw new WireFault(error.description, error.expectation, frame);
    }
  }
}

/** Waits for the answer to a probe, whatever else comes before it. */
export class ProbeCollector implements Collector {
  readonly answer: Promise<ModbusAnswer>;
  readonly #settle: PromiseWithResolvers<ModbusAnswer>;
  readonly #probe: ModbusRequest;
  readonly #unitId: number;
  readonly #exceptionCounts: boolean;
  /** Something came before the answer, and was thrown away. */
  hasSkipped = false;
  #bytes: Uint8Array = new Uint8Array(0);

  constructor(probe: ModbusRequest, unitId: number, exceptionCounts: boolean) {
    this.#probe = probe;
    this.#unitId = unitId;
    this.#exceptionCounts = exceptionCounts;
    this.#settle = Promise.withResolvers();
    this.answer = this.#settle.promise;
    this.answer.catch(() => {});
  }

  push(chunk: Uint8Array): void {
    this.#bytes = joined(this.#bytes, chunk);
    const pdu = findAnswer(this.#probe, this.#unitId, this.#bytes, this.#exceptionCounts);
    if (pdu !== undefined) {
      this.hasSkipped = pdu.byteOffset - this.#bytes.byteOffset > 1;
      this.#settle.resolve(decodeAnswer(this.#probe, pdu));
    } else if (this.#bytes.length > MAX_RUBBISH_BYTES) {
      const expectation = "the answer to a request among them";
      this.#settle.reject(new WireFault(`${this.#bytes.length} bytes of rubbish`, expectation, this.#bytes));
    }
  }

  stop(): void {}
}
