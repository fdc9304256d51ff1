/** One way to an instrument, TCP or serial line: what the driver above needs of it. */
import type { ModbusAnswer } from "../codec/answer.ts";
import type { ModbusRequest } from "../codec/request.ts";
import type { StopSignal } from "./stop-signal.ts";

export interface ModbusLink {
  /** False once it is lost or closed; it never comes back. */
  readonly isOpen: boolean;
  /** Why it was lost; undefined while it stands, and after `close`. */
  readonly loss: string | undefined;
  /** Resolves with the reason when it is lost; never after `close`. */
  readonly lost: Promise<string>;
  /** Answers that came after their request had been given up, and were thrown away. */
  readonly lateAnswers: number;
  /** Copies of an answer that had come already, thrown away; undefined where the line cannot tell them from others. */
  readonly repeatedAnswers: number | undefined;

  /**
   * Settles within the limits, whatever the line below does.
   *
   * @throws ExchangeTimeout, LinkLostError, WireFault
   */
  exchange(request: ModbusRequest, limits: ExchangeLimits): Promise<ModbusAnswer>;

  /** Lets everything go; settles within 2 s. */
  close(): Promise<void>;
}

export interface ExchangeLimits {
  readonly operation: string;
  readonly budgetMs: number;
  readonly signal: StopSignal;
}

/** No answer in the time given; whether the instrument took the request is not known. */
export class ExchangeTimeout extends Error {
  override readonly name = "ExchangeTimeout";
  readonly operation: string;
  readonly budgetMs: number;

  constructor({ operation, budgetMs }: ExchangeLimits) {
    super(`no answer to ${operation} within ${budgetMs} ms`);
    this.operation = operation;
    this.budgetMs = budgetMs;
  }
}

/** The line below is gone. */
export class LinkLostError extends Error {
  override readonly name = "LinkLostError";
}

/** So many requests in a row without an answer: the instrument is gone. */
export const SILENT_REQUESTS_LIMIT = 3;

export const causeText = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const code = (error as { code?: unknown }).code;
  return typeof code === "string" && !error.message.includes(code)
    ? `${error.message} (${code})`
    : error.message;
};
