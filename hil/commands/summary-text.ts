/** What a person reads at the end of a run. */
import { relative } from "node:path";
import { type CliContext, hang } from "@helix/cli";
import type { Verdict } from "@helix/run-record";
import { batchAge } from "../expectations/finding.ts";
import type { RunResult } from "../rigs/judge-run.ts";

const COLOURS: Readonly<Record<Verdict, string>> = {
  pass: "32",
  fail: "31",
  inconclusive: "33",
  invalid: "35",
  "not-run": "33",
};

/** Columns before what an expectation says. */
const VERDICT_WIDTH = 16;

export function summaryText(
  { plan, end, faults, expectations, ledger, record, commands }: RunResult,
  report: string | undefined,
  { terminal, cwd }: Pick<CliContext, "terminal" | "cwd">,
): string {
  const paint = (verdict: Verdict, text: string) =>
    terminal.colour ? `\x1b[${COLOURS[verdict]}m${text}\x1b[0m` : text;
  /** As one line; on a terminal as many as it takes, all but the first at column `indent`. */
  const told = (text: string, indent: number) =>
    terminal.isTty ? hang(text, terminal.columns, indent) : text;
  const item = (text: string) => `  ${told(text, 4)}`;
  const lines = [
    "",
    `${paint(end.verdict, end.verdict.toUpperCase())}  ${plan.scenario}, seed ${plan.seed}${end.cause === undefined ? "" : `, put down to the ${end.cause}`}`,
    told(end.summary, 0),
    "",
    ...expectations.map((e) => {
      const verdict = paint(e.verdict, e.verdict.padEnd(VERDICT_WIDTH - 4));
      const indent = " ".repeat(VERDICT_WIDTH);
      return `  ${verdict}  ${told(e.text, VERDICT_WIDTH)}\n${indent}${told(e.actual, VERDICT_WIDTH)}`;
    }),
    "",
    ...faults.map((f) => item(`fault ${f.id}: ${f.receipt?.summary ?? "left no trace"}`)),
    ...commands.map((c) =>
      item(`command at ${batchAge(c.t)}: ${c.description}: ${c.outcome}${settled(c.resolved)}`),
    ),
    `  ${end.frames} frames, ${end.gaps} gaps, ${end.drops} drops in ${end.wallSeconds.toFixed(1)} s`,
    `  ledger ${ledger === undefined ? "could not be read back" : `${ledger.verdict}, ${ledger.records} records, ${relative(cwd, ledger.folder)}`}`,
    ...(end.traceHash === undefined ? [] : [`  trace ${end.traceHash}`]),
    `  report ${report === undefined ? `not made; helix report ${relative(cwd, record)} makes it` : relative(cwd, report)}`,
    "",
  ];
  return lines.join("\n");
}

function settled(resolved: { readonly executed: boolean } | undefined): string {
  if (!resolved) return "";
  return `, read back as ${resolved.executed ? "executed" : "not executed"}`;
}
