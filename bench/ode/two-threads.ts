/**
 * What a second thread is worth, beside what the machine itself gives: the same ensemble on engines of one and of two
 * threads that have run before, and one and two processes of the C++ peer, in turns. Wall time: threads are about that.
 */
import { type EnsembleEngine, type EnsemblePlan, startEnsembles } from "@helix/twins/compiled";
import { type CppPeer, cppContender } from "./cpp.ts";
import { median } from "./median.ts";
import { readProblem } from "./problem.ts";

export interface TwoThreads {
  readonly ratio: number;
  /** Of two C++ processes that share nothing, over one; undefined where none can be compiled. */
  readonly limit: number | undefined;
}

const PEER: CppPeer = { name: "C++ Dormand-Prince", source: "dp5.cpp", libraries: [] };
/** Long against a thread's start and an ensemble's end. */
const RUNS = 100_000;
/** Of the C++ peer in a turn: about as long. */
const PEER_ROUNDS = 40;

export async function measureTwoThreads(
  plan: (runs: number) => EnsemblePlan,
  turns: number,
): Promise<TwoThreads> {
  await using one = startEnsembles(1, { threadsFrom: 0 });
  await using two = startEnsembles(2, { threadsFrom: 0 });
  const peers = await Promise.all([peer(), peer()]);
  for (const engine of [one, two]) await engine.run(plan(RUNS / 4));
  const [ratios, limits]: [number[], number[]] = [[], []];
  for (let turn = 0; turn < turns; turn++) {
    const both = (engine: EnsembleEngine) => wall(() => engine.run(plan(RUNS)));
    ratios.push((await both(one)) / (await both(two)));
    const [first, second] = peers;
    if (!first || !second) continue;
    const alone = await wall(first.work);
    limits.push((2 * alone) / (await wall(() => Promise.all([first.work(), second.work()]))));
  }
  for (const one of peers) await one?.finish();
  return { ratio: median(ratios), limit: limits.length > 0 ? median(limits) : undefined };
}

async function peer() {
  const contender = await cppContender(PEER, await readProblem("cho8"));
  if ("reason" in contender) return undefined;
  return {
    work: async () => {
      for (let round = 0; round < PEER_ROUNDS; round++) await contender.round();
    },
    finish: () => contender.finish(),
  };
}

async function wall(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
