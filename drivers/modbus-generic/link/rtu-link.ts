/**
 * Modbus RTU: one request at a time. After anything but a sound answer the port is closed, opened and
 * flushed. On a port just opened nothing is asked before a probe has shown that no late answer is on its
 * way (late-answers.ts): an instrument may still owe one to whoever held the line before. Timing: Modbus over Serial Line 1.02, 2.5.1.1.
 */
import type { Clock, Serial, SerialConnection, SerialLine } from "@helix/hal";
import type { ModbusAnswer } from "../codec/answer.ts";
import { encodeRequest, type ModbusRequest } from "../codec/request.ts";
import { encodeRtu } from "../codec/rtu.ts";
import { Deadline } from "./deadline.ts";
import type { LateAnswers } from "./late-answers.ts";
import {
  causeText,
  type ExchangeLimits,
  ExchangeTimeout,
  LinkLostError,
  type ModbusLink,
  SILENT_REQUESTS_LIMIT,
} from "./link.ts";
import { AnswerCollector, type Collector, ProbeCollector } from "./rtu-collector.ts";

export interface RtuSettings {
  readonly line: SerialLine;
  readonly unitId: number;
  /** Requests without effect, those that the instrument surely answers first; of different shapes. */
  readonly probes: readonly ModbusRequest[];
}

/** USB converters and operating systems tear frames apart: a pause must be longer than theirs. */
const SHORTEST_SILENCE_MS = 20;
const CLOSING_MS = 1000;

export class RtuLink implements ModbusLink {
  readonly lost: Promise<string>;
  readonly #clock: Clock;
  readonly #serial: Serial;
  readonly #settings: RtuSettings;
  readonly #late: LateAnswers;
  readonly #tellLost: (reason: string) => void;
  /** 3.5 characters: nothing may be sent so soon after the last byte. */
  readonly #pauseMs: number;
  #port: SerialConnection | undefined;
  #collector: Collector | undefined;
  #deadline: Deadline | undefined;
  #turn: Promise<void> = Promise.resolve();
  #isOpen = true;
  #loss: string | undefined;
  #mustReopen = false;
  /** What arrives next answers what is asked next; of a line just opened nobody knows. */
  #isProven = false;
  /** Ports that opened too late for whoever asked, on their way to being closed. */
  #closing: Promise<void> = Promise.resolve();
  #asked = 0;
  #silent = 0;
  /** Requests asked for up to this one say nothing more about silence. */
  #silenceCountedUpTo = 0;
  #lastByteNs = 0n;
  #lateAnswers = 0;

  /** Opens the port. @throws Error with the system's code, ExchangeTimeout */
  static async open(
    clock: Clock,
    serial: Serial,
    settings: RtuSettings,
    late: LateAnswers,
    limits: ExchangeLimits,
  ): Promise<RtuLink> {
    const link = new RtuLink(clock, serial, settings, late);
    const deadline = new Deadline(clock, limits);
    try {
      await link.#openPort(deadline);
      return link;
    } catch (error) {
      await link.close();
      throw error;
    } finally {
      deadline.release();
    }
  }

  private constructor(clock: Clock, serial: Serial, settings: RtuSettings, late: LateAnswers) {
    this.#clock = clock;
    this.#serial = serial;
    this.#settings = settings;
    this.#late = late;
    this.#pauseMs = pauseMs(settings.line);
    const lost = Promise.withResolvers<string>();
    this.lost = lost.promise;
    this.#tellLost = lost.resolve;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get loss(): string | undefined {
    return this.#loss;
  }

  /** An answer of this line bears no number: a copy of one is late like any other. */
  readonly repeatedAnswers = undefined;

  get lateAnswers(): number {
    return this.#lateAnswers;
  }

