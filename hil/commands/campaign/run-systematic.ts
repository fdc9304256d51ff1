/** `--systematic`: the calm run, then every fault at every step of the I/O, then the matrix. */
import { join, relative } from "node:path";
import { type CliContext, CliError, type CommandOutcome, type ExitCode } from "@helix/cli";
import type { RunRecordLine } from "@helix/run-record";
import { campaignExitCode, campaignText, summarise } from "../../campaign/campaign-summary.ts";
import { scenarioData, scenarioYaml, withoutFaults } from "../../campaign/scenario-text.ts";
import type { SeededScenario } from "../../campaign/seed-jobs.ts";
import { stepTimes } from "../../campaign/systematic/io-steps.ts";
import { coverageMatrix, matrixText } from "../../campaign/systematic/matrix.ts";
import { matrixHtml } from "../../campaign/systematic/matrix-html.ts";
import { planBoxes } from "../../campaign/systematic/plan-boxes.ts";
import { runVirtually } from "../../rigs/virtual-rig.ts";
import type { Plan } from "../../scenario/plan.ts";
import type { CampaignInput } from "./campaign-command.ts";
import { openFolder, runInFolder, stillToDo } from "./run-seeds.ts";

const NO_WATCH = { stage() {}, time() {}, sample() {}, event() {} };

/** @throws CliError when the calm run does not pass; ProblemsError */
export async function runSystematically(
  input: CampaignInput,
  scenario: SeededScenario,
  context: CliContext,
): Promise<CommandOutcome> {
  const { platform, cwd, out, err } = context;
  const { scenarioHash } = scenario.readPlan(scenario.text, input.file, input.seed);
  const data = scenarioData(scenario.text);
  const calm = withoutFaults(data, new Set((data.faults ?? []).map(({ id }) => id)));
  const plan = scenario.readPlan(scenarioYaml(calm), scenario.file, input.seed);
  const instrument = plan.instruments[0]?.key;
  if (instrument === undefined) throw new CliError(`${input.file} has no instrument`);
  err.write(`${plan.scenario}: the calm run\n`);
  const steps = stepTimes(await calmRecord(plan, context), instrument);
  const identity = { kind: "systematic", randomFaults: false, scenarioHash } as const;
  // Which runs there are is known only now, and the same each time.
  const planned = (folder: string) => planBoxes({ calm, plan, instrument, steps, scenario, folder });
  const ids = planned("").jobs.map(({ id }) => id);
  const folder = await openFolder(input, identity, `${plan.scenario}-systematic`, ids, scenario, context);
  const { boxes, jobs } = planned(folder.path);
  const lines = await runInFolder(jobs, folder, input, scenario, context);

  const faults = [...scenario.catalogue.keys()];
  const head = { scenario: plan.scenario, seed: plan.seed, instrument, steps, faults };
  const matrix = coverageMatrix(head, boxes, lines);
  const summary = summarise(lines);
  const html = join(folder.path, "matrix.html");
  await platform.disk.writeFile(html, new TextEncoder().encode(matrixHtml(matrix)), 0o644);
  const complete = lines.length === jobs.length;
  out.write(`\n${matrixText(matrix)}\n${campaignText(summary)}`);
  if (!complete) out.write(stillToDo(jobs.length - lines.length));
  out.write(`  ${relative(cwd, html)}\n`);
  const exitCode: ExitCode = complete ? campaignExitCode(summary) : 1;
  return {
    exitCode,
    result: { complete, planned: jobs.length, ...summary, matrix, html, folder: folder.path },
  };
}

async function calmRecord(plan: Plan, context: CliContext): Promise<RunRecordLine[]> {
  const { platform, version, cwd, signal } = context;
  const folder = join(cwd, "campaigns", `${plan.scenario}-calm`);
  const result = await runVirtually({
    plan,
    platform,
    helixVersion: version,
    replay: `helix run ${plan.file}`,
    runsFolder: folder,
    signal,
    watch: NO_WATCH,
  });
  const text = new TextDecoder().decode(await platform.disk.readFile(result.record));
  await platform.disk.remove(folder);
  if (result.end.verdict !== "pass") {
    throw new CliError(`without faults, ${plan.scenario} does not pass: ${result.end.summary}`, {
      advice: "A systematic campaign begins from a scenario that passes when nothing goes wrong.",
    });
  }
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as RunRecordLine);
}
