/** A scenario's run that is stopped on the way, and what must then hold, whatever the moment. */
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createSeededRandom } from "@helix/platform";
import { expect } from "vitest";
import { recordLines, temporaryFolder } from "./folder.ts";
import { type RunningHelix, startHelix, survivors } from "./helix.ts";
import { verifiedLedger } from "./ledger.ts";

export const SCENARIOS = fileURLToPath(new URL(".", import.meta.resolve("@helix/scenarios")));

/**
 * After which it hangs. HELIX gives itself 5 s, and says so when it ends for want of time; how long it really
 * takes is the machine's matter.
 */
export const END_LIMIT_MS = 30_000;

export interface StoppableRun {
  readonly helix: RunningHelix;
  /** Where it works. */
  readonly cwd: string;
}

export async function startRun(scenario: string, more: readonly string[] = []): Promise<StoppableRun> {
  const cwd = await temporaryFolder();
  const file = join(SCENARIOS, `${scenario}.yaml`);
  return { cwd, helix: startHelix(["run", file, "--rig", "wire", "--json", ...more], { cwd }) };
}

/** `count` moments in ms, one in each equal part of the span, drawn from the seed. */
export function drawMoments(seed: number, span: { count: number; fromMs: number; toMs: number }): number[] {
  const random = createSeededRandom(seed).fork("moments");
  const width = (span.toMs - span.fromMs) / span.count;
  return Array.from({ length: span.count }, (_, index) =>
    Math.round(span.fromMs + width * (index + random.uniform())),
  );
}

export const after = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Sends the signal to the whole group, as a terminal does, and holds the end against what is promised. */
export async function expectOrderlyStop(run: StoppableRun, signal: "SIGINT" | "SIGTERM"): Promise<void> {
  const sentMs = performance.now();
  run.helix.interrupt(signal);
  const ended = await run.helix.ended;
  const tookMs = performance.now() - sentMs;
  const said = `${ended.stderr}${ended.stdout}`;
  expect(survivors(run.helix.pid), said).toEqual([]);
  expect(tookMs, said).toBeLessThan(END_LIMIT_MS);
  expect(said).not.toMatch(/unexpected error|ended as it stands/);
  if (ended.signal === undefined) expectStopped(ended.code, ended.stdout);
  // The first tenths of a second belong to Node: no listener yet, nothing begun.
  else
    expect({ signal: ended.signal, begun: existsSync(join(run.cwd, "runs")) }).toEqual({
      signal,
      begun: false,
    });
  await expectWholeEvidence(run.cwd);
}

/** Stops it after `ms`; by then it may have come to its own end. */
export async function stopRunAfter(run: StoppableRun, ms: number): Promise<void> {
  await Promise.race([after(ms), run.helix.ended]);
  if (run.helix.hasEnded) expect(await run.helix.ended).toMatchObject({ code: 0 });
  else await expectOrderlyStop(run, "SIGINT");
}

/** The documented end of a run that was stopped: inconclusive, put down to the test. */
function expectStopped(code: number | undefined, stdout: string): void {
  const { verdict, cause } = JSON.parse(stdout) as { verdict: string; cause: string | null };
  // The signal came after the judgement.
  if (verdict === "pass") expect(code).toBe(0);
  else expect({ verdict, cause, code }).toEqual({ verdict: "inconclusive", cause: "test", code: 1 });
}

/** The record ends with its end line, the ledger is CLEAN; where they were begun. */
async function expectWholeEvidence(cwd: string): Promise<void> {
  const runs = join(cwd, "runs");
  for (const name of existsSync(runs) ? await readdir(runs) : []) {
    const folder = join(runs, name);
    const record = join(folder, "record.jsonl");
    if (existsSync(record)) expect((await recordLines(record)).at(-1)?.kind).toBe("end");
    const ledger = join(folder, "ledger");
    if (existsSync(ledger)) expect(await verifiedLedger(ledger, { cwd })).toMatchObject({ verdict: "CLEAN" });
  }
}
