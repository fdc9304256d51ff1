/**
 * Work against precision: every solver over a range of tolerances, its error against our own run at 1e-11 and
 * the CPU time that it took. Solvers that read a tolerance differently are compared at the same error reached.
 */
import type { Method } from "@helix/twins/compiled";
import { METHODS } from "@helix/twins/compiled";
import type { Absent, Contender, Round } from "./contender.ts";
import { type CppPeer, cppContender } from "./cpp.ts";
import { worstError } from "./error.ts";
import { median } from "./median.ts";
import { ourContender } from "./ours.ts";
import { CVODE, type Entry, ODEINT } from "./peers.ts";
import { type Problem, readProblem } from "./problem.ts";
import { scipyContender } from "./scipy.ts";

export interface PrecisionPoint {
  readonly rtol: number;
  /** Largest relative difference of any final state; states below 1e-3 count as 1e-3. */
  readonly error: number;
  /** CPU seconds of one trajectory. */
  readonly seconds: number;
  readonly steps: number;
}

export interface PrecisionCurve {
  readonly name: string;
  /** How many of the problem's, from the first on: the worst of a few is milder than the worst of all. */
  readonly trajectories: number;
  readonly points: readonly PrecisionPoint[];
}

export interface EqualError {
  readonly name: string;
  /** CPU seconds of one trajectory at `AT_ERROR`, between the two tolerances around it; undefined outside them. */
  readonly seconds: number | undefined;
}

export interface WorkPrecision {
  readonly name: Problem["name"];
  readonly title: string;
  readonly curves: readonly PrecisionCurve[];
  readonly absent: readonly Absent[];
  readonly equalError: { readonly error: number; readonly solvers: readonly EqualError[] };
}

const TOLERANCES = [1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10];
/** The absolute tolerance is this part of the relative one, as in the default tolerance. */
const ABSOLUTE = 1e-3;
const TRAJECTORIES = 50;
const ROUNDS = 3;
/** Seconds of a round that need no second one. */
const LONG = 0.5;
/** About what the default tolerance of 1e-6 reaches. */
const AT_ERROR = 1e-5;

type Solver = (problem: Problem) => Promise<Contender | Absent>;

export async function measureWorkPrecision(progress: (line: string) => void): Promise<WorkPrecision[]> {
  const boards: WorkPrecision[] = [];
  for (const name of ["cho8", "cho-do11"] as const) {
    const whole = await readProblem(name);
    const problem = { ...whole, parameters: whole.parameters.slice(0, TRAJECTORIES) };
    const reference = ourContender({ ...problem, rtol: 1e-11, atol: 1e-14 }, "webassembly").solve();
    const curves: PrecisionCurve[] = [];
    const absent: Absent[] = [];
    for (const [solver, solve] of solvers(name)) {
      progress(`${name}: ${solver}`);
      const found = await curve(solver, solve, problem, reference);
      if ("reason" in found) absent.push(found);
      else curves.push(found);
    }
    boards.push({
      name,
      title: whole.title,
      curves,
      absent,
      equalError: {
        error: AT_ERROR,
        solvers: curves.map((one) => ({ name: one.name, seconds: secondsAt(one, AT_ERROR) })),
      },
    });
  }
  return boards;
}

/** An explicit method takes minutes on the stiff problem: there it is left out. */
function solvers(name: Entry["problem"]): [string, Solver][] {
  const isStiff = name === "cho-do11";
  const ours = (method: Method): [string, Solver] => {
    const title = `helix ${method.title}`;
    return [title, async (problem) => ourContender({ ...problem, method }, "webassembly", title)];
  };
  const cpp = (peer: CppPeer): [string, Solver] => [peer.name, (problem) => cppContender(peer, problem)];
  const radau: [string, Solver] = [
    "scipy Radau",
    (problem) => scipyContender({ name: "scipy Radau", scipy: "Radau", trajectories: 1 }, problem),
  ];
  const defines = isStiff ? ["OXYGEN"] : [];
  return [
    ...(isStiff ? [] : [ours(METHODS.dp5)]),
    ours(METHODS.rodas4),
    ...(isStiff ? [] : [cpp(ODEINT(defines))]),
    cpp(CVODE(defines)),
    radau,
  ];
}

async function curve(
  name: string,
  solver: Solver,
  problem: Problem,
  reference: Float64Array,
): Promise<PrecisionCurve | Absent> {
  const points: PrecisionPoint[] = [];
  let count = problem.parameters.length;
  for (const rtol of TOLERANCES) {
    const contender = await solver({ ...problem, rtol, atol: rtol * ABSOLUTE });
    if ("reason" in contender) return contender;
    count = contender.trajectories ?? count;
    const rounds: Round[] = [];
    do rounds.push(await contender.round());
    while (rounds.length < ROUNDS && (rounds[0] as Round).seconds < LONG);
    points.push({
      rtol,
      error: worstError(await contender.finish(), reference),
      seconds: median(rounds.map(({ seconds }) => seconds)) / count,
      steps: (rounds[0]?.steps ?? Number.NaN) / count,
    });
  }
  return { name, trajectories: count, points };
}

/** Between neighbouring points, straight in the logarithms. */
export function secondsAt({ points }: PrecisionCurve, error: number): number | undefined {
  for (let i = 1; i < points.length; i++) {
    const [loose, tight] = [points[i - 1], points[i]] as [PrecisionPoint, PrecisionPoint];
    if (!(loose.error >= error && tight.error <= error)) continue;
    if (loose.error === tight.error) return tight.seconds;
    const part = Math.log(loose.error / error) / Math.log(loose.error / tight.error);
    return loose.seconds * (tight.seconds / loose.seconds) ** part;
  }
  return undefined;
}
