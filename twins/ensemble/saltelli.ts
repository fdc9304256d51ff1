/**
 * The design that Sobol indices are estimated from: rows of two independent points A and B, and A with one
 * coordinate after the other taken from B (Saltelli et al. 2010, Comput. Phys. Commun. 181:259).
 */
import { latinHypercubeAt } from "./latin-hypercube.ts";

/** Evaluations in a row: A, B, and A with each coordinate of B. */
export const saltelliWidth = (dimensions: number): number => dimensions + 2;

/** Coordinate `dimension` of evaluation `run` of `runs`, in (0, 1). */
export function saltelliAt(
  seed: number,
  run: number,
  runs: number,
  dimension: number,
  dimensions: number,
): number {
  const width = saltelliWidth(dimensions);
  const [row, column] = [Math.floor(run / width), run % width];
  const isFromB = column === 1 || column === dimension + 2;
  return latinHypercubeAt(seed, row, runs / width, isFromB ? dimension + dimensions : dimension);
}
