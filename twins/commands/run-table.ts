/** Every run of an ensemble as a row, written while the ensemble runs: CSV or Parquet. */
import type { CliContext } from "@helix/cli";
import type { BlockResult } from "../ensemble/block.ts";
import type { Measurable } from "../ensemble/measures.ts";
import { drawnValues, type EnsemblePlan, type Strategy } from "../ensemble/plan.ts";

/** Columns of a table of runs. */
export interface RunColumns {
  /** `mu_max`, `feed[6..14]`: what was drawn. */
  readonly drawn: readonly string[];
  /** States and sensors at the end, with their units. */
  readonly ends: readonly Measurable[];
}

export interface RunRow {
  readonly run: number;
  readonly strategy: string;
  readonly drawn: readonly number[];
  /** NaN where the run failed. */
  readonly ends: readonly number[];
  readonly failure: string | undefined;
}

/** A format: takes rows, is whole at every moment. */
export interface RowWriter {
  /** @throws the disk's error; the file then holds what it held before, or a little more */
  add(rows: readonly RunRow[]): Promise<void>;
  /** Rows that are safely in the file. */
  readonly written: number;
  finish(isComplete: boolean): Promise<void>;
}

export type RowFormat = (
  disk: CliContext["platform"]["disk"],
  path: string,
  columns: RunColumns,
) => Promise<RowWriter>;

/** Loaded when asked for: Parquet's writer is large beside everything else that an ensemble needs. */
export const ROW_FORMATS = {
  csv: async () => (await import("./csv-rows.ts")).csvRows,
  parquet: async () => (await import("./parquet-rows.ts")).parquetRows,
} as const satisfies Record<string, () => Promise<RowFormat>>;

/** @param ends as many of the block's measures as there are quantities; the rest serve limits */
export function rowsOf(
  block: BlockResult,
  plan: EnsemblePlan,
  strategies: readonly Strategy[],
  ends: number,
): RunRow[] {
  const { from, to, measures } = block;
  const width = measures.length / ((to - from) * strategies.length);
  const failures = new Map(
    block.failed.map((run) => [run.index * strategies.length + run.strategy, `${run.reason}: ${run.detail}`]),
  );
  return Array.from({ length: to - from }, (_, i) => {
    const drawn = drawnValues(plan, from + i);
    return strategies.map(({ name }, s): RunRow => {
      const at = (i * strategies.length + s) * width;
      return {
        run: from + i,
        strategy: name,
        drawn,
        ends: Array.from(measures.subarray(at, at + ends)),
        failure: failures.get((from + i) * strategies.length + s),
      };
    });
  }).flat();
}
