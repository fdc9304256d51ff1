/**
 * The `ode` board: the twin engine and its peers on the same trajectories, in the same run, interleaved
 * round by round, in CPU time. Figures are medians; a peer that is not installed is named.
 */
import { cashKarpContender } from "./cash-karp.ts";
import type { Absent, Contender, Round } from "./contender.ts";
import { cppContender } from "./cpp.ts";
import { worstError } from "./error.ts";
import { type Figures, measureFigures } from "./figures.ts";
import { type Machine, machine } from "./machine.ts";
import { median } from "./median.ts";
import { ourContender } from "./ours.ts";
import { ENTRIES, type Entry, REFERENCE_RATE, type Target } from "./peers.ts";
import { type Problem, readProblem } from "./problem.ts";
import { scipyContender } from "./scipy.ts";

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

export interface JudgedTarget extends Target {
  /** Measured; undefined without the first peer. */
  readonly measured: number | undefined;
  /** What the measured ratio comes to on the machine that the targets were set on, where a rate was. */
  readonly onReference: number | undefined;
  readonly reached: boolean;
}

export interface OdeBoard extends Figures {
  readonly machine: Machine;
  readonly problems: readonly {
    readonly name: string;
    readonly title: string;
    readonly standings: readonly Standing[];
    readonly absent: readonly Absent[];
    readonly targets: readonly JudgedTarget[];
  }[];
}

/** Not in the package registry under this name: there is nothing to install. */
const NOT_INSTALLED: readonly Absent[] = [
  { name: "diff-grok", reason: "no package of that name is in the registry of npm that was asked" },
];

const WARM_UP = 3;

/** @param rounds at least 3, measured after the warm-up */
export async function runOdeBoard(rounds: number, progress: (line: string) => void): Promise<OdeBoard> {
  const problems: OdeBoard["problems"][number][] = [];
  const at = await machine();
  for (const entry of ENTRIES) {
    const { problem: name, peers, targets } = entry;
    const problem = await readProblem(name);
    const [contenders, missing] = await line(problem, entry);
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
    const judged = targets.map((target) => judge(target, standings, measure !== undefined));
    problems.push({ name, title: problem.title, standings, absent, targets: judged });
  }
  progress("figures without peers");
  return { machine: at, problems, ...(await measureFigures(rounds)) };
}

function judge(target: Target, standings: readonly Standing[], isMeasured: boolean): JudgedTarget {
  const ratio = standings.find(({ name }) => name === target.name)?.ratio;
  const measured = isMeasured ? ratio : undefined;
  return {
    ...target,
    measured,
    onReference:
      target.rate === undefined || measured === undefined
        ? undefined
        : Math.round((measured * REFERENCE_RATE) / 100) * 100,
    reached: measured !== undefined && measured >= target.ratio,
  };
}

async function line(problem: Problem, { peers, cashKarp }: Entry): Promise<[Contender[], Absent[]]> {
  const contenders: Contender[] = [ourContender(problem, "javascript"), ourContender(problem, "webassembly")];
  const absent: Absent[] = [];
  const asked = peers.map((peer) =>
    "scipy" in peer ? scipyContender(peer, problem) : cppContender(peer, problem),
  );
  for (const one of [...asked, cashKarpContender(problem, cashKarp)]) {
    const found = await one;
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
  return ourContender({ ...problem, rtol: 1e-11, atol: 1e-14 }, "webassembly").solve();
}
