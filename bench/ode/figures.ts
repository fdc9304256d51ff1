/** Figures of the `ode` board that have no peer: the big model, its compilation, and ensembles on threads. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  buildProgram,
  compileToJavaScript,
  compileToWebAssembly,
  type EnsemblePlan,
  libraryFile,
  METHODS,
  parseVariation,
  type ReferenceBatch,
  readModel,
  runEnsemble,
  runReferenceBatch,
} from "@helix/twins/compiled";
import type { Absent } from "./contender.ts";

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** At least (a rate) or at most (a time). */
  readonly target: number;
  readonly reached: boolean;
}

export interface Figures {
  readonly figures: readonly Figure[];
  readonly absent: readonly Absent[];
}

const ROUNDS = 5;

export async function measureFigures(): Promise<Figures> {
  const big = await bigModel();
  const threads = await ensembleFigures();
  return { figures: [...big.figures, ...threads], absent: big.absent };
}

async function bigModel(): Promise<Figures> {
  const text = await readFile(libraryFile("penicillin-indpensim"), "utf8");
  const compile = (back: typeof compileToJavaScript | typeof compileToWebAssembly) => {
    const { model } = readModel(text, "penicillin-indpensim.twin");
    return { model, kernel: back(buildProgram(model, METHODS.rodas4)) };
  };
  const compileMs = [compileToJavaScript, compileToWebAssembly].map(
    (back) => 1000 * median(timed(() => compile(back))),
  );
  const figures = [
    atMost("33 states, read and compiled to JavaScript", compileMs[0] ?? Number.NaN, "ms CPU", 300),
    atMost("33 states, read and compiled to WebAssembly", compileMs[1] ?? Number.NaN, "ms CPU", 300),
  ];
  const batch = await referenceBatch();
  if (!batch)
    return {
      figures,
      absent: [
        { name: "IndPenSim batch", reason: "HELIX_SHARED_DATA/indpensim/batch-102.json is not there" },
      ],
    };
  const { model, kernel } = compile(compileToWebAssembly);
  const seconds = median(timed(() => runReferenceBatch(model, batch, { rtol: 1e-3, atol: 1e-6 }, kernel)));
  return {
    figures: [
      ...figures,
      atLeast("IndPenSim, 1,185 scans under control, WebAssembly", 1 / seconds, "batches/s", 40),
    ],
    absent: [],
  };
}

async function referenceBatch(): Promise<ReferenceBatch | undefined> {
  const folder = process.env["HELIX_SHARED_DATA"] ?? join(process.cwd(), "..", "shared", "data");
  const bytes = await readFile(join(folder, "indpensim", "batch-102.json"), "utf8").catch(() => undefined);
  return bytes === undefined ? undefined : (JSON.parse(bytes) as ReferenceBatch);
}

/** Wall time: threads are about that. */
async function ensembleFigures(): Promise<Figure[]> {
  const modelText = await readFile(libraryFile("cho-fed-batch"), "utf8");
  const { model } = readModel(modelText, "cho-fed-batch.twin");
  const plan = (runs: number): EnsemblePlan => ({
    modelText,
    file: "cho-fed-batch.twin",
    variations: ["mu_max=normal(0.039,5%)", "feed=0.5x..2x"].map((text) => parseVariation(text, model)),
    runs,
    seed: 1,
    sampling: "latin-hypercube",
    method: "dp5",
    backEnd: "webassembly",
    end: model.time.end,
    rtol: 1e-6,
    atol: 1e-9,
    keepFinals: false,
    outputs: [model.time.end],
  });
  const wall = async (runs: number, workers: number): Promise<number> => {
    const start = performance.now();
    await runEnsemble(plan(runs), { workers });
    return (performance.now() - start) / 1000;
  };
  const pairs: { first: number; ratio: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const first = await wall(1000, 2);
    pairs.push({ first, ratio: (await wall(100_000, 1)) / (await wall(100_000, 2)) });
  }
  return [
    atMost("1,000 runs on two threads, from nothing", 1000 * median(pairs.map((p) => p.first)), "ms", 1000),
    atLeast("two threads over one, 100,000 runs", median(pairs.map((p) => p.ratio)), "x", 1.8),
  ];
}

function timed(work: () => unknown): number[] {
  return Array.from({ length: ROUNDS }, () => {
    const before = process.threadCpuUsage();
    work();
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) / 1e6;
  });
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const rounded = (value: number): number => Number(value.toPrecision(3));

const atLeast = (name: string, value: number, unit: string, target: number): Figure => ({
  name,
  value: rounded(value),
  unit,
  target,
  reached: value >= target,
});
const atMost = (name: string, value: number, unit: string, target: number): Figure => ({
  name,
  value: rounded(value),
  unit,
  target,
  reached: value <= target,
});
