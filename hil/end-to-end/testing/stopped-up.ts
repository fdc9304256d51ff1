/** `helix up` that is stopped, and what must then hold, whatever the moment. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { type RunningHelix, survivors } from "./helix.ts";
import { verifiedLedger } from "./ledger.ts";
import { END_LIMIT_MS } from "./stopped-run.ts";

/** @param folder where it works, with the ledger in it */
export async function expectOrderlyEnd(
  up: RunningHelix,
  folder: string,
  signal: "SIGINT" | "SIGTERM",
): Promise<void> {
  const sentMs = performance.now();
  up.interrupt(signal);
  const { code, signal: endedBy, stdout, stderr } = await up.ended;
  expect(performance.now() - sentMs).toBeLessThan(END_LIMIT_MS);
  expect(survivors(up.pid)).toEqual([]);
  expect(stderr).toBe("");
  // Before HELIX listens, the signal itself ends the process; nothing has begun then.
  if (endedBy === undefined) expect(code).toBe(0);
  else expect({ endedBy, stdout }).toEqual({ endedBy: signal, stdout: "" });
  if (existsSync(join(folder, "ledger")))
    expect(await verifiedLedger("ledger", { cwd: folder })).toMatchObject({ verdict: "CLEAN" });
}
