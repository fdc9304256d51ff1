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
  runReferenceBatch,
} from "@helix/twins/compiled";
import type { Absent } from "./contender.ts";
import { cpuSeconds } from "./cpu.ts";
import { secondsToFirstResult } from "./first-result.ts";
import { median } from "./median.ts";
import { measureTwoThreads } from "./two-threads.ts";

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** At least (a rate) or at most (a time). */
  readonly target: number;
  readonly reached: boolean;
  /** What else must be known to read it. */
  readonly note?: string;
}

export interface Figures {
  readonly figures: readonly Figure[];
  readonly absent: readonly Absent[];
}

/** Until what runs is what the compilers of the host make of code that runs often. */
const WARM_UP = 5;

export async function measureFigures(rounds: number): Promise<Figures> {
  const big = await bigModel(rounds);
  const threads = await ensembleFigures(rounds);
  return { figures: [...big.figures, ...threads], absent: big.absent };
}

async function bigModel(rounds: number): Promise<Figures> {
  const text = await readFile(libraryFile("penicillin-indpensim"), "utf8");
  const compile = (back: typeof compileToJavaScript | typeof compileToWebAssembly) => {
    const { model } = readModel(text, "penicillin-indpensim.twin");
    return { model, kernel: back(buildProgram(model, METHODS.rodas4)) };
  };
  const compileMs = [compileToJavaScript, compileToWebAssembly].map(
    (back) => 1000 * median(timed(rounds, () => compile(back))),
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
  const run = () => runReferenceBatch(model, batch, { rtol: 1e-3, atol: 1e-6 }, kernel);
  for (let round = 0; round < WARM_UP; round++) run();
  const seconds = median(timed(rounds, run));
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

async function ensembleFigures(rounds: number): Promise<Figure[]> {
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
  const { ratio, limit } = await measureTwoThreads(plan, rounds);
  const waits: number[] = [];
  for (let round = 0; round < rounds; round++) waits.push(await secondsToFirstResult());
  const note =
    limit === undefined ? "" : `two C++ processes that share nothing: ${rounded(limit)} x one of them`;
  return [
    atMost("helix whatif --runs 1000, from the command line to its first result", median(waits), "s", 1),
    { ...atLeast("two threads over one, 200,000 runs", ratio, "x", 1.8), ...(note === "" ? {} : { note }) },
  ];
}

function timed(rounds: number, work: () => unknown): number[] {
  return Array.from({ length: rounds }, () => {
    const before = cpuSeconds();
    work();
    return cpuSeconds() - before;
  });
}

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
