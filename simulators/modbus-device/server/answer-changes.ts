/** What each fault makes of one answer. */
import type { Device } from "../device/device.ts";
import type { ModbusAnswerFault } from "../faults.ts";
import type { Conversation } from "./conversation.ts";
import type { RequestFrame } from "./frames.ts";
import type { Reply } from "./reply.ts";

export interface Scene {
  readonly device: Device;
  readonly request: RequestFrame;
  readonly conversation: Conversation;
  /** An earlier answer waits for this one to go out first. */
  readonly overtakes: boolean;
}

/** The same object where the fault changes nothing; undefined where nothing goes out now. */
export function change(fault: ModbusAnswerFault, reply: Reply, scene: Scene): Reply | undefined {
  const { device, request, conversation } = scene;
  switch (fault.inject) {
    case "late-answer":
      conversation.late.push(reply);
      return undefined;
    case "no-answer":
      return undefined;
    case "reorder":
      if (scene.overtakes) return reply;
      conversation.overtaken.push(reply);
      return undefined;
    case "duplicate":
      return { ...reply, isTwice: true };
    case "previous-answer":
      return conversation.previous === undefined ? reply : withMessage(reply, conversation.previous);
    case "wrong-unit-id":
      return { ...reply, unitId: fault.unitId };
    case "wrong-register":
      return withMessage(reply, readElsewhere(device, request.message, reply.message, fault.by));
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
    case "busy":
      return { ...reply, delayMs: reply.delayMs + fault.delayMs };
    case "exception":
    case "error-code":
      return reply;
  }
}

const withMessage = (reply: Reply, message: Buffer): Reply =>
  message === reply.message ? reply : { ...reply, message };

const isRead = (message: Buffer) => (message[0] ?? 0) >= 1 && (message[0] ?? 0) <= 4;

/** Each register from so much further on; where there is none, the one that was asked for. */
function readElsewhere(device: Device, request: Buffer, honest: Buffer, by: number): Buffer {
  const functionCode = honest[0] ?? 0;
  if (functionCode !== 3 && functionCode !== 4) return honest;
  const table = functionCode === 3 ? device.holding : device.input;
  const elsewhere = Buffer.from(honest);
  const first = request.readUInt16BE(1) + by;
  for (let at = 0; 2 + 2 * at < honest.length; at++) {
    const [word] = table.read(first + at, 1) ?? [];
    if (word !== undefined) elsewhere.writeUInt16BE(word, 2 + 2 * at);
  }
  return elsewhere.equals(honest) ? honest : elsewhere;
}

function swappedWords(message: Buffer): Buffer {
  const functionCode = message[0] ?? 0;
  if (functionCode !== 3 && functionCode !== 4) return message;
  const swapped = Buffer.from(message);
  for (let at = 2; at + 4 <= message.length; at += 4) {
    swapped.writeUInt16BE(message.readUInt16BE(at + 2), at);
    swapped.writeUInt16BE(message.readUInt16BE(at), at + 2);
  }
  return swapped.equals(message) ? message : swapped;
}

function shortened(message: Buffer, bytes: number): Buffer {
  if (!isRead(message) || message.length - bytes < 3) return message;
  const short = Buffer.from(message.subarray(0, message.length - bytes));
  short[1] = short.length - 2;
  return short;
}
