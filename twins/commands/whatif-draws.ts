/** What a question draws, and how: `--vary`, `--sampling`, `--rank`. */
import { CliError } from "@helix/cli";
import type { Sampling } from "../ensemble/plan.ts";
import { saltelliWidth } from "../ensemble/saltelli.ts";
import { MOST_SOBOL_DIMENSIONS } from "../ensemble/sobol.ts";
import type { Variation } from "../ensemble/variation.ts";
import type { TwinModel } from "../language/model.ts";
import { defaultVariations } from "../whatif/default-variations.ts";
import { readRules } from "./settings.ts";

/** @throws CliError */
export function drawnBy(vary: readonly string[], piece: number | undefined, model: TwinModel): Variation[] {
  if (vary.length === 0) return defaultVariations(model);
  const variations = readRules(vary, model, { option: "--vary", piece });
  const labels = variations.map(({ label }) => label);
  const twice = labels.find((label, i) => labels.indexOf(label) !== i);
  if (twice !== undefined) throw new CliError(`--vary ${twice} is given twice`);
  return variations;
}

/** @throws CliError */
export function checkSampling(sampling: Sampling, dimensions: number): void {
  if (sampling !== "sobol" || dimensions <= MOST_SOBOL_DIMENSIONS) return;
  throw new CliError(
    `--sampling sobol varies at most ${MOST_SOBOL_DIMENSIONS} quantities, not ${dimensions}`,
    { advice: "leave it out: a Latin hypercube has no limit" },
  );
}

const [LEAST_ROWS, MOST_ROWS, RUNS_OF_RANKING] = [16, 256, 4];

/** A ranking takes its time from the ensemble that it belongs to. */
export function rankingRows(runs: number, variations: readonly Variation[]): number {
  const width = saltelliWidth(variations.filter(({ spread }) => spread.shape !== "fixed").length);
  return Math.min(MOST_ROWS, Math.max(LEAST_ROWS, Math.floor((RUNS_OF_RANKING * runs) / width)));
}
