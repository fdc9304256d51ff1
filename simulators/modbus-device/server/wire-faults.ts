/** The active faults of the wire, and what they make of an answer. */
import type { Device } from "../device/device.ts";
import type { ChangedAnswer, WireFault, WireFaultReceipt } from "../faults.ts";
import { answerTo, exceptionTo } from "./answer.ts";
import type { RequestFrame } from "./frames.ts";

/** An answer on its way. */
export interface Reply {
  readonly transactionId: number | undefined;
  readonly unitId: number;
  readonly message: Buffer;
  readonly delayMs: number;
  /** Byte by byte, so far apart; undefined: in one go. */
  readonly dripMs: number | undefined;
  readonly hasWrongChecksum: boolean;
}

/** What one client's line remembers. */
export interface Conversation {
  held: Reply[];
  /** The honest answer before. */
  previous: Buffer | undefined;
}

const NONE: readonly Reply[] = [];

interface Active {
  readonly fault: WireFault;
  readonly beginS: number;
  answers: number;
  first: ChangedAnswer | undefined;
  last: ChangedAnswer | undefined;
}

export class WireFaults {
  readonly #active = new Map<string, Active>();

  get ids(): readonly string[] {
    return [...this.#active.keys()];
  }

  begin(id: string, fault: WireFault, beginS: number): void {
    this.#active.set(id, { fault, beginS, answers: 0, first: undefined, last: undefined });
  }

  /** Ends a fault; undefined for an id that is none. What it holds back still goes out. */
  end(id: string, endS: number): WireFaultReceipt | undefined {
    const active = this.#active.get(id);
    if (active === undefined) return undefined;
    this.#active.delete(id);
    const { fault, beginS, answers, first, last } = active;
    return { inject: fault.inject, beginS, endS, answers, first, last };
  }

  /** What goes out when `request` has come, in order. */
  replies(device: Device, request: RequestFrame, conversation: Conversation): readonly Reply[] {
    const released = conversation.held.length === 0 ? NONE : conversation.held.splice(0);
    const refusal = this.#refusal(device, request);
    const honest = refusal ?? answerTo(device, request.message);
    let reply: Reply | undefined = {
      transactionId: request.transactionId,
      unitId: request.unitId,
      message: honest,
      delayMs: 0,
      dripMs: undefined,
      hasWrongChecksum: false,
    };
    for (const active of this.#active.values()) {
      if (reply === undefined || !applies(active, request) || active.fault.inject === "exception") continue;
      const changed = change(active.fault, reply, { device, request, conversation });
      if (changed === reply) continue;
      note(active, device, request, reply, changed);
      reply = changed;
    }
    conversation.previous = honest;
    return reply === undefined ? released : [...released, reply];
  }

  /** An exception stands in place of the deed: nothing is written. */
  #refusal(device: Device, request: RequestFrame): Buffer | undefined {
    for (const active of this.#active.values()) {
      const { fault } = active;
      if (fault.inject !== "exception" || !applies(active, request)) continue;
      const message = exceptionTo(request.message, fault.code);
      const common = { transactionId: request.transactionId, unitId: request.unitId, delayMs: 0 };
      const reply: Reply = { ...common, message, dripMs: undefined, hasWrongChecksum: false };
      note(active, device, request, undefined, reply);
      return message;
    }
    return undefined;
  }
}

function applies({ fault, answers }: Active, { message }: RequestFrame): boolean {
  const { answers: most = Number.POSITIVE_INFINITY, functionCodes } = fault;
  return answers < most && (functionCodes === undefined || functionCodes.includes(message[0] ?? 0));
}

interface Scene {
  readonly device: Device;
  readonly request: RequestFrame;
  readonly conversation: Conversation;
}

