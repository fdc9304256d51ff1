/**
 * The problems of the `ode` board: a thousand trajectories of a library model, every parameter spread by
 * 20 % with a fixed sequence, so that all contenders and all machines solve the same ones.
 */
import { readFile } from "node:fs/promises";
import {
  DEFAULT_TOLERANCE,
  loadLibraryModel,
  METHODS,
  type Method,
  type Segments,
  segmentsOf,
  type TwinModel,
} from "@helix/twins/compiled";

export interface Problem {
  readonly name: string;
  readonly title: string;
  readonly model: TwinModel;
  readonly method: Method;
  readonly segments: Segments;
  /** One row per trajectory. */
  readonly parameters: readonly Float64Array[];
  readonly rtol: number;
  readonly atol: number;
}

export const TRAJECTORIES = 1000;

export async function readProblem(name: "cho8" | "cho-do11"): Promise<Problem> {
  const stiff = name === "cho-do11";
  const { model } = await loadLibraryModel(stiff ? "cho-fed-batch-oxygen" : "cho-fed-batch", (file) =>
    readFile(file),
  );
  return {
    name,
    title: stiff
      ? "CHO fed-batch with oxygen, probe and PI loop, 11 states, stiff"
      : "CHO fed-batch, 8 states, not stiff",
    model,
    method: stiff ? METHODS.rodas4 : METHODS.dp5,
    segments: segmentsOf(model, model.time.end),
    parameters: spread(model, TRAJECTORIES),
    ...DEFAULT_TOLERANCE,
  };
}

/** Row 0 is the nominal one. */
function spread(model: TwinModel, count: number): Float64Array[] {
  let state = 0x9e3779b9;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  return Array.from({ length: count }, (_, row) =>
    Float64Array.from(model.parameters, (p) => p.value * (row === 0 ? 1 : 0.8 + 0.4 * next())),
  );
}

/** The problem as the C++ peers read it (peers/peer.h). */
export function problemBytes({ model, segments, parameters, rtol, atol }: Problem): Buffer {
  const head = Int32Array.of(parameters.length, model.parameters.length, segments.times.length);
  const tolerances = Float64Array.of(rtol, atol);
  const ends = Float64Array.of(...segments.times.slice(1), model.time.end);
  const parts = [head, tolerances, ...parameters, ends, segments.values];
  return Buffer.concat(parts.map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength)));
}
