/**
 * What `helix run` does: read the scenario, run it on the rig, render the reports, say what came out.
 */
import { resolve } from "node:path";
import { type CliContext, CliError, type CommandOutcome, EXIT, type ExitCode } from "@helix/cli";
import { LedgerOpenError } from "@helix/ledger";
import { missingForSerialPairs } from "@helix/platform";
import type { Rig, Verdict } from "@helix/run-record";
import { DriverLoadError } from "@helix/supervisor";
import { faultKind } from "../faults/catalogue.ts";
import { mediumOf } from "../parts.ts";
import type { RunResult } from "../rigs/judge-run.ts";
import { PlantMismatchError, runOnPlant } from "../rigs/physical-rig.ts";
import { NoLinkError } from "../rigs/plant-link.ts";
import { RecordError } from "../rigs/record-writer.ts";
import { SimulatorError } from "../rigs/simulator-process.ts";
import { runVirtually } from "../rigs/virtual-rig.ts";
import { runOnWire } from "../rigs/wire-rig.ts";
import type { ArmedFault, Plan, PlannedFault, PlannedInstrument } from "../scenario/plan.ts";
import { consentOptions, notAllowed, type PlantConsent, plantConfig } from "./plant-consent.ts";
import { createProgress } from "./progress.ts";
import { readPlan } from "./read-plan.ts";
import { summaryText } from "./summary-text.ts";

export interface RunInput extends PlantConsent {
  /** As the person gave it. */
  readonly file: string;
  readonly rig: Rig;
  readonly seed: number | undefined;
  readonly speed: number;
}

/** @throws CliError, ProblemsError */
export async function runScenario(input: RunInput, context: CliContext): Promise<CommandOutcome> {
  const plan = await readPlan(input.file, input.seed, context);
  const configFile = await plantConfig(input, context);
  const refusal =
    refusalOf(plan, input.rig) ?? (input.rig === "physical" ? notAllowed(plan, input) : undefined);
  if (refusal !== undefined) return undone(plan, input.rig, "not-run", refusal, context);

  const progress = createProgress(plan, context);
  let result: RunResult;
  try {
    const run = {
      plan,
      platform: context.platform,
      runsFolder: resolve(context.cwd, "runs"),
      helixVersion: context.version,
      replay: `helix run ${input.file} --rig ${input.rig} --seed ${plan.seed}${consentOptions(input)}`,
      signal: context.signal,
      watch: progress,
    };
    if (configFile !== undefined)
      result = await runOnPlant({ ...run, configFile, secret: (name) => context.env[name] });
    else if (input.rig === "wire") result = await runOnWire({ ...run, speed: input.speed });
    else result = await runVirtually(run);
  } catch (error) {
    progress.end();
    if (context.signal.aborted)
      return undone(plan, input.rig, "inconclusive", "The run was stopped before it began.", context);
    if (error instanceof SimulatorError || error instanceof RecordError)
      return undone(plan, input.rig, "invalid", error.message, context);
    if (error instanceof NoLinkError) return undone(plan, input.rig, "not-run", error.message, context);
    if (error instanceof PlantMismatchError || error instanceof DriverLoadError)
      throw new CliError(error.message, { cause: error });
    if (error instanceof LedgerOpenError) throw new CliError(error.message, { cause: error });
    throw error;
  }
  progress.end();
  const report = await renderReports(result, context);
  context.out.write(summaryText(result, report, context));
  return { exitCode: exitCodeOf(result.end.verdict), result: resultOf(result, input.rig, report) };
}

const exitCodeOf = (verdict: Verdict): ExitCode =>
  ({
    pass: EXIT.pass,
    fail: EXIT.fail,
    inconclusive: EXIT.fail,
    invalid: EXIT.invalidRun,
    "not-run": EXIT.invalidRun,
  })[verdict];

/** Why this rig cannot run the scenario; undefined when it can. */
export function refusalOf(plan: Plan, rig: Rig): string | undefined {
  const unlaid = rig === "wire" ? plan.instruments.find(isOnSerialLine) : undefined;
  const missing = unlaid && missingForSerialPairs();
  if (missing !== undefined) return `Rig wire lays the serial line of ${unlaid?.key} with socat: ${missing}.`;
  const refused = [...plan.faults, ...plan.armed].flatMap((fault) => {
    const reason = inability(fault, rig);
    return reason === undefined ? [] : [`${fault.inject} (fault ${fault.id}): ${reason}`];
  });
  return refused.length === 0 ? undefined : `Rig ${rig} cannot inject ${refused.join("; ")}.`;
}

function inability(fault: PlannedFault | ArmedFault, rig: Rig): string | undefined {
  if (!fault.rigs.includes(rig)) return faultKind(fault.inject).unable[rig];
  if (rig !== "physical" || !("when" in fault) || fault.when.value.of !== "state") return undefined;
  return `it waits for twin.${fault.when.value.state}, and a real plant tells nobody its true state`;
}

const isOnSerialLine = ({ protocol }: PlannedInstrument) => mediumOf(protocol) === "serial";

/** The outcome of a run that left no record. */
function undone(
  plan: Plan,
  rig: Rig,
  verdict: "not-run" | "invalid" | "inconclusive",
  summary: string,
  context: CliContext,
): CommandOutcome {
  context.err.write(`${verdict.toUpperCase()}  ${plan.scenario}: ${summary}\n`);
  return {
    exitCode: exitCodeOf(verdict),
    result: {
      verdict,
      cause: verdict === "invalid" ? "bench" : "test",
      summary,
      seed: plan.seed,
      scenario: plan.scenario,
      rig,
      frames: 0,
      gaps: 0,
      drops: 0,
      faults: [],
      commands: [],
      expectations: [],
      ledger: null,
      report: null,
      record: null,
      traceHash: null,
      wallSeconds: 0,
    },
  };
}

/** Path of the HTML report; undefined when it could not be made, which is said. */
async function renderReports({ record }: RunResult, context: CliContext): Promise<string | undefined> {
  // After Ctrl-C there are 5 s for everything; the record can be rendered at any time.
  if (context.signal.aborted) return undefined;
  try {
    const { result } = await context.invoke("report", [record]);
    const { html } = result["files"] as { html?: string };
    return html;
  } catch (error) {
    context.err.write(`The report could not be made: ${(error as Error).message}\n`);
    return undefined;
  }
}

function resultOf(
  { plan, end, faults, expectations, ledger, record, commands }: RunResult,
  rig: Rig,
  report: string | undefined,
) {
  return {
    verdict: end.verdict,
    cause: end.cause ?? null,
    summary: end.summary,
    seed: plan.seed,
    scenario: plan.scenario,
    rig,
    frames: end.frames,
    gaps: end.gaps,
    drops: end.drops,
    faults: faults.map(({ id, inject, on, beginS, endS, receipt }) => ({
      id,
      inject,
      on,
      beginS,
      endS,
      receipt: receipt ?? null,
    })),
    commands: commands.map(({ id, t, description, outcome, reason, resolved }) => ({
      id,
      t,
      description,
      outcome,
      reason: reason ?? null,
      resolved: resolved ?? null,
    })),
    expectations: expectations.map(({ index, text, expected, actual, evidence, verdict, cause }) => ({
      index,
      text,
      expected,
      actual,
      evidence,
      verdict,
      cause: cause ?? null,
    })),
    ledger: ledger
      ? { verdict: ledger.verdict, records: Number(ledger.records), root: ledger.root, folder: ledger.folder }
      : null,
    report: report ?? null,
    record,
    traceHash: end.traceHash ?? null,
    wallSeconds: end.wallSeconds,
  };
}
