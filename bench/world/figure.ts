/** One line of the `world` board: what was measured, how, and what that is against its target. */
import type { Figure } from "../ode/figures.ts";

export interface WorldFigure extends Figure {
  /** How: what is counted in, what is not. */
  readonly measured: string;
  readonly bound: "at least" | "at most";
  /** For people: reached or missed, and by how much. */
  readonly verdict: string;
}

type Measured = Pick<WorldFigure, "name" | "measured" | "value" | "unit" | "target">;

export const atLeast = (figure: Measured): WorldFigure => judged(figure, "at least");
export const atMost = (figure: Measured): WorldFigure => judged(figure, "at most");

function judged(figure: Measured, bound: WorldFigure["bound"]): WorldFigure {
  const { value, target } = figure;
  // How many times as good as it has to be.
  const merit = bound === "at least" ? value / target : target / value;
  const reached = merit >= 1;
  return { ...figure, bound, reached, verdict: reached ? reachedBy(merit) : missedBy(value, target) };
}

const reachedBy = (merit: number): string =>
  merit >= 2 ? `reached, ${merit.toFixed(1)} times over` : `reached, with ${percent(merit - 1)} to spare`;

const missedBy = (value: number, target: number): string =>
  Number.isNaN(value) ? "missed: not measured" : `missed by ${percent(Math.abs(value - target) / target)}`;

/** Two digits: a miss by little is not told as one by nothing. */
const percent = (share: number): string => `${Number((100 * share).toPrecision(2))} %`;
