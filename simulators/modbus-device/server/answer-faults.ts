/** The active faults of the device's answers, what they make of one, and their receipts. */

import type { InstrumentFaultReceipt } from "../../instrument-fault.ts";
import { Touches } from "../../touches.ts";
import type { Device } from "../device/device.ts";
import type { ModbusAnswerFault } from "../faults.ts";
import { answerTo, EXCEPTION, exceptionTo } from "./answer.ts";
import { change } from "./answer-changes.ts";
import type { Conversation } from "./conversation.ts";
import type { RequestFrame } from "./frames.ts";
import { describeReply, type Reply } from "./reply.ts";

interface Active {
  readonly fault: ModbusAnswerFault;
  readonly beginS: number;
  readonly touched: Touches;
  /** Answers that it has been let at. */
  answers: number;
}

type Refusal = Extract<ModbusAnswerFault, { inject: "exception" | "error-code" }>;

export class AnswerFaults {
  readonly #active = new Map<string, Active>();

  get ids(): readonly string[] {
    return [...this.#active.keys()];
  }

  begin(id: string, fault: ModbusAnswerFault, beginS: number): void {
    this.#active.set(id, { fault, beginS, touched: new Touches(whatIsTouched(fault)), answers: 0 });
  }

  /** Ends a fault; undefined for an id that is none. What it holds back still goes out. */
  end(id: string, endS: number): InstrumentFaultReceipt | undefined {
    const active = this.#active.get(id);
    this.#active.delete(id);
    return active?.touched.receipt(active.beginS, endS);
  }

  /** What goes out when `request` has come, in order. */
  replies(device: Device, request: RequestFrame, conversation: Conversation): readonly Reply[] {
    const late = conversation.late.splice(0);
    const overtaken = conversation.overtaken.splice(0);
    const honest = this.#refusal(device, request) ?? answerTo(device, request.message);
    const { transactionId, unitId } = request;
    let reply: Reply | undefined = { transactionId, unitId, message: honest, delayMs: 0 };
    if (this.#active.size > 0) {
      const scene = { device, request, conversation, overtakes: overtaken.length > 0 };
      for (const active of this.#active.values()) {
        const { fault, touched } = active;
        if (reply === undefined || isRefusal(fault) || !applies(active, request)) continue;
        const changed = change(fault, reply, scene);
        if (changed === reply) continue;
        active.answers += 1;
        if (fault.inject === "busy") touched.note(0, fault.delayMs);
        else touched.note(describeReply(reply), toldOf(fault, changed));
        reply = changed;
      }
      conversation.previous = honest;
    }
    const now = reply === undefined ? [] : reply.isTwice ? [reply, reply] : [reply];
    return [...late, ...now, ...overtaken];
  }

  /** An exception stands in place of the deed: nothing is written. */
  #refusal(device: Device, request: RequestFrame): Buffer | undefined {
    for (const active of this.#active.values()) {
      const { fault, touched } = active;
      if (!isRefusal(fault) || !applies(active, request)) continue;
      if (fault.inject === "error-code" && !device.concerns(fault.channel, request.message)) continue;
      const code = fault.inject === "exception" ? fault.code : EXCEPTION.deviceFailure;
      active.answers += 1;
      // What is not carried out has no honest answer that could be told.
      touched.note(`the answer to ${request.message.toString("hex")}`, `exception ${code}`);
      return exceptionTo(request.message, code);
    }
    return undefined;
  }
}

const isRefusal = (fault: ModbusAnswerFault): fault is Refusal =>
  fault.inject === "exception" || fault.inject === "error-code";

function applies({ fault, answers }: Active, { message }: RequestFrame): boolean {
  const { answers: most = Number.POSITIVE_INFINITY, functionCodes } = fault;
  return answers < most && (functionCodes === undefined || functionCodes.includes(message[0] ?? 0));
}

function toldOf({ inject }: ModbusAnswerFault, changed: Reply | undefined): string {
  if (changed !== undefined) return describeReply(changed);
  if (inject === "late-answer") return "nothing before the next request";
  return inject === "reorder" ? "sent after the next answer" : "nothing";
}

const SUBJECTS: Readonly<Record<Exclude<ModbusAnswerFault["inject"], "error-code">, string>> = {
  "late-answer": "answers held back until the next request",
  "previous-answer": "requests given the answer before",
  "wrong-unit-id": "answers from another unit id",
  "wrong-register": "answers with other registers",
  "swapped-words": "answers with swapped words",
  "wrong-transaction-id": "answers under another transaction id",
  "wrong-function-code": "answers under another function code",
  "short-answer": "answers cut short",
  "wrong-checksum": "answers with a wrong checksum",
  exception: "requests refused",
  "no-answer": "requests not answered",
  reorder: "answers overtaken by the next",
  duplicate: "answers sent twice",
  busy: "requests answered late",
};

function whatIsTouched(fault: ModbusAnswerFault): ConstructorParameters<typeof Touches>[0] {
  if (fault.inject === "error-code") {
    const { channel } = fault;
    return { channel, subject: `requests for ${channel} refused`, unit: "" };
  }
  return { subject: SUBJECTS[fault.inject], unit: fault.inject === "busy" ? "ms" : "" };
}
