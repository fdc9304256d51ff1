/** The files that `helix whatif` writes at its end: the page, and the bands as a table. */
import { resolve } from "node:path";
import type { CliContext } from "@helix/cli";
import { describeRule } from "../ensemble/variation.ts";
import { whatIfPage } from "../whatif/page/page.ts";
import { searchSeed, type WhatIfAnswer } from "../whatif/what-if.ts";
import { bandsCsv } from "./bands-csv.ts";
import { diskReason } from "./run-tables.ts";
import type { ReadQuestion } from "./whatif-question.ts";
import { startRows, startSummary } from "./whatif-text.ts";

export interface ReportFiles {
  readonly csv: string | undefined;
  readonly html: string | undefined;
}

/** @returns what could not be written, and why */
export async function writeReports(
  { html, csv }: ReportFiles,
  read: ReadQuestion,
  answer: WhatIfAnswer,
  engine: string,
  context: CliContext,
): Promise<string[]> {
  const files: [string | undefined, () => string][] = [
    [html, () => page(read, answer, engine, context)],
    [csv, () => bandsCsv(read.question.model, answer)],
  ];
  const problems: string[] = [];
  for (const [name, text] of files) {
    if (name === undefined) continue;
    try {
      await context.platform.disk.writeFile(
        resolve(context.cwd, name),
        new TextEncoder().encode(text()),
        0o644,
      );
    } catch (error) {
      problems.push(`${name}: ${diskReason(error)}; it was not written`);
    }
  }
  return problems;
}

function page(
  { question, choice, run }: ReadQuestion,
  answer: WhatIfAnswer,
  engine: string,
  context: CliContext,
): string {
  const { model, plan, target, optimisation } = question;
  return whatIfPage(model, answer, {
    target,
    optimisation,
    variations: plan.variations,
    start: run && {
      summary: startSummary(run.recorded, run.estimated, model),
      rows: startRows(run.estimated, model),
    },
    provenance: [
      ["model", `${model.name}: ${model.source}`],
      ["varied", plan.variations.map(describeRule).join(", ")],
      [
        "draws",
        `${answer.result.done}, ${plan.sampling === "sobol" ? "Sobol sequence" : "Latin hypercube"}, seed ${plan.seed}; every strategy meets the same ones`,
      ],
      ...(optimisation ? [["search", `CMA-ES on draws of seed ${searchSeed(plan.seed)}`] as const] : []),
      ["solver", choice.reason],
      ["engine", engine],
      ["HELIX", context.version],
    ],
  });
}
