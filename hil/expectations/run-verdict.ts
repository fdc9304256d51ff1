/**
 * The verdict of a whole run: invalid beats fail beats inconclusive beats pass. Nothing passes by
 * having nothing to say: a run without samples, without expectations, or with a fault that left no
 * trace is no pass.
 */
import type { Cause, ExpectationLine, FaultLine, Verdict } from "@helix/run-record";
import { linesOf, type RunFacts } from "./finding.ts";

export interface RunVerdict {
  readonly verdict: Verdict;
  readonly cause: Cause | undefined;
  /** One sentence. */
  readonly summary: string;
}

/** Something outside the expectations that decides the run. */
export interface Interruption {
  readonly verdict: "inconclusive" | "invalid" | "fail";
  readonly cause: Cause;
  readonly summary: string;
}

const SEVERITY: Readonly<Record<Verdict, number>> = {
  invalid: 4,
  fail: 3,
  inconclusive: 2,
  "not-run": 1,
  pass: 0,
};

export function runVerdict(
  facts: RunFacts,
  expectations: readonly ExpectationLine[],
  interruption: Interruption | undefined,
): RunVerdict {
  // What a person broke off has proved nothing, and is not held against anybody either.
  if (interruption?.cause === "test" && interruption.verdict === "inconclusive") return interruption;
  // What the rig cannot tell is said beside the verdict; the others decide it.
  const judged = expectations.filter((e) => e.verdict !== "not-run");
  const candidates: RunVerdict[] = [
    ...(interruption ? [interruption] : []),
    ...benchTrouble(facts),
    ...judged.filter((e) => e.verdict !== "pass").map(fromExpectation),
  ];
  if (judged.length === 0) {
    candidates.push({ verdict: "inconclusive", cause: "test", summary: "No expectation was judged." });
  }
  const worst = candidates.reduce<RunVerdict | undefined>(
    (a, b) => (a === undefined || SEVERITY[b.verdict] > SEVERITY[a.verdict] ? b : a),
    undefined,
  );
  if (worst) return worst;
  const faults = linesOf(facts, "fault").length;
  return {
    verdict: "pass",
    cause: undefined,
    summary: `${metText(judged.length, expectations.length)}${faults === 0 ? "" : `, under ${faults} fault${faults === 1 ? "" : "s"} with receipts`}.`,
  };
}

function metText(judged: number, all: number): string {
  if (judged === all) return `All ${all} expectations are met`;
  const untold = all - judged;
  return `${judged} of ${all} expectations are met, and ${untold} ${untold === 1 ? "is" : "are"} of what this rig cannot tell`;
}

const fromExpectation = (e: ExpectationLine): RunVerdict => ({
  verdict: e.verdict,
  cause: e.cause,
  summary: `Expectation ${e.index + 1} (${e.text}): ${e.actual}.`,
});

/** How a run is summed up that is invalid for this fault. */
export const noTraceText = ({ id, inject, on }: Pick<FaultLine, "id" | "inject" | "on">): string =>
  `Fault ${id} (${inject} on ${on}) was armed and left no trace.`;

/** Where the bench did not do what the scenario says. */
function benchTrouble(facts: RunFacts): RunVerdict[] {
  const trouble: RunVerdict[] = [];
  const invalid = (summary: string) => trouble.push({ verdict: "invalid", cause: "bench", summary });
  const faults = linesOf(facts, "fault");
  for (const fault of faults) {
    if (!fault.receipt) invalid(noTraceText(fault));
  }
  if (facts.complete) {
    for (const { id } of facts.plan.faults.filter((f) => !faults.some((line) => line.id === f.id))) {
      invalid(`Fault ${id} of the scenario was not injected.`);
    }
    const unseen = facts.plan.armed.filter((f) => !f.mayNotCome && !faults.some((line) => line.id === f.id));
    for (const { id, when } of unseen) {
      invalid(`Fault ${id} of the scenario was not injected: \`${when.text}\` did not come.`);
    }
    const others = [...linesOf(facts, "calibration"), ...linesOf(facts, "unsent")];
    const sent = new Set([...facts.scheduled.values(), ...others.map((line) => line.scheduled)]);
    for (const { id } of facts.plan.commands.filter((command) => !sent.has(command.id))) {
      invalid(`Command ${id} of the scenario was not sent.`);
    }
  }
  for (const { key } of facts.plan.instruments) {
    if (!linesOf(facts, "sample").some((line) => line.instrument === key)) {
      trouble.push({ verdict: "inconclusive", cause: "driver", summary: `No sample of ${key} came.` });
    }
  }
  return trouble;
}
