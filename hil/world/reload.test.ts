/** A driver is replaced over a real protocol stack in a world: the other instrument notices nothing, no value is lost. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureClientCertificate } from "@helix/driver-opcua-generic";
import { createSystemPlatform } from "@helix/platform";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkDeterminism } from "./determinism/check-determinism.ts";
import { createIdentities } from "./testing/opcua-identities.ts";
import { INSTRUMENTS, type ReloadWorldResult } from "./testing/reload-world.ts";

const folder = mkdtempSync(join(tmpdir(), "helix-reload-test-"));
const S = 1_000_000_000;

beforeAll(async () => {
  const devices = INSTRUMENTS.map(({ device }) => device);
  await createIdentities(folder, devices);
  for (const { key } of INSTRUMENTS)
    await ensureClientCertificate(join(folder, key), key, createSystemPlatform().clock);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Seconds between values that follow each other, by channel. */
function waits({ taken }: ReloadWorldResult, instrument: string): number[][] {
  const ofIt = Object.entries(taken).filter(([name]) => name.startsWith(`${instrument} `));
  return ofIt.map(([, times]) =>
    times.slice(1).map((time, i) => Number(BigInt(time) - BigInt(times[i] ?? 0)) / S),
  );
}

test("nothing is lost on either side of the change, and the run repeats", async () => {
  const module = new URL("./testing/reload-world.ts", import.meta.url).href;
  const report = await checkDeterminism({ seed: 11, module, options: { identities: folder } });
  expect(report.difference?.text).toBeUndefined();
  expect(report.same).toBe(true);
  const result = report.first.result as ReloadWorldResult;
  // Values change once a second: the instrument beside it has every one of them.
  for (const wait of waits(result, "brx-1")) expect(new Set(wait)).toEqual(new Set([1]));
  // None of the old driver's is lost and none comes twice; the new one connects within a second of the device's own beat.
  for (const wait of waits(result, "brx-2")) {
    expect(wait.length).toBeGreaterThan(115);
    expect(Math.min(...wait)).toBeGreaterThan(0);
    expect(Math.max(...wait)).toBeLessThanOrEqual(2);
  }
  expect(result.records.slice(-4)).toEqual([
    "DRIVER_RELOADED brx-2",
    "CONNECTED brx-2",
    "TELEMETRY_INTERRUPTED brx-2",
    "RUNTIME_STOPPED",
  ]);
});
