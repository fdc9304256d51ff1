/**
 * OPC UA messages garbled in mid-stream, in the virtual world: each kind of trouble by its name, on record
 * with its bytes, and the instrument streams again. Seeds on whose draw of turned bits it is the driver
 * that receives them.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readLedger } from "@helix/ledger";
import { createSystemPlatform } from "@helix/platform";
import type { RunRecordLine } from "@helix/run-record";
import { afterAll, beforeAll, expect, test } from "vitest";
import { knownParts } from "../parts.ts";
import { readScenario } from "../scenario/read-scenario.ts";
import { runVirtually } from "./virtual-rig.ts";

const platform = createSystemPlatform();
const LIMIT = 180_000;
const TEXT = `
scenario: gar
title: Garbled
covers: []
seed: 1
begin: 96 h
duration: 5 min
plant:
  twin: cho-fed-batch
  instruments:
    brx-07: { simulator: sartorius-biostat, driver: sartorius-biostat, protocol: opcua, sample: 10 s }
faults:
  - { id: bits, at: 96 h + 60 s, for: 30 s, on: brx-07.link, inject: corrupt-bytes, share: 20 % }
expect:
  - { always: every-gap-is-recorded }
  - { within: 2 min, after: bits.end, instrument: brx-07, status: Streaming }
  - { always: ledger-clean }
`.trimStart();

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "garbled-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function run(seed: number) {
  const result = await runVirtually({
    plan: readScenario(TEXT, "gar.yaml", await knownParts(), seed),
    platform,
    helixVersion: "0.0.0",
    replay: "helix run gar.yaml",
    runsFolder: folder,
    signal: new AbortController().signal,
    watch: { stage() {}, time() {}, sample() {}, event() {} },
  });
  const lines = (await readFile(result.record, "utf8"))
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as RunRecordLine);
  const ledger: Record<string, unknown>[] = [];
  const at = { folder: join(result.folder, "ledger"), disk: platform.disk };
  for await (const { event } of readLedger(at)) ledger.push(event);
  return { end: result.end, lines, ledger };
}

test("a message whose signature does not fit is a violation of the protocol, not a lost connection", {
  timeout: LIMIT,
}, async () => {
  const { end, lines, ledger } = await run(1);
  expect(end).toMatchObject({ verdict: "pass" });
  const [first] = lines.filter((line) => line.kind === "error");
  expect(first).toMatchObject({
    errorKind: "ProtocolViolation",
    message: expect.stringContaining("signature"),
    recovery: expect.stringMatching(/^ReconnectAndLogForensics: reconnect in /),
  });
  const recorded = ledger.filter(({ type }) => type === "PROTOCOL_VIOLATION");
  // With those of the attempts to connect again that were garbled too.
  expect(new Set(recorded.map(({ instrument }) => instrument))).toEqual(new Set(["brx-07"]));
  expect(JSON.stringify(recorded[0])).toMatch(/4d5347|MSG|TVNH/);
  const after = lines.findLast((line) => line.kind === "status" && line.status === "Streaming");
  expect(after).toMatchObject({ instrument: "brx-07" });
  expect((after as { t: number }).t).toBeGreaterThan(96 * 3600 + 60);
});
