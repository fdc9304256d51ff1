/** One client's line: requests in, replies out in order, each with the delay that it has. */
import type { Clock } from "@helix/hal";
import type { Device } from "../device/device.ts";
import type { AnswerFaults } from "./answer-faults.ts";
import { newConversation } from "./conversation.ts";
import type { RequestFrame, RequestReader } from "./frames.ts";
import type { Reply } from "./reply.ts";

export interface LineParts {
  readonly clock: Clock;
  readonly device: Device;
  readonly faults: AnswerFaults;
  readonly reader: RequestReader;
  /** Between the end of a request and the answer, at the least. */
  readonly turnaroundMs: number;
  readonly isForUs: (unitId: number) => boolean;
  readonly encode: (reply: Reply) => Buffer;
  /** Rejects when the client has gone. */
  readonly write: (bytes: Uint8Array) => Promise<void>;
  /** The client has gone. */
  readonly onGone: () => void;
}

export class Line {
  readonly #parts: LineParts;
  readonly #conversation = newConversation();
  readonly #queue: Reply[] = [];
  #isSending = false;

  constructor(parts: LineParts) {
    this.#parts = parts;
  }

  /** @throws FramingError when the client's bytes are no requests */
  take(chunk: Uint8Array): void {
    for (const request of this.#parts.reader.push(chunk)) this.#answer(request);
  }

  #answer(request: RequestFrame): void {
    const { device, faults, isForUs } = this.#parts;
    if (!isForUs(request.unitId)) return;
    for (const reply of faults.replies(device, request, this.#conversation)) {
      if (this.#isSending || !this.#goesAtOnce(reply)) this.#queue.push(reply);
      else this.#parts.write(this.#parts.encode(reply)).catch(() => this.#parts.onGone());
    }
    if (!this.#isSending && this.#queue.length > 0) void this.#send();
  }

  /** And nothing waits before it. */
  #goesAtOnce({ delayMs }: Reply): boolean {
    return this.#queue.length === 0 && delayMs === 0 && this.#parts.turnaroundMs === 0;
  }

  async #send(): Promise<void> {
    this.#isSending = true;
    try {
      for (let reply = this.#queue.shift(); reply; reply = this.#queue.shift()) await this.#sendOne(reply);
    } catch {
      this.#queue.length = 0;
      this.#parts.onGone();
    } finally {
      this.#isSending = false;
    }
  }

  async #sendOne(reply: Reply): Promise<void> {
    const { clock, turnaroundMs, encode, write } = this.#parts;
    const delayMs = Math.max(reply.delayMs, turnaroundMs);
    if (delayMs > 0) await clock.sleep(delayMs);
    return write(encode(reply));
  }
}
