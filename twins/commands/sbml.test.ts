import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CliContext, EXIT } from "@helix/cli";
import { createSystemPlatform } from "@helix/platform";
import { afterAll, expect, test } from "vitest";
import { applied, leaf, math, parameter, rateRule, sbml } from "../sbml/testing/sbml-text.ts";
import { runSuite } from "./run-sbml-suite.ts";

const folder = await mkdtemp(join(tmpdir(), "helix-sbml-"));
afterAll(() => rm(folder, { recursive: true }));

/** x' = -x from 1, as a case that expects `right` at time 1. */
async function writeCase(number: string, model: string, right: number, rule = "RateRule"): Promise<void> {
  const at = (end: string) => join(folder, number, `${number}-${end}`);
  await mkdir(join(folder, number));
  await writeFile(at("sbml-l3v2.xml"), model);
  await writeFile(
    at("settings.txt"),
    "start: 0\nduration: 1\nsteps: 1\nvariables: x\nabsolute: 1e-6\nrelative: 1e-6\namount:\nconcentration:\n",
  );
  await writeFile(at("results.csv"), `time,x\n0,1\n1,${right}\n`);
  await writeFile(at("model.m"), `componentTags: Parameter, ${rule}\ntestTags:\ntestType: TimeCourse\n`);
}

const decay = sbml({ parameters: parameter("x", 1), rules: rateRule("x", applied("minus", "x")) });
const refusedModel = sbml({
  parameters: parameter("x", 1),
  rules: `<algebraicRule>${math(leaf(0))}</algebraicRule>`,
});
await writeCase("00001", decay, Math.exp(-1));
await writeCase("00002", decay, 0.5);
await writeCase("00003", refusedModel, 1, "AlgebraicRule");

function context(signal = new AbortController().signal): CliContext & { said: string } {
  const made = {
    said: "",
    version: "0.0.0",
    platform: createSystemPlatform(),
    out: { write: (text: string) => void (made.said += text) },
    err: { write: () => undefined },
    json: false,
    terminal: { isTty: false, columns: 80, colour: false },
    signal,
    env: {},
    cwd: folder,
    invoke: () => Promise.reject(new Error("no other commands here")),
  };
  return made;
}

test("counts by feature, and names what was refused and what failed", async () => {
  const where = context();
  const { exitCode, result } = await runSuite(".", where);
  expect(exitCode).toBe(EXIT.fail);
  expect(result).toMatchObject({
    counts: { passed: 1, refused: 1, failed: 1 },
    passed: ["00001"],
    refused: [{ feature: "algebraic rule", cases: ["00003"] }],
    failed: [
      { case: "00002", reason: expect.stringMatching(/^x at 1: 0\.36787944.*, expected 0\.5 \(dp5\)$/) },
    ],
    byScope: [
      { scope: "plain ODE", passed: 1, refused: 0, failed: 1 },
      { scope: "events without delay or priority", passed: 0 },
      { scope: "events with delay or priority", passed: 0 },
      { scope: "algebraic rules, delays, fast reactions, packages", passed: 0, refused: 1, failed: 0 },
    ],
    byFeature: [
      { tag: "Parameter", passed: 1, refused: 1, failed: 1 },
      { tag: "RateRule", passed: 1, refused: 0, failed: 1 },
      { tag: "AlgebraicRule", passed: 0, refused: 1, failed: 0 },
    ],
  });
  expect(where.said).toMatch(
    /^all cases +1 +1 +1\nrefused 1: algebraic rule\nplain ODE: 1 of 2 passed\nalgebraic rules, .*: 0 of 1 passed\nfailed 00002: x at 1:/m,
  );
});

test("stopped, it keeps what is done and says that it is partial", async () => {
  const where = context(AbortSignal.abort());
  const { exitCode, result } = await runSuite(".", where);
  expect(exitCode).toBe(EXIT.fail);
  expect(result).toMatchObject({ partial: true, cases: 0 });
  expect(where.said).toContain("partial: stopped after 0 of 3 cases");
});

test("a folder that is not there, holds no cases, or a file that is no archive", async () => {
  await mkdir(join(folder, "empty"));
  await writeFile(join(folder, "cases.txt"), "none");
  await expect(runSuite("nowhere", context())).rejects.toThrow("nowhere is not there");
  await expect(runSuite("empty", context())).rejects.toThrow("empty holds no cases");
  await expect(runSuite("cases.txt", context())).rejects.toThrow(
    "cases.txt is neither a folder nor a .tar.gz",
  );
});
