/**
 * Which registers are read together: those that touch, as many as one request takes. Registers that
 * nobody asked for are never read in between: an instrument may refuse them, and the whole request.
 */
import type { ModbusChannel } from "./channels.ts";
import { MAX_READ_REGISTERS, type ModbusRequest } from "./codec/request.ts";
import type { RegisterTable } from "./config.ts";
import { registerCount } from "./registers.ts";

/** One request, and what its answer holds. */
export interface RegisterBlock {
  readonly table: RegisterTable;
  readonly address: number;
  readonly quantity: number;
}

export type ReadRegisters = Extract<ModbusRequest, { functionCode: 1 | 2 | 3 | 4 }>;

export const readRequest = ({ table, address, quantity }: RegisterBlock): ReadRegisters => ({
  functionCode: table === "holding" ? 3 : 4,
  address,
  quantity,
});

export const valueBlock = ({ table, register, layout }: ModbusChannel): RegisterBlock => ({
  table,
  address: register,
  quantity: registerCount(layout.type),
});

export const setpointBlock = ({ setpointRegister, layout }: ModbusChannel): RegisterBlock | undefined =>
  setpointRegister === undefined
    ? undefined
    : { table: "holding", address: setpointRegister, quantity: registerCount(layout.type) };

/** Blocks that cover all of `wanted`; each of those lies in one block whole. */
export function groupBlocks(wanted: readonly RegisterBlock[]): RegisterBlock[] {
  const groups: RegisterBlock[] = [];
  for (const block of wanted.toSorted(byPlace)) {
    const last = groups.at(-1);
    const joined = last && join(last, block);
    if (joined) groups[groups.length - 1] = joined;
    else groups.push(block);
  }
  return groups;
}

/** Blocks that cover all values and setpoints of `channels`. */
export const blocksOf = (channels: readonly ModbusChannel[]): RegisterBlock[] =>
  groupBlocks(
    channels.flatMap((channel) => {
      const setpoint = setpointBlock(channel);
      return setpoint ? [valueBlock(channel), setpoint] : [valueBlock(channel)];
    }),
  );

/** Place of `block` in the data of `group`, in registers; undefined when it lies elsewhere. */
export function placeIn(group: RegisterBlock, block: RegisterBlock): number | undefined {
  const at = block.address - group.address;
  return group.table === block.table && at >= 0 && at + block.quantity <= group.quantity ? at : undefined;
}

/**
 * Reading requests without effect and of different shapes: first those that the instrument surely
 * answers, then other functions, to which a refusal is an answer too.
 */
export function probesFor(groups: readonly RegisterBlock[]): ReadRegisters[] {
  const known = groups.flatMap((group) =>
    Array.from({ length: Math.min(group.quantity, 3) }, (_, at) =>
      readRequest({ ...group, quantity: at + 1 }),
    ),
  );
  const others = ([4, 3, 1, 2] as const)
    .filter((code) => known.every(({ functionCode }) => functionCode !== code))
    .map((functionCode): ReadRegisters => ({ functionCode, address: 0, quantity: 1 }));
  return [...known, ...others];
}

function join(a: RegisterBlock, b: RegisterBlock): RegisterBlock | undefined {
  if (a.table !== b.table || b.address > a.address + a.quantity) return undefined;
  const quantity = Math.max(a.quantity, b.address + b.quantity - a.address);
  return quantity > MAX_READ_REGISTERS ? undefined : { ...a, quantity };
}

const byPlace = (a: RegisterBlock, b: RegisterBlock) =>
  a.table === b.table ? a.address - b.address : a.table < b.table ? -1 : 1;
