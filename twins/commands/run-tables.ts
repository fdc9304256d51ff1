/**
 * The tables of runs that were asked for, written while the ensemble runs. A disk that fills stops the ensemble;
 * what is written stays, under a name that says that it is partial.
 */
import { resolve } from "node:path";
import type { CliContext } from "@helix/cli";
import type { BlockResult } from "../ensemble/block.ts";
import type { EnsembleResult } from "../ensemble/ensemble.ts";
import type { Strategy } from "../ensemble/plan.ts";
import { endQuantities } from "../whatif/what-if.ts";
import { partialName } from "./kept-file.ts";
import { ROW_FORMATS, type RowWriter, rowsOf } from "./run-table.ts";
import type { ReadQuestion } from "./whatif-question.ts";

export interface RunTables {
  /** Aborts when a table can take no more. */
  readonly full: AbortSignal;
  add(block: BlockResult, strategies: readonly Strategy[]): Promise<void>;
  /** @returns what went wrong, a line each */
  finish(result: EnsembleResult): Promise<string[]>;
}

interface Table {
  readonly name: string;
  readonly writer: RowWriter;
  failure: unknown;
}

export async function openRunTables(
  { runsCsv, parquet }: { readonly runsCsv: string | undefined; readonly parquet: string | undefined },
  { question: { model, plan, target } }: ReadQuestion,
  context: CliContext,
): Promise<RunTables> {
  const ends = endQuantities(model, target);
  const columns = { drawn: plan.variations.map(({ label }) => label), ends };
  const tables: Table[] = [];
  for (const [format, name] of [
    ["csv", runsCsv],
    ["parquet", parquet],
  ] as const) {
    if (name === undefined) continue;
    const open = await ROW_FORMATS[format]();
    const writer = await open(context.platform.disk, resolve(context.cwd, name), columns);
    tables.push({ name, writer, failure: undefined });
  }
  const full = new AbortController();
  return {
    full: full.signal,
    add: async (block, strategies) => {
      if (tables.length === 0) return;
      const rows = rowsOf(block, plan, strategies, ends.length);
      for (const table of tables) {
        if (table.failure !== undefined) continue;
        await table.writer.add(rows).catch((error: unknown) => {
          table.failure = error;
          full.abort(error);
        });
      }
    },
    finish: async ({ complete }) => {
      const problems: string[] = [];
      for (const table of tables) {
        const isComplete = complete && table.failure === undefined;
        await table.writer.finish(isComplete).catch((error: unknown) => {
          table.failure ??= error;
        });
        if (table.failure !== undefined) problems.push(problemOf(table));
        else if (!complete)
          context.out.write(
            `${table.name}: ${table.writer.written} rows are kept in ${partialName(table.name)}\n`,
          );
      }
      return problems;
    },
  };
}

function problemOf({ name, writer, failure }: Table): string {
  return `${name}: ${diskReason(failure)}; ${writer.written} rows are kept in ${partialName(name)}, the rest is missing`;
}

/** In a word for people. */
export function diskReason(failure: unknown): string {
  const { name, code, message } = failure as NodeJS.ErrnoException;
  return code === "ENOSPC" || name === "ShortWriteError" ? "the disk is full" : message;
}
