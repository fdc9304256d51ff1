/** The coverage matrix: each step of the I/O against each kind of fault, boxes that were not tested included. */
import type { Verdict } from "@helix/run-record";
import type { JobLine } from "../job.ts";
import type { IoStep, StepTime } from "./io-steps.ts";

/** A box before its run. */
export interface PlannedBox {
  readonly step: IoStep;
  readonly inject: string;
  /** Id of the run that tests it; undefined where none can. */
  readonly jobId: string | undefined;
  /** Why none can. */
  readonly reason: string | undefined;
}

export interface Box extends Omit<PlannedBox, "jobId"> {
  readonly verdict: Verdict | "untested";
  readonly summary: string | undefined;
  readonly replay: string | undefined;
}

export interface CoverageMatrix {
  readonly scenario: string;
  readonly seed: number;
  readonly instrument: string;
  readonly steps: readonly StepTime[];
  readonly faults: readonly string[];
  /** Row by row: all steps of the first fault, then of the next. */
  readonly boxes: readonly Box[];
  readonly tested: number;
}

const TO_DO = "its run has not been done yet";

export function coverageMatrix(
  head: Pick<CoverageMatrix, "scenario" | "seed" | "instrument" | "steps" | "faults">,
  planned: readonly PlannedBox[],
  lines: readonly JobLine[],
): CoverageMatrix {
  const byId = new Map(lines.map((line) => [line.id, line]));
  const boxes = planned.map(({ jobId, ...box }): Box => {
    const line = jobId === undefined ? undefined : byId.get(jobId);
    const touchedNothing = line !== undefined && line.leftOut.length > 0;
    const reason = touchedNothing
      ? "the fault touched nothing there"
      : line
        ? undefined
        : (box.reason ?? TO_DO);
    const verdict = line === undefined || touchedNothing ? "untested" : line.verdict;
    return { ...box, reason, verdict, summary: line?.summary, replay: line?.replay };
  });
  const tested = boxes.filter(({ verdict }) => verdict === "pass" || verdict === "fail").length;
  return { ...head, boxes, tested };
}

const WORD: Readonly<Record<Box["verdict"], string>> = {
  pass: "pass",
  fail: "FAIL",
  inconclusive: "unclear",
  invalid: "INVALID",
  "not-run": "-",
  untested: "-",
};

const wordOf = ({ verdict, reason }: Box): string => (reason === TO_DO ? "..." : WORD[verdict]);

/** A row per fault, a column per step; below, why boxes are empty. */
export function matrixText({ steps, faults, boxes, tested }: CoverageMatrix): string {
  const first = Math.max(...faults.map((name) => name.length), "fault".length) + 2;
  const widths = steps.map(({ step }) => Math.max(step.length, "INVALID".length) + 2);
  const row = (head: string, cells: readonly string[]) =>
    `${head.padEnd(first)}${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("")}`.trimEnd();
  const rows = faults.map((name) => row(name, boxes.filter(({ inject }) => inject === name).map(wordOf)));
  const empty = Map.groupBy(
    boxes.filter(({ reason }) => reason !== undefined),
    (box) => `x ${wordOf(box)}  ${box.reason}`,
  );
  return [
    row(
      "fault",
      steps.map(({ step }) => step),
    ),
    ...rows,
    "",
    `${tested} of ${boxes.length} boxes tested`,
    ...[...empty].map(([what, those]) => `  ${those.length} ${what}`),
    "",
  ].join("\n");
}