  async exchange(request: ModbusRequest, limits: ExchangeLimits): Promise<ModbusAnswer> {
    const deadline = new Deadline(this.#clock, limits);
    const order = ++this.#asked;
    const before = this.#turn;
    const done = Promise.withResolvers<void>();
    this.#turn = before.then(() => done.promise);
    try {
      await deadline.race(before);
      if (!this.#isOpen) throw this.#gone();
      this.#deadline = deadline;
      const answer = await this.#ask(request, deadline);
      this.#silent = 0;
      return answer;
    } catch (error) {
      this.#noteFailure(error, deadline, order);
      throw error;
    } finally {
      if (this.#deadline === deadline) this.#deadline = undefined;
      deadline.release();
      done.resolve();
    }
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    this.#deadline?.fail(this.#gone());
    const port = this.#port;
    this.#port = undefined;
    if (port === undefined) return;
    const limits = { operation: "close", budgetMs: CLOSING_MS, signal: new AbortController().signal };
    const deadline = new Deadline(this.#clock, limits);
    // A port that cannot be closed in this time, or at all, is the operating system's.
    await deadline.race(port.close()).catch(() => undefined);
    deadline.release();
  }

  async #ask(request: ModbusRequest, deadline: Deadline): Promise<ModbusAnswer> {
    const isUnclean = this.#late.firstForgottenNs(this.#clock.monotonicNs()) !== undefined;
    if (this.#mustReopen || isUnclean) await this.#reopen(deadline);
    if (!this.#isProven) await this.#prove(deadline);
    const { unitId, line } = this.#settings;
    const silenceMs = Math.max(SHORTEST_SILENCE_MS, pauseMs(line));
    return this.#transact(request, new AnswerCollector(this.#clock, request, unitId, silenceMs), deadline);
  }

  /** After this, what arrives next is the answer to what is asked next. */
  async #prove(deadline: Deadline): Promise<void> {
    const nowNs = this.#clock.monotonicNs();
    const probe = this.#late.probe(this.#settings.probes, nowNs);
    if (probe === undefined) {
      const forgottenNs = this.#late.firstForgottenNs(nowNs) ?? nowNs;
      await deadline.sleep(Number(forgottenNs - nowNs) / 1e6);
      return this.#prove(deadline);
    }
    const { request, exceptionCounts } = probe;
    const collector = new ProbeCollector(request, this.#settings.unitId, exceptionCounts);
    await this.#transact(request, collector, deadline);
    if (collector.hasSkipped) this.#lateAnswers += 1;
    this.#isProven = true;
  }

  async #transact(request: ModbusRequest, collector: Collector, deadline: Deadline): Promise<ModbusAnswer> {
    const port = this.#port;
    if (port === undefined) throw this.#gone();
    await this.#pause(deadline);
    this.#late.sent(request, this.#clock.monotonicNs());
    this.#collector = collector;
    try {
      const bytes = encodeRtu(this.#settings.unitId, encodeRequest(request));
      // A write that never settles is the deadline's matter.
      port.write(bytes).catch((error: unknown) => this.#portGone(port, causeText(error)));
      const answer = await deadline.race(collector.answer);
      this.#late.settled();
      return answer;
    } finally {
      collector.stop();
      this.#collector = undefined;
    }
  }

  async #pause(deadline: Deadline): Promise<void> {
    const leftMs = this.#pauseMs - Number(this.#clock.monotonicNs() - this.#lastByteNs) / 1e6;
    if (leftMs > 0) await deadline.sleep(leftMs);
  }

  async #reopen(deadline: Deadline): Promise<void> {
    this.#mustReopen = true;
    this.#isProven = false;
    const port = this.#port;
    this.#port = undefined;
    if (port !== undefined) await deadline.race(port.close());
    try {
      await this.#openPort(deadline);
      this.#mustReopen = false;
    } catch (error) {
      if (!(error instanceof ExchangeTimeout)) {
        this.#lose(`${this.#settings.line.path} cannot be opened again: ${causeText(error)}`);
      }
      throw error instanceof ExchangeTimeout ? error : this.#gone();
    }
  }

  async #openPort(deadline: Deadline): Promise<void> {
    await deadline.race(this.#closing);
    const opening = this.#serial.open(this.#settings.line);
    let port: SerialConnection;
    try {
      port = await deadline.race(opening);
    } catch (error) {
      // Should it open after all, nobody wants it.
      this.#closing = opening.then((late) => late.close()).catch(() => undefined);
      throw error;
    }
    this.#port = port;
    await deadline.race(port.discardInput());
    void this.#listen(port);
  }

  async #listen(port: SerialConnection): Promise<void> {
    try {
      for await (const chunk of port.incoming) {
        if (port !== this.#port) return;
        this.#lastByteNs = this.#clock.monotonicNs();
        // Nobody has asked: a late answer, or noise.
        if (this.#collector === undefined) this.#lateAnswers += 1;
        else this.#collector.push(chunk);
      }
      this.#portGone(port, "the port was closed");
    } catch (error) {
      this.#portGone(port, causeText(error));
    }
  }

  #portGone(port: SerialConnection, reason: string): void {
    if (port === this.#port) this.#lose(`${this.#settings.line.path}: ${reason}`);
  }

  /** Requests that waited together are one silence, not many. */
  #noteFailure(error: unknown, deadline: Deadline, order: number): void {
    if (this.#deadline !== deadline) return;
    this.#mustReopen = true;
    const hasGivenUp = deadline.limits.signal.aborted;
    if (!(error instanceof ExchangeTimeout) || hasGivenUp) return;
    if (order <= this.#silenceCountedUpTo) return;
    this.#silenceCountedUpTo = this.#asked;
    this.#silent += 1;
    if (this.#silent >= SILENT_REQUESTS_LIMIT) {
      this.#lose(`${this.#silent} requests in a row were not answered`);
    }
  }

  #lose(reason: string): void {
    if (!this.#isOpen) return;
    this.#loss = reason;
    void this.close().then(() => this.#tellLost(reason));
  }

  #gone(): LinkLostError {
    return new LinkLostError(this.#loss ?? "the line has been closed");
  }
}

/** 3.5 characters of 11 bits; above 19,200 baud a fixed 1.75 ms. */
const pauseMs = ({ baudRate }: SerialLine) => (baudRate > 19_200 ? 1.75 : (3.5 * 11 * 1000) / baudRate);
