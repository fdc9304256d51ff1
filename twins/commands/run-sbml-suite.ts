/** What `helix sbml` does. */
import { join, resolve } from "node:path";
import { type CliContext, CliError, type CommandOutcome, EXIT } from "@helix/cli";
import { type CaseResult, runCase } from "../sbml/run-case.ts";
import type { CaseFiles } from "../sbml/semantic-case.ts";
import { casesIn, count, countByScope, countByTag, isCaseFile, refusals } from "../sbml/suite.ts";
import { readTarGz } from "../sbml/tar.ts";

export async function runSuite(given: string, context: CliContext): Promise<CommandOutcome> {
  const cases = casesIn(await readFiles(resolve(context.cwd, given), given, context));
  if (cases.length === 0)
    throw new CliError(`${given} holds no cases`, {
      advice:
        "a case is a folder such as 00001 with 00001-sbml-l3v2.xml, -settings.txt, -results.csv, -model.m",
    });
  const results = await runAll(cases, context);
  const isPartial = results.length < cases.length;
  const counts = count(results);
  const failed = results.filter((each) => each.verdict === "failed");
  context.out.write(tableOf(results));
  for (const { number, reason } of failed) context.out.write(`failed ${number}: ${reason}\n`);
  if (isPartial) context.out.write(`partial: stopped after ${results.length} of ${cases.length} cases\n`);
  return {
    exitCode: failed.length > 0 || isPartial ? EXIT.fail : EXIT.pass,
    result: {
      cases: results.length,
      partial: isPartial,
      counts,
      passed: results.filter((each) => each.verdict === "passed").map((each) => each.number),
      refused: [...refusals(results)].map(([feature, numbers]) => ({ feature, cases: numbers })),
      failed: failed.map(({ number, reason }) => ({ case: number, reason })),
      byScope: countByScope(results),
      byFeature: countByTag(results),
    },
  };
}

/** Case after case; Ctrl-C keeps what is done. */
async function runAll(
  cases: readonly CaseFiles[],
  { signal, terminal, err, platform }: CliContext,
): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for (const each of cases) {
    if (signal.aborted) break;
    results.push(runCase(each));
    if (results.length % 20 !== 0) continue;
    if (terminal.isTty) err.write(`\r${results.length} of ${cases.length} cases\u001B[K`);
    // Lets a signal in: the cases themselves never wait.
    await platform.clock.sleep(0);
  }
  if (terminal.isTty) err.write("\r\u001B[K");
  return results;
}

function tableOf(results: readonly CaseResult[]): string {
  const { passed, refused, failed } = count(results);
  const row = (name: string, c: { passed: number; refused: number; failed: number }) => [
    name,
    String(c.passed),
    String(c.refused),
    String(c.failed),
  ];
  const features = countByTag(results).map((each) => row(each.tag, each));
  const reasons = [...refusals(results)].map(
    ([feature, numbers]) => `refused ${numbers.length}: ${feature}\n`,
  );
  const rows = [["feature", "passed", "refused", "failed"], ...features];
  const table = aligned([...rows, row("all cases", { passed, refused, failed })]);
  return table + reasons.join("") + scopesOf(results);
}

function scopesOf(results: readonly CaseResult[]): string {
  const lines = countByScope(results).map(({ scope, passed, refused, failed }) => {
    const cases = passed + refused + failed;
    return cases > 0 ? `${scope}: ${passed} of ${cases} passed\n` : "";
  });
  return lines.join("");
}

/** The first column to the left; it holds names that begin with a digit. */
function aligned(rows: readonly (readonly string[])[]): string {
  const width = Math.max(...rows.map(([name = ""]) => name.length));
  const line = ([name = "", ...numbers]: readonly string[]) =>
    `${name.padEnd(width)}${numbers.map((each) => each.padStart(9)).join("")}\n`;
  return rows.map(line).join("");
}

/** Files of cases by path, from a folder of case folders or from an archive. */
async function readFiles(
  path: string,
  given: string,
  { platform }: CliContext,
): Promise<Map<string, string>> {
  const { disk } = platform;
  const there = await disk.stat(path);
  if (!there) throw new CliError(`${given} is not there`, { advice: "give a folder of cases" });
  if (there.kind === "file") {
    const bytes = await disk.readFile(path);
    try {
      return readTarGz(bytes, isCaseFile);
    } catch (cause) {
      throw new CliError(`${given} is neither a folder nor a .tar.gz`, {
        advice: "give a folder of cases",
        cause,
      });
    }
  }
  const files = new Map<string, string>();
  for (const folder of await disk.list(path)) {
    if (!/^\d{5}$/.test(folder)) continue;
    for (const name of await disk.list(join(path, folder))) {
      if (!isCaseFile(`${folder}/${name}`)) continue;
      files.set(`${folder}/${name}`, new TextDecoder().decode(await disk.readFile(join(path, folder, name))));
    }
  }
  return files;
}
