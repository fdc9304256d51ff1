/**
 * What a second core is worth: the virtual time that two worlds at once cover in a real second, over what
 * one covers alone. In the steady state, since a campaign keeps its cores busy for hours: in its first
 * seconds a world mostly has V8 compile, on threads of its own, which two worlds must share and one need
 * not. The same with everything from the start of the threads on is told beside it.
 */
import { measureVirtualRun } from "@helix/hil/measure";
import { bioreactors, type Plant } from "./workloads.ts";

export interface SecondCore {
  /** Both, between the end of the later one's warming up and the end of the faster one. */
  readonly steady: number;
  /** Both from start to end, loading and compiling included. */
  readonly whole: number;
}

export const TWO_WORLDS: Plant = { name: "one-bioreactor-long", instruments: 1, duration: "6 h" };
/** Virtual s from the start of the thread; by then the compiler has little left to do. */
export const WARM_S = 2 * 3600;

interface Run {
  readonly realSeconds: number;
  readonly path: Path;
}

/** One alone, two at once, as often as asked for, in turns. */
export async function compareTwoWithOne(rounds: number): Promise<SecondCore[]> {
  const found: SecondCore[] = [];
  for (let i = 0; i < rounds; i++) {
    const alone = await together(1);
    const both = await together(2);
    found.push({
      steady: throughput(both) / throughput(alone),
      whole: (2 * longest(alone)) / longest(both),
    });
  }
  return found;
}

async function together(worlds: number): Promise<Run[]> {
  const begin = performance.now();
  return Promise.all(
    Array.from({ length: worlds }, async () => {
      const path = new Path();
      const { verdict } = await measureVirtualRun(bioreactors(TWO_WORLDS, "1 s"), TWO_WORLDS.name, (s) =>
        path.add((performance.now() - begin) / 1000, s),
      );
      if (verdict !== "pass")
        throw new Error(`a run that is measured must pass, this one came to ${verdict}`);
      return { realSeconds: (performance.now() - begin) / 1000, path };
    }),
  );
}

const longest = (runs: readonly Run[]): number => Math.max(...runs.map(({ realSeconds }) => realSeconds));

/** Virtual seconds per real second of all together, while all of them are warm and run. */
function throughput(runs: readonly Run[]): number {
  const from = Math.max(...runs.map(({ path }) => path.reached(WARM_S)));
  const to = Math.min(...runs.map(({ path }) => path.end));
  if (!(to > from)) throw new RangeError("two worlds at once were never warm together: take longer ones");
  return runs.reduce((sum, { path }) => sum + (path.at(to) - path.at(from)) / (to - from), 0);
}

/** Virtual time over real time, between its points along straight lines. Both rise. */
export class Path {
  readonly #points: { readonly real: number; readonly virtual: number }[] = [];

  add(real: number, virtual: number): void {
    this.#points.push({ real, virtual });
  }

  /** Real s of the last point. */
  get end(): number {
    return this.#points.at(-1)?.real ?? Number.NaN;
  }

  /** Virtual s at the real time `real`; NaN outside of what is known. */
  at(real: number): number {
    return along(
      this.#points,
      real,
      ({ real: x }) => x,
      ({ virtual }) => virtual,
    );
  }

  /** Real s when `virtual` was reached; NaN when it never was. */
  reached(virtual: number): number {
    return along(
      this.#points,
      virtual,
      ({ virtual: x }) => x,
      ({ real }) => real,
    );
  }
}

function along<P>(points: readonly P[], x: number, xOf: (p: P) => number, yOf: (p: P) => number): number {
  const next = points.findIndex((point) => xOf(point) >= x);
  const after = points[next];
  if (after === undefined) return Number.NaN;
  const before = points[next - 1];
  if (before === undefined) return xOf(after) === x ? yOf(after) : Number.NaN;
  const share = (x - xOf(before)) / (xOf(after) - xOf(before));
  return yOf(before) + share * (yOf(after) - yOf(before));
}