/** The same object where the fault changes nothing; undefined where nothing goes out now. */
function change(fault: WireFault, reply: Reply, { device, request, conversation }: Scene): Reply | undefined {
  switch (fault.inject) {
    case "late-answer":
      conversation.held.push(reply);
      return undefined;
    case "no-answer":
      return undefined;
    case "previous-answer":
      return conversation.previous === undefined ? reply : { ...reply, message: conversation.previous };
    case "wrong-unit-id":
      return { ...reply, unitId: fault.unitId };
    case "wrong-register":
      return withMessage(reply, readElsewhere(device, request.message, fault.by) ?? reply.message);
    case "swapped-words":
      return withMessage(reply, swappedWords(reply.message));
    case "wrong-transaction-id":
      if (reply.transactionId === undefined) return reply;
      return { ...reply, transactionId: (reply.transactionId + fault.by) & 0xffff };
    case "wrong-function-code":
      return { ...reply, message: Buffer.concat([Buffer.of(fault.functionCode), reply.message.subarray(1)]) };
    case "short-answer":
      return withMessage(reply, shortened(reply.message, fault.bytes));
    case "wrong-checksum":
      return reply.transactionId === undefined ? { ...reply, hasWrongChecksum: true } : reply;
    case "slow-answer":
      return { ...reply, delayMs: reply.delayMs + fault.delayMs };
    case "drip":
      return { ...reply, dripMs: fault.everyMs };
    case "exception":
      return reply;
  }
}

const withMessage = (reply: Reply, message: Buffer): Reply =>
  message === reply.message ? reply : { ...reply, message };

const isRead = (message: Buffer) => (message[0] ?? 0) >= 1 && (message[0] ?? 0) <= 4;

/** Undefined where there is nothing to read there. */
function readElsewhere(device: Device, request: Buffer, by: number): Buffer | undefined {
  if (!isRead(request) || request.length !== 5) return undefined;
  const elsewhere = Buffer.from(request);
  elsewhere.writeUInt16BE((request.readUInt16BE(1) + by) & 0xffff, 1);
  const answer = answerTo(device, elsewhere);
  return isRead(answer) ? answer : undefined;
}

function swappedWords(message: Buffer): Buffer {
  const functionCode = message[0] ?? 0;
  if (functionCode !== 3 && functionCode !== 4) return message;
  const swapped = Buffer.from(message);
  for (let at = 2; at + 4 <= message.length; at += 4) {
    swapped.writeUInt16BE(message.readUInt16BE(at + 2), at);
    swapped.writeUInt16BE(message.readUInt16BE(at), at + 2);
  }
  return swapped;
}

function shortened(message: Buffer, bytes: number): Buffer {
  if (!isRead(message) || message.length - bytes < 3) return message;
  const short = Buffer.from(message.subarray(0, message.length - bytes));
  short[1] = short.length - 2;
  return short;
}

function note(
  active: Active,
  device: Device,
  request: RequestFrame,
  before: Reply | undefined,
  after: Reply | undefined,
): void {
  const honest = before?.message ?? answerPreview(request.message);
  const entry: ChangedAnswer = {
    plantTimeS: device.plantTimeS,
    request: request.message.toString("hex"),
    before: typeof honest === "string" ? honest : honest.toString("hex"),
    after: after === undefined ? "" : describe(after),
  };
  active.answers += 1;
  active.first ??= entry;
  active.last = entry;
}

/** A refused request is not carried out, so that its honest answer is not known. */
const answerPreview = (request: Buffer): string => `answer to ${request.toString("hex")}`;

function describe({ message, unitId, transactionId, delayMs, dripMs, hasWrongChecksum }: Reply): string {
  const parts = [
    message.toString("hex"),
    `unit ${unitId}`,
    ...(transactionId === undefined ? [] : [`transaction ${transactionId}`]),
    ...(delayMs > 0 ? [`after ${delayMs} ms`] : []),
    ...(dripMs === undefined ? [] : [`a byte each ${dripMs} ms`]),
    ...(hasWrongChecksum ? ["wrong checksum"] : []),
  ];
  return parts.join(", ");
}
