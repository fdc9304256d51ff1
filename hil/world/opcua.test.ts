/** Real node-opcua client and server in a world. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkDeterminism } from "./determinism/check-determinism.ts";
import { runInWorld } from "./run/run-in-world.ts";
import { createIdentities } from "./testing/opcua-identities.ts";
import type { OpcuaWorldOptions, OpcuaWorldResult } from "./testing/opcua-world.ts";

const MODULE = new URL("./testing/opcua-world.ts", import.meta.url).href;
const folder = mkdtempSync(join(tmpdir(), "helix-world-test-"));
const settings = (seed: number, options: Partial<OpcuaWorldOptions>) => ({
  seed,
  module: MODULE,
  options: { identities: folder, seconds: 300, secured: true, fault: "partition", ...options },
});

beforeAll(() => createIdentities(folder, ["server", "client"]));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("signed and encrypted, through a partition: two processes give the same bytes, another seed others", async () => {
  const report = await checkDeterminism(settings(7, {}));
  expect(report.difference?.text).toBeUndefined();
  expect(report.same).toBe(true);
  const { result } = report.first as { result: OpcuaWorldResult };
  expect(result.events).toEqual(["ready", "connection lost", "connection re-established"]);
  expect(result.valuesAfterFault).toBeGreaterThan(400);
  const other = await runInWorld<OpcuaWorldResult>(settings(8, {}));
  expect(other.traceHash).not.toBe(report.first.traceHash);
  expect(other.result.events).toEqual(result.events);
});

test("a server that lost its power comes back with new modules, and values flow again", async () => {
  const { result } = await runInWorld<OpcuaWorldResult>(
    settings(7, { fault: "crash", realm: true, secured: false, faultAtSeconds: 60 }),
  );
  expect(result.events).toContain("connection re-established");
  expect(result.valuesAfterFault).toBeGreaterThan(400);
});
