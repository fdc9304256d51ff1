/**
 * What a second core is worth: the virtual time that two worlds at once cover in a real second, over what
 * one of them covers alone.
 *
 * In the steady state: until a world has run for about four virtual hours V8 compiles its stacks' functions
 * better and better (what runs once a virtual second is hot after 3000 calls), on threads of its own, which
 * two worlds must share and one need not. What two are worth with that, from the start of the threads on, is
 * told beside it. Two busy loops that share nothing take their turns between the worlds': more than they get,
 * no program can get of this machine at this minute.
 */
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { Gauge, measureVirtualRun } from "@helix/hil/measure";
import { median } from "../ode/median.ts";
import { type Pair, type Turn, takeTurn } from "./turns.ts";
import { bioreactors, type Plant } from "./workloads.ts";

export interface SecondCore {
  /** Of two warm worlds. */
  readonly ratio: number;
  /** Of two busy loops: what the machine gives. */
  readonly limit: number;
  /** CPU of the worlds' own threads for the same virtual time, together over alone. */
  readonly cost: number;
}

/** Warm after a sixth, measured for about ten hours; the rest is for faster machines. */
const STEADY: Plant = { name: "one-bioreactor-for-a-day", instruments: 1, duration: "24 h" };
/** Virtual s; by then the compilers' threads use less than a twentieth of what the world's own does. */
export const WARM_S = 4.5 * 3600;
export const TURNS = 9;
export const FROM_START: Plant = { name: "one-bioreactor-long", instruments: 1, duration: "6 h" };
const LOOK_EVERY_MS = 100;

/** @throws RangeError when a world ends before it is measured; Error when one does not pass */
export async function compareWarmWorlds(): Promise<SecondCore> {
  const worlds = [startWorld(), startWorld()] as const;
  const loops = [startLoop(), startLoop()] as const;
  const runs = Promise.all(worlds.map(({ ended }) => ended));
  const early = runs.then(() => {
    throw new RangeError("a world ended before it was measured: take longer ones");
  });
  try {
    const measured = measureInTurns([worlds[0].gauge, worlds[1].gauge], [loops[0].gauge, loops[1].gauge]);
    return await Promise.race([measured, early]);
  } finally {
    for (const { gauge } of [...worlds, ...loops]) gauge.end();
    await Promise.all([runs, ...loops.map(({ ended }) => ended)]);
  }
}

async function measureInTurns(worlds: Pair, loops: Pair): Promise<SecondCore> {
  for (const loop of loops) loop.close();
  while (worlds.some(({ done }) => done < WARM_S)) await wait(LOOK_EVERY_MS);
  for (const world of worlds) world.close();
  const ofWorlds: Turn[] = [];
  const ofLoops: Turn[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    ofWorlds.push(await takeTurn(worlds));
    ofLoops.push(await takeTurn(loops));
  }
  return {
    ratio: median(ofWorlds.map(({ ratio }) => ratio)),
    limit: median(ofLoops.map(({ ratio }) => ratio)),
    cost: median(ofWorlds.map(({ cost }) => cost)),
  };
}

function startWorld() {
  const gauge = new Gauge();
  return { gauge, ended: pass(STEADY, gauge) };
}

function startLoop() {
  const gauge = new Gauge();
  const thread = new Worker(new URL("./busy-loop.ts", import.meta.url), { workerData: gauge.memory });
  return { gauge, ended: once(thread, "exit") };
}

/** One alone, then two at once, from the start of the threads to their end. @returns virtual s per real s, two over one */
export async function compareFromStart(): Promise<number> {
  const alone = await wallSeconds(() => pass(FROM_START));
  const both = await wallSeconds(() => Promise.all([pass(FROM_START), pass(FROM_START)]));
  return (2 * alone) / both;
}

async function pass(plant: Plant, gauge?: Gauge): Promise<void> {
  const { verdict } = await measureVirtualRun(bioreactors(plant, "1 s"), plant.name, gauge);
  if (verdict !== "pass") throw new Error(`a run that is measured must pass, this one came to ${verdict}`);
}

async function wallSeconds(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1000;
}
