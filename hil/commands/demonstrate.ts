/** What `helix demo` does: one scenario of the library, and where to go from there. */
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { CliContext, CommandOutcome } from "@helix/cli";

const LIBRARY = dirname(fileURLToPath(import.meta.resolve("@helix/scenarios")));
const SCENARIO = "fed-batch-14-days.yaml";

export async function demonstrate(once: boolean, context: CliContext): Promise<CommandOutcome> {
  const inLibrary = (name: string) => relative(context.cwd, join(LIBRARY, name));
  const outcome = await context.invoke("run", [inLibrary(SCENARIO)]);
  if (once || context.signal.aborted) return outcome;
  const { report, record, ledger } = outcome.result as {
    report: string | null;
    record: string | null;
    ledger: { folder: string } | null;
  };
  const near = (path: string) => relative(context.cwd, path);
  const next = [
    report === null ? undefined : `open ${near(report)} in a browser: the verdict, the plots, every command`,
    ledger === null
      ? undefined
      : `helix ledger verify ${near(ledger.folder)}: prove that the ledger is whole`,
    `helix run ${inLibrary("probe-drift.yaml")} --seed 7: a probe that lies, another draw`,
    record === null ? undefined : `${near(record)}: everything that happened, one JSON object a line`,
  ];
  context.out.write(
    `\nWhat to try next\n${next
      .filter((line) => line !== undefined)
      .map((line) => `  ${line}\n`)
      .join("")}`,
  );
  return outcome;
}
