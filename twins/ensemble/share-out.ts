/**
 * Shares the draws of an ensemble out in blocks to whoever is free. No number depends on how they are shared; how soon
 * all have ended does.
 */
import { type EnsemblePlan, strategiesOf } from "./plan.ts";

/** Draws `from` .. `to` - 1. */
export interface Block {
  readonly from: number;
  readonly to: number;
}

/** Each gives the next block, or undefined when there are no more or it was cancelled. */
export interface Draws {
  readonly takeHere: () => Block | undefined;
  readonly takeForWorker: () => Block | undefined;
}

/** Trajectories of a block on the calling thread, which hears nothing meanwhile: some 4 ms. */
const HERE = 250;
/**
 * Trajectories in one message to a worker. Every message costs the calling thread about 0.1 ms, which the workers lose
 * where there are as many of them as cores: the most are long against that, and short against a person's patience.
 * Blocks are a share of what is left, so that they get shorter towards the end and all workers end together.
 */
const MOST = 2000;
const LEAST = 50;
const SHARES = 8;
/** Work of a block at most: trajectories of a big model are many blocks. */
const MOST_WORK = 5e8;
/** Between scans a run under controllers does more than its steps: a block may not outlast a person's patience. */
const MOST_CONTROLLED = 2;

type Shared = Pick<EnsemblePlan, "runs" | "strategies" | "controllers">;

/** @param each work of a trajectory, see work.ts */
export function shareOut(plan: Shared, each: number, workers: number, isCancelled: () => boolean): Draws {
  const most = plan.controllers ? MOST_CONTROLLED : Math.ceil(MOST_WORK / each);
  const strategies = strategiesOf(plan).length;
  let next = 0;
  const take = (trajectories: number): Block | undefined => {
    if (isCancelled() || next === plan.runs) return undefined;
    const from = next;
    next = Math.min(plan.runs, from + drawsIn(plan, Math.min(most, trajectories)));
    return { from, to: next };
  };
  return {
    takeHere: () => take(HERE),
    takeForWorker: () => {
      const share = ((plan.runs - next) * strategies) / (SHARES * workers);
      return take(Math.max(LEAST, Math.min(MOST, share)));
    },
  };
}

/** All draws in blocks of about so many trajectories. */
export function blocksOf(plan: Shared, trajectories: number): Block[] {
  const length = drawsIn(plan, trajectories);
  return Array.from({ length: Math.ceil(plan.runs / length) }, (_, i) => ({
    from: i * length,
    to: Math.min((i + 1) * length, plan.runs),
  }));
}

/** A draw meets all strategies. */
const drawsIn = (plan: Shared, trajectories: number): number =>
  Math.max(1, Math.floor(trajectories / strategiesOf(plan).length));
