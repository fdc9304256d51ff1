/** Where the runs of a question begin: `--from-run`, `--at`. */
import { resolve } from "node:path";
import { type CliContext, CliError } from "@helix/cli";
import type { TwinModel } from "../language/model.ts";
import type { Choice } from "../solvers/choose.ts";
import { SimulationError } from "../solvers/simulation.ts";
import { type EstimatedStart, estimatedStart } from "../whatif/estimated-start.ts";
import { type RecordedRun, RecordedRunError, readRecordedRun } from "../whatif/recorded-run.ts";
import { linesOf } from "./record-lines.ts";

export interface ReadStart {
  readonly recorded: RecordedRun;
  readonly estimated: EstimatedStart;
}

/** @throws CliError */
export async function startOf(
  fromRun: string,
  at: number | undefined,
  model: TwinModel,
  { method }: Choice,
  context: CliContext,
): Promise<ReadStart> {
  const path = resolve(context.cwd, fromRun);
  const found = await context.platform.disk.stat(path);
  const file = found?.kind === "folder" ? resolve(path, "record.jsonl") : path;
  try {
    const recorded = await readRecordedRun(linesOf(file, context.platform.disk), model);
    return { recorded, estimated: estimatedStart(recorded, model, method, at) };
  } catch (error) {
    if (error instanceof RecordedRunError || error instanceof SimulationError)
      throw new CliError(`--from-run ${fromRun}: ${error.message}`, { cause: error });
    if ((error as NodeJS.ErrnoException).code === "ENOENT")
      throw new CliError(`--from-run ${fromRun}: there is no such record`, {
        advice: "give a run's folder, or its record.jsonl",
        cause: error,
      });
    throw error;
  }
}
