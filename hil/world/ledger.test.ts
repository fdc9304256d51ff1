/** The real ledger on the virtual disk. */
import { expect, test } from "vitest";
import { runInWorld, WorldFailedError } from "./run/run-in-world.ts";
import type { LedgerWorldOptions, LedgerWorldResult } from "./testing/ledger-world.ts";

const MODULE = new URL("./testing/ledger-world.ts", import.meta.url).href;
const run = async (seed: number, options: LedgerWorldOptions) =>
  (await runInWorld<LedgerWorldResult>({ seed, module: MODULE, options })).result;

test("no acknowledged record is lost in any power cut, and the ledger is never more than torn at its end", async () => {
  const verdicts = new Set<string>();
  for (let seed = 1; seed <= 3; seed++) {
    const { acknowledged, lost, verdicts: found } = await run(seed, { cuts: 15 });
    expect(lost).toEqual([]);
    expect(acknowledged).toBeGreaterThan(100);
    for (const verdict of Object.keys(found)) verdicts.add(verdict);
  }
  expect([...verdicts].filter((verdict) => !["none", "CLEAN", "TORN_TAIL"].includes(verdict))).toEqual([]);
  expect(verdicts).toContain("TORN_TAIL");
});

test("a disk that only says that it has synced is found out", async () => {
  const outcome = await run(1, { cuts: 15, lyingDisk: true }).catch((error: unknown) => error);
  // Either records are missing, or the ledger refuses to be read at all.
  const caught = outcome instanceof WorldFailedError || (outcome as LedgerWorldResult).lost.length > 0;
  expect(caught).toBe(true);
});
