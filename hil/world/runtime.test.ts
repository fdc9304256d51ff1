/** The runtime as production runs it, inside a world. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureClientCertificate } from "@helix/driver-opcua-generic";
import { createSystemPlatform } from "@helix/platform";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkDeterminism } from "./determinism/check-determinism.ts";
import { createIdentities } from "./testing/opcua-identities.ts";
import type { RuntimeWorldResult } from "./testing/runtime-world.ts";

const folder = mkdtempSync(join(tmpdir(), "helix-world-test-"));

beforeAll(async () => {
  await createIdentities(folder, ["server"]);
  await ensureClientCertificate(join(folder, "brx-07"), "brx-07", createSystemPlatform().clock);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("supervisor, driver, ring and ledger live through a partition and a power cut, the same in two processes", async () => {
  const module = new URL("./testing/runtime-world.ts", import.meta.url).href;
  const report = await checkDeterminism({ seed: 5, module, options: { identities: folder } });
  expect(report.difference?.text).toBeUndefined();
  expect(report.same).toBe(true);
  const { frames, verdict, records } = report.first.result as RuntimeWorldResult;
  expect(verdict).toBe("CLEAN");
  const count = (type: string) => records.filter((record) => record === type).length;
  expect(count("RUNTIME_STARTED")).toBe(2);
  expect(count("CONNECTION_LOST")).toBe(1);
  // After the partition and after the power cut.
  expect(count("CONNECTED")).toBe(3);
  expect(count("TELEMETRY_GAP")).toBe(5);
  // Five channels at 1 Hz: 225 s less the partition, then 60 s.
  expect(frames).toHaveLength(2);
  expect(frames[0]).toBeGreaterThan(700);
  expect(frames[1]).toBeGreaterThan(250);
});
