/**
 * Runs from their start to their end, wherever that is: stopped by Ctrl-C and SIGTERM at moments that
 * a seed draws (stop-run.long.test.ts draws many more), killed, and `helix demo --once --json` as a
 * newcomer sees it, with the proof of its ledger and what a flipped byte does to that.
 */
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createSeededRandom } from "@helix/platform";
import { beforeAll, describe, expect, test } from "vitest";
import { recordLines, temporaryFolder } from "./testing/folder.ts";
import { type RunningHelix, startHelix, survivors } from "./testing/helix.ts";
import { verifiedLedger } from "./testing/ledger.ts";
import { after, drawMoments, expectOrderlyStop, startRun } from "./testing/stopped-run.ts";

let cwd: string;
/** Runs beside the other tests: nearly all of its time it waits. */
let demo: RunningHelix;

beforeAll(async () => {
  cwd = await temporaryFolder();
  demo = startHelix(["demo", "--once", "--json"], { cwd });
});

const SEED = 20_260_105;

// Start-up, the plant, the runtime, the run.
const MOMENTS = drawMoments(SEED, { count: 4, fromMs: 100, toMs: 5000 });

describe(`helix run scenarios/calm.yaml, seed ${SEED}`, () => {
  test.each(MOMENTS)("Ctrl-C after %i ms", async (ms) => {
    const run = await startRun("calm");
    await after(ms);
    await expectOrderlyStop(run, "SIGINT");
  });

  test("SIGTERM while it streams", async () => {
    const run = await startRun("calm");
    await run.helix.said(/Streaming/);
    await expectOrderlyStop(run, "SIGTERM");
  });
});

test("Ctrl-C while the network is cut and a command is on its way", async () => {
  const run = await startRun("partition-during-feed", ["--speed", "3600"]);
  await run.helix.said(/fault cut begins/);
  await expectOrderlyStop(run, "SIGINT");
});

test("a second Ctrl-C ends at once", async () => {
  const run = await startRun("partition-during-feed", ["--speed", "3600"]);
  await run.helix.said(/fault cut begins/);
  run.helix.interrupt();
  // One key press may arrive by several ways: what comes within 0.3 s is not a second one.
  await after(400);
  if (!run.helix.hasEnded) run.helix.interrupt();
  const { code } = await run.helix.ended;
  expect(code).toBeOneOf([1, 130]);
  await expect.poll(() => survivors(run.helix.pid)).toEqual([]);
  expect(existsSync(run.cwd)).toBe(true);
});

test("SIGKILL of helix run: the simulator ends by itself, the ledger keeps what it had", async () => {
  const run = await startRun("calm");
  await run.helix.said(/set temperature to 36\.8 Cel: acknowledged/);
  const folder = join(run.cwd, "runs/calm-1-1");
  const before = await verifiedLedger(join(folder, "ledger"), run);
  expect(before).toMatchObject({ verdict: "CLEAN" });
  run.helix.kill("SIGKILL");
  expect(await run.helix.ended).toMatchObject({ signal: "SIGKILL" });
  await expect.poll(() => survivors(run.helix.pid), { timeout: 30_000 }).toEqual([]);

  const left = await verifiedLedger(join(folder, "ledger"), run);
  expect(left.verdict).toMatch(/CLEAN|TORN_TAIL/);
  // Started, driver, connected, and the command that was acknowledged: its intent and its outcome.
  expect(left.records).toBeGreaterThanOrEqual(Math.max(5, before.records));

  // The run's own helix.toml opens it again.
  const variable = /password_env_var = "(\w+)"/.exec(readFileSync(join(folder, "helix.toml"), "utf8"))?.[1];
  const up = startHelix(["up", join(folder, "helix.toml")], { cwd: run.cwd, env: { [variable ?? ""]: "x" } });
  await up.said(/attempt 1\)/);
  up.interrupt();
  expect((await up.ended).code).toBe(0);
  const reopened = await verifiedLedger(join(folder, "ledger"), run);
  expect(reopened.verdict).toBe("CLEAN");
  expect(reopened.records).toBeGreaterThan(left.records);
});

describe("helix demo --once --json", () => {
  test("one JSON object with the verdict and its evidence", { timeout: 600_000 }, async () => {
    const { code, stdout, stderr } = await demo.ended;
    expect(code, stderr).toBe(0);
    expect(stdout.match(/\n/g)).toHaveLength(1);
    const result = JSON.parse(stdout) as DemoResult;
    expect(result).toMatchObject({
      verdict: "pass",
      seed: 14,
      scenario: "fed-batch-14-days",
      rig: "virtual",
    });
    expect(result.frames).toBeGreaterThan(9 * 120_000);
    expect(result.gaps).toBeGreaterThan(0);
    expect(result.faults.map(({ id }) => id)).toEqual(["oxygen", "cut", "acid"]);
    for (const { receipt } of result.faults) expect(receipt).toMatchObject({ summary: expect.any(String) });
    expect(result.commands).toHaveLength(12);
    for (const { outcome } of result.commands) expect(outcome).toMatch(/^(acknowledged|unknown)$/);
    expect(result.ledger).toMatchObject({ verdict: "CLEAN", records: expect.any(Number) });
    expect(readFileSync(result.report, "utf8")).toContain("<html");
    expect((await recordLines(result.record)).at(-1)).toMatchObject({ kind: "end", verdict: "pass" });
    expect(survivors(demo.pid)).toEqual([]);
  });

  test("its ledger verifies with as many records; after one flipped byte, anywhere, it does not", {
    timeout: 600_000,
  }, async () => {
    const { ledger } = JSON.parse((await demo.ended).stdout) as DemoResult;
    expect(await verifiedLedger(ledger.folder, { cwd })).toMatchObject({
      exitCode: 0,
      verdict: "CLEAN",
      records: ledger.records,
      firstBad: null,
    });
    const random = createSeededRandom(FLIP_SEED).fork("flip");
    for (let flip = 0; flip < FLIPS; flip++) {
      const copy = join(cwd, `flipped-${flip}`);
      cpSync(ledger.folder, copy, { recursive: true });
      const segments = readdirSync(copy).filter((name) => name.endsWith(".hlx"));
      const file = segments[Math.floor(random.uniform() * segments.length)] ?? "";
      const bytes = readFileSync(join(copy, file));
      const at = Math.floor(random.uniform() * bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random.uniform() * 8));
      writeFileSync(join(copy, file), bytes);
      const what = `seed ${FLIP_SEED}, flip ${flip}: ${file} byte ${at}`;
      const { verdict, exitCode, firstBad } = await verifiedLedger(copy, { cwd });
      expect({ verdict, exitCode }, what).not.toMatchObject({ verdict: "CLEAN" });
      expect(exitCode, what).toBe(1);
      expect(Number(firstBad?.sequence), what).toBeLessThanOrEqual(ledger.records);
      expect(firstBad?.file, what).toBe(file);
    }
  });
});

const FLIP_SEED = 7211;
const FLIPS = 24;

interface DemoResult {
  readonly frames: number;
  readonly gaps: number;
  readonly faults: readonly { readonly id: string; readonly receipt: object | null }[];
  readonly commands: readonly { readonly outcome: string }[];
  readonly ledger: { readonly verdict: string; readonly records: number; readonly folder: string };
  readonly report: string;
  readonly record: string;
}

test("nothing is left in the temporary folder of the demo but its run", async () => {
  await demo.ended;
  expect(readdirSync(cwd).filter((name) => !name.startsWith("flipped-"))).toEqual(["runs"]);
  expect(existsSync(join(cwd, "runs"))).toBe(true);
});
