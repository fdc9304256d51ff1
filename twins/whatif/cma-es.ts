/**
 * Minimises a noisy or rugged function in a box: CMA-ES with rank-one and rank-mu update (Hansen 2016, "The CMA
 * evolution strategy: a tutorial", arXiv:1604.00772, with its default parameters). Points outside the box are
 * reflected into it. The caller ranks, so constraints may rank before values.
 */
import { ownFunctions } from "../compile/js-functions.ts";
import { uniformAt } from "../ensemble/counter-random.ts";
import { standardNormal } from "../ensemble/normal.ts";
import { symmetricEigen } from "./symmetric-eigen.ts";

export interface CmaEs {
  readonly population: number;
  /** Candidates of the next generation, each in 0 .. 1 in every dimension. */
  ask(): Float64Array[];
  /** @param order positions of the candidates just asked for, the best first */
  tell(order: readonly number[]): void;
  /** Size of the present steps, as a part of the box. */
  spread(): number;
}

/** @param start in 0 .. 1 in every dimension; @param sigma first step, as a part of the box */
export function cmaEs(start: Float64Array, sigma: number, seed: number): CmaEs {
  const n = start.length;
  const { exp, log } = ownFunctions();
  const population = 4 + Math.floor(3 * log(n));
  const parents = Math.floor(population / 2);
  const raw = Array.from({ length: parents }, (_, i) => log((population + 1) / 2) - log(i + 1));
  const sum = raw.reduce((a, b) => a + b, 0);
  const weights = raw.map((weight) => weight / sum);
  const effective = 1 / weights.reduce((total, weight) => total + weight * weight, 0);
  const cSigma = (effective + 2) / (n + effective + 5);
  const damping = 1 + 2 * Math.max(0, Math.sqrt((effective - 1) / (n + 1)) - 1) + cSigma;
  const cPath = (4 + effective / n) / (n + 4 + (2 * effective) / n);
  const cOne = 2 / ((n + 1.3) ** 2 + effective);
  const cMu = Math.min(1 - cOne, (2 * (effective - 2 + 1 / effective)) / ((n + 2) ** 2 + effective));
  const expected = Math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n));

  const mean = start.slice();
  const covariance = identity(n);
  const [sigmaPath, path] = [new Float64Array(n), new Float64Array(n)];
  let step = sigma;
  let generation = 0;
  let eigen = symmetricEigen(covariance, n);
  let asked: Float64Array[] = [];

  /** B D z, or B D^-1 B^T v */
  const spreadOut = (z: Float64Array): Float64Array =>
    map(n, (i) => dot(n, (j) => at(eigen.vectors, i * n + j) * root(eigen.values, j) * at(z, j)));
  const whiten = (v: Float64Array): Float64Array => {
    const turned = map(
      n,
      (j) => dot(n, (i) => at(eigen.vectors, i * n + j) * at(v, i)) / root(eigen.values, j),
    );
    return map(n, (i) => dot(n, (j) => at(eigen.vectors, i * n + j) * at(turned, j)));
  };

  return {
    population,
    ask: () => {
      asked = Array.from({ length: population }, (_, k) => {
        const z = map(n, (i) => standardNormal(uniformAt(seed, generation * population + k, i)));
        const move = spreadOut(z);
        return map(n, (i) => reflected(at(mean, i) + step * at(move, i)));
      });
      return asked.map((candidate) => candidate.slice());
    },
    tell: (order) => {
      generation++;
      const moves = order
        .slice(0, parents)
        .map((k) => map(n, (i) => (at(asked[k] as Float64Array, i) - at(mean, i)) / step));
      const together = map(n, (i) => moves.reduce((total, y, k) => total + (weights[k] ?? 0) * at(y, i), 0));
      const white = whiten(together);
      let length = 0;
      for (let i = 0; i < n; i++) {
        mean[i] = at(mean, i) + step * at(together, i);
        sigmaPath[i] =
          (1 - cSigma) * at(sigmaPath, i) + Math.sqrt(cSigma * (2 - cSigma) * effective) * at(white, i);
        length += at(sigmaPath, i) ** 2;
      }
      length = Math.sqrt(length);
      const isStill =
        length / Math.sqrt(1 - exp(2 * generation * log(1 - cSigma))) / expected < 1.4 + 2 / (n + 1) ? 1 : 0;
      for (let i = 0; i < n; i++)
        path[i] =
          (1 - cPath) * at(path, i) + isStill * Math.sqrt(cPath * (2 - cPath) * effective) * at(together, i);
      const kept = 1 - cOne - cMu + (1 - isStill) * cOne * cPath * (2 - cPath);
      for (let i = 0; i < n; i++)
        for (let j = 0; j <= i; j++) {
          const rankMu = moves.reduce((total, y, k) => total + (weights[k] ?? 0) * at(y, i) * at(y, j), 0);
          const value = kept * at(covariance, i * n + j) + cOne * at(path, i) * at(path, j) + cMu * rankMu;
          covariance[i * n + j] = value;
          covariance[j * n + i] = value;
        }
      step = Math.min(1, step * exp((cSigma / damping) * (length / expected - 1)));
      eigen = symmetricEigen(covariance, n);
    },
    spread: () => step * Math.sqrt(Math.max(...eigen.values)),
  };
}

const at = (array: Float64Array, i: number): number => array[i] as number;
const map = (n: number, value: (i: number) => number): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => value(i));
const root = (values: Float64Array, i: number): number => Math.sqrt(Math.max(1e-20, at(values, i)));

function dot(n: number, part: (i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += part(i);
  return sum;
}

function identity(n: number): Float64Array {
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) matrix[i * n + i] = 1;
  return matrix;
}

/** Into 0 .. 1, as a mirror at each end. */
function reflected(x: number): number {
  const folded = Math.abs(x) % 2;
  return folded > 1 ? 2 - folded : folded;
}
