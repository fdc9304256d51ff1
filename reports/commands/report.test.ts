import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CliContext, CommandOutcome } from "@helix/cli";
import { createSystemPlatform } from "@helix/platform";
import { afterAll, beforeAll, expect, test } from "vitest";
import { renderHtml } from "../html/report-page.ts";
import { readRecord } from "../read-record.ts";
import { sampleLines, toText } from "../sample-record.ts";
import { command } from "./report.ts";

const text = toText(sampleLines().filter((line, index) => line.kind !== "sample" || index % 100 === 0));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "helix-report-command-"));
  await mkdir(join(folder, "run"));
  await writeFile(join(folder, "run", "record.jsonl"), text);
  await writeFile(join(folder, "damaged.jsonl"), text.slice(0, 5000));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function report(record: string, options: { out?: string; format?: string } = {}) {
  const printed: string[] = [];
  const context: Pick<CliContext, "platform" | "out" | "signal" | "cwd"> = {
    platform: createSystemPlatform(1),
    out: { write: (line) => printed.push(line) },
    signal: new AbortController().signal,
    cwd: folder,
  };
  const input = { arguments: { record }, options: { format: "html,junit,json", ...options } };
  const outcome: CommandOutcome = await command.run(input as never, context as CliContext);
  return { outcome, printed };
}

test("writes all three beside the record, and says where", async () => {
  const { outcome, printed } = await report("run/record.jsonl");
  expect(outcome.exitCode).toBe(0);
  expect(outcome.result).toMatchObject({ verdict: "fail" });
  const written = ["report.html", "report.junit.xml", "report.json"].map((name) => join(folder, "run", name));
  expect(printed).toEqual(written.map((path) => `${path}\n`));
  expect(await readFile(written[0] ?? "", "utf8")).toBe(renderHtml(readRecord(text)));
});

test("takes the run's folder for its record, and writes only what is asked where it is asked", async () => {
  const { outcome } = await report("run", { out: "ci/reports", format: "junit" });
  expect(outcome.result["files"]).toEqual({ junit: join(folder, "ci", "reports", "report.junit.xml") });
  expect(await readFile(join(folder, "ci", "reports", "report.junit.xml"), "utf8")).toContain("<testsuites");
});

test("refuses a damaged record, a missing one and an unknown form: one line, and what to do", async () => {
  await expect(report("damaged.jsonl")).rejects.toMatchObject({
    name: "CliError",
    exitCode: 2,
    message: expect.stringMatching(/damaged\.jsonl: run record, line \d+: the record is cut off/),
    advice: expect.stringContaining("that the run itself wrote"),
  });
  await expect(report("nowhere.jsonl")).rejects.toMatchObject({
    message: `cannot read ${join(folder, "nowhere.jsonl")}: there is no such file`,
  });
  await expect(report("run/record.jsonl", { format: "html,pdf" })).rejects.toMatchObject({
    message: expect.stringContaining('"pdf"'),
    advice: "Choose from html, junit, json, with commas between.",
  });
});
