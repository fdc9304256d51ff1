/**
 * What a second thread is worth, beside what the machine itself gives: the same ensemble on engines of one and of two
 * threads that have run before, and the same trajectories on one and on two processes of the C++ peer, which share
 * nothing. Wall time: threads are about that.
 *
 * A machine's speed drifts within a minute by more than the difference that is asked for. So the four take turns of
 * one or two seconds, and what two took is held against the mean of what one took just before and just after.
 */
import { type EnsemblePlan, startEnsembles } from "@helix/twins/compiled";
import { type CppPeer, cppContender } from "./cpp.ts";
import { median } from "./median.ts";
import { readProblem } from "./problem.ts";

export interface TwoThreads {
  readonly ratio: number;
  /** Of two C++ processes over one; undefined where none can be compiled. */
  readonly limit: number | undefined;
}

const PEER: CppPeer = { name: "C++ Dormand-Prince", source: "dp5.cpp", libraries: [] };
/** Long against an ensemble's beginning and end. */
const RUNS = 200_000;
/** Of a thousand trajectories: about as long. */
const PEER_ROUNDS = 100;
/** Fewer leave the median to chance. */
const LEAST_TURNS = 9;

export async function measureTwoThreads(
  plan: (runs: number) => EnsemblePlan,
  turns: number,
): Promise<TwoThreads> {
  await using one = startEnsembles(1, { threadsFrom: 0 });
  await using two = startEnsembles(2, { threadsFrom: 0 });
  const peers = await twoProcesses();
  const ours = new Contest(
    () => one.run(plan(RUNS)),
    () => two.run(plan(RUNS)),
  );
  const theirs = peers && new Contest(peers.one, peers.two);
  const contests = [ours, ...(theirs ? [theirs] : [])];
  for (const contest of contests) await contest.warmUp();
  for (let turn = 0; turn < Math.max(turns, LEAST_TURNS); turn++) {
    for (const contest of contests) await contest.timeOne();
    for (const contest of contests) await contest.timeTwo();
  }
  for (const contest of contests) await contest.timeOne();
  await peers?.finish();
  return { ratio: ours.ratio, limit: theirs?.ratio };
}

/** The same work done by one and by two, in turns that begin and end with one. */
class Contest {
  readonly #one: () => Promise<unknown>;
  readonly #two: () => Promise<unknown>;
  readonly #oneTook: number[] = [];
  readonly #twoTook: number[] = [];

  constructor(one: () => Promise<unknown>, two: () => Promise<unknown>) {
    this.#one = one;
    this.#two = two;
  }

  async warmUp(): Promise<void> {
    await this.#one();
    await this.#two();
  }

  async timeOne(): Promise<void> {
    this.#oneTook.push(await wall(this.#one));
  }

  async timeTwo(): Promise<void> {
    this.#twoTook.push(await wall(this.#two));
  }

  get ratio(): number {
    const around = (i: number) => ((this.#oneTook[i] as number) + (this.#oneTook[i + 1] as number)) / 2;
    return median(this.#twoTook.map((took, i) => around(i) / took));
  }
}

/** The same number of trajectories in one process, and shared by two. */
async function twoProcesses() {
  const problem = await readProblem("cho8");
  const [first, second] = await Promise.all([cppContender(PEER, problem), cppContender(PEER, problem)]);
  if ("reason" in first || "reason" in second) return undefined;
  const work = async (peer: typeof first, rounds: number) => {
    for (let round = 0; round < rounds; round++) await peer.round();
  };
  return {
    one: () => work(first, PEER_ROUNDS),
    two: () => Promise.all([work(first, PEER_ROUNDS / 2), work(second, PEER_ROUNDS / 2)]),
    finish: () => Promise.all([first.finish(), second.finish()]),
  };
}

async function wall(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
