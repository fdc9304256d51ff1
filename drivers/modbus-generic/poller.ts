/** One poll: the blocks that are due, all at once; what each one gave. */
import type { Clock } from "@helix/hal";
import type { ModbusChannel } from "./channels.ts";
import type { ModbusAnswer } from "./codec/answer.ts";
import type { ExchangeLimits, ModbusLink } from "./link/link.ts";
import { ExchangeTimeout } from "./link/link.ts";
import {
  blocksOf,
  placeIn,
  type ReadRegisters,
  type RegisterBlock,
  readRequest,
  setpointBlock,
  valueBlock,
} from "./read-plan.ts";

/** Where the parts of a channel are found. */
export interface PolledChannel {
  readonly channel: ModbusChannel;
  /** Takes each so many-th slot. */
  readonly every: bigint;
  readonly value: Place;
  /** Undefined where the channel has no setpoint. */
  readonly setpoint: Place | undefined;
}

export interface Place {
  readonly group: number;
  /** In registers. */
  readonly at: number;
}

export interface PollPlan {
  readonly channels: readonly PolledChannel[];
  readonly groups: readonly RegisterBlock[];
  /** One for each group. */
  readonly requests: readonly ReadRegisters[];
}

export type BlockOutcome =
  | { readonly is: "registers"; readonly values: readonly number[]; readonly receivedNs: bigint }
  | { readonly is: "exception"; readonly code: number; readonly receivedNs: bigint }
  /** Not answered in time. */
  | { readonly is: "missed" }
  /** Not asked for in this poll. */
  | { readonly is: "not-due" };

/** @param everyOf  each so many-th slot a channel takes */
export function pollPlan(
  channels: readonly ModbusChannel[],
  everyOf: (channel: ModbusChannel) => bigint,
): PollPlan {
  const groups = blocksOf(channels);
  return {
    groups,
    requests: groups.map(readRequest),
    channels: channels.map((channel) => {
      const setpoint = setpointBlock(channel);
      return {
        channel,
        every: everyOf(channel),
        value: placeOf(groups, valueBlock(channel)),
        setpoint: setpoint && placeOf(groups, setpoint),
      };
    }),
  };
}

export const isDue = ({ every }: PolledChannel, slot: bigint): boolean => every === 1n || slot % every === 0n;

/**
 * Never leaves an exchange behind: settles when all of them have.
 *
 * @throws the first failure that is no timeout, as `{ error, group }`
 */
export async function poll(
  clock: Clock,
  link: ModbusLink,
  plan: PollPlan,
  slot: bigint,
  limits: ExchangeLimits,
): Promise<BlockOutcome[]> {
  const failures: PollFailure[] = [];
  const asked = plan.groups.map((_, group): BlockOutcome | Promise<BlockOutcome> => {
    if (!isGroupDue(plan, group, slot)) return { is: "not-due" };
    return link.exchange(plan.requests[group] as ReadRegisters, limits).then(
      (answer) => outcomeOf(answer, clock.monotonicNs()),
      (error: unknown) => {
        if (!(error instanceof ExchangeTimeout)) failures.push(new PollFailure(error, group));
        return { is: "missed" };
      },
    );
  });
  const outcomes: BlockOutcome[] = [];
  for (const outcome of asked) outcomes.push(await outcome);
  if (failures[0]) throw failures[0];
  return outcomes;
}

function outcomeOf(answer: ModbusAnswer, receivedNs: bigint): BlockOutcome {
  if (answer.is === "registers") return { is: "registers", values: answer.values, receivedNs };
  if (answer.is === "exception") return { is: "exception", code: answer.code, receivedNs };
  throw new Error(`an answer of kind ${answer.is} to a poll: invariant broken`);
}

/** What broke a poll, and in which group. */
export class PollFailure extends Error {
  override readonly name = "PollFailure";
  readonly group: number;

  constructor(cause: unknown, group: number) {
    super("a poll failed", { cause });
    this.group = group;
  }
}

function placeOf(groups: readonly RegisterBlock[], block: RegisterBlock): Place {
  for (const [group, candidate] of groups.entries()) {
    const at = placeIn(candidate, block);
    if (at !== undefined) return { group, at };
  }
  throw new Error(`register ${block.address} of table ${block.table} lies in no group: invariant broken`);
}

const isGroupDue = ({ channels }: PollPlan, group: number, slot: bigint): boolean =>
  channels.some(
    (polled) => (polled.value.group === group || polled.setpoint?.group === group) && isDue(polled, slot),
  );
