/**
 * The `ode` board: the twin engine and its peers on the same trajectories, in the same run, interleaved
 * round by round, in CPU time. Figures are medians; a peer that is not installed is named.
 */
import type { Absent, Contender, Round } from "./contender.ts";
import { type CppPeer, cppContender } from "./cpp.ts";
import { type Figures, measureFigures } from "./figures.ts";
import { ourContender } from "./ours.ts";
import { type Problem, readProblem } from "./problem.ts";
import { type ScipyPeer, scipyContender } from "./scipy.ts";

export interface Standing {
  readonly name: string;
  readonly trajectoriesPerSecond: number;
  /** Over the first peer of the problem. */
  readonly ratio: number;
  readonly stepsPerTrajectory: number;
  readonly rejectsPerTrajectory: number;
  /** Largest relative difference of any final state from the tight reference; states below 1e-3 count as 1e-3. */
  readonly worstError: number;
}

export interface OdeBoard extends Figures {
  readonly problems: readonly {
    readonly name: string;
    readonly title: string;
    readonly standings: readonly Standing[];
    readonly absent: readonly Absent[];
    readonly targets: readonly { readonly name: string; readonly ratio: number; readonly reached: boolean }[];
  }[];
}

interface Entry {
  readonly problem: "cho8" | "cho-do11";
  /** The first is the measure of the others. */
  readonly peers: readonly (CppPeer | ScipyPeer)[];
  readonly targets: Readonly<Record<string, number>>;
}

const odeint = (defines: readonly string[] = []): CppPeer => ({
  name: "Boost.odeint Dormand-Prince",
  source: "odeint.cpp",
  libraries: [],
  defines,
  needs: { header: "boost/numeric/odeint.hpp", from: "Boost", package: "libboost-dev" },
});

const cvode = (defines: readonly string[] = []): CppPeer => ({
  name: "SUNDIALS CVODE BDF",
  source: "cvode.cpp",
  libraries: [
    "-lsundials_cvode",
    "-lsundials_nvecserial",
    "-lsundials_sunmatrixdense",
    "-lsundials_sunlinsoldense",
  ],
  defines,
  needs: { header: "cvode/cvode.h", from: "SUNDIALS", package: "libsundials-dev" },
});

const scipy = (method: ScipyPeer["scipy"], trajectories: number): ScipyPeer => ({
  name: `scipy ${method}`,
  scipy: method,
  trajectories,
});

const ENTRIES: readonly Entry[] = [
  {
    problem: "cho8",
    peers: [
      { name: "C++ Dormand-Prince, scalar", source: "dp5.cpp", libraries: [] },
      odeint(),
      cvode(),
      scipy("RK45", 20),
      scipy("LSODA", 20),
    ],
    targets: { "helix javascript": 0.9, "helix webassembly": 1.5 },
  },
  {
    problem: "cho-do11",
    peers: [
      { name: "C++ Rodas4, scalar, generated step", source: "rodas4.cpp", libraries: [] },
      odeint(["OXYGEN"]),
      cvode(["OXYGEN"]),
      scipy("LSODA", 10),
      scipy("Radau", 5),
    ],
    targets: { "helix javascript": 0.7, "helix webassembly": 1.35 },
  },
];

/** Packages of npm are no part of HELIX for a measurement's sake. */
const NOT_INSTALLED: readonly Absent[] = ["ode45-cash-karp", "diff-grok"].map((name) => ({
  name,
  reason: "a package of npm that HELIX does not install",
}));

const WARM_UP = 3;

/** @param rounds at least 3, measured after the warm-up */
export async function runOdeBoard(rounds: number, progress: (line: string) => void): Promise<OdeBoard> {
  const problems: OdeBoard["problems"][number][] = [];
  for (const { problem: name, peers, targets } of ENTRIES) {
    const problem = await readProblem(name);
    const [contenders, missing] = await line(problem, peers);
    const absent = [...missing, ...NOT_INSTALLED];
    const measured = new Map<string, Round[]>(contenders.map((contender) => [contender.name, []]));
    for (let round = 0; round < WARM_UP + rounds; round++) {
      progress(`${name}: round ${round + 1} of ${WARM_UP + rounds}`);
      for (const contender of contenders) {
        const result = await contender.round();
        if (round >= WARM_UP) measured.get(contender.name)?.push(result);
      }
    }
    const reference = tightReference(problem);
    const standings: Standing[] = [];
    const measure = peers.map((peer) => measured.get(peer.name)).find((found) => found !== undefined);
    for (const contender of contenders) {
      const found = measured.get(contender.name) ?? [];
      standings.push(
        standing(problem, contender, found, measure, worstError(await contender.finish(), reference)),
      );
    }
    const judged = Object.entries(targets).map(([target, ratio]) => {
      const reached = standings.some((s) => s.name === target && s.ratio >= ratio);
      return { name: target, ratio, reached };
    });
    problems.push({ name, title: problem.title, standings, absent, targets: judged });
  }
  progress("figures without peers");
  return { problems, ...(await measureFigures()) };
}

async function line(problem: Problem, peers: Entry["peers"]): Promise<[Contender[], Absent[]]> {
  const contenders: Contender[] = [ourContender(problem, "javascript"), ourContender(problem, "webassembly")];
  const absent: Absent[] = [];
  for (const peer of peers) {
    const found = await ("scipy" in peer ? scipyContender(peer, problem) : cppContender(peer, problem));
    if ("reason" in found) absent.push(found);
    else contenders.push(found);
  }
  return [contenders, absent];
}

function standing(
  problem: Problem,
  { name, trajectories = problem.parameters.length }: Contender,
  rounds: readonly Round[],
  measure: readonly Round[] | undefined,
  error: number,
): Standing {
  const seconds = median(rounds.map((round) => round.seconds)) / trajectories;
  const against = measure ? median(measure.map((round) => round.seconds)) : Number.NaN;
  return {
    name,
    trajectoriesPerSecond: Math.round(1 / seconds),
    ratio: Number((against / problem.parameters.length / seconds).toPrecision(3)),
    stepsPerTrajectory: (rounds.at(-1)?.steps ?? Number.NaN) / trajectories,
    rejectsPerTrajectory: (rounds.at(-1)?.rejects ?? Number.NaN) / trajectories,
    worstError: Number(error.toPrecision(2)),
  };
}

/** Our own engine at a tolerance of 1e-11. */
function tightReference(problem: Problem): Float64Array {
  return ourContender(problem, "webassembly", { rtol: 1e-11, atol: 1e-14 }).solve();
}

function worstError(values: Float64Array, reference: Float64Array): number {
  return values.reduce(
    (worst, value, i) =>
      Math.max(
        worst,
        Math.abs(value - (reference[i] as number)) / Math.max(1e-3, Math.abs(reference[i] as number)),
      ),
    0,
  );
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
