/** `no-leak` on a whole virtual run: an hour without network passes, and fails by whatever a driver leaks. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSystemPlatform } from "@helix/platform";
import { expect, test } from "vitest";
import { knownParts } from "../parts.ts";
import { readScenario } from "../scenario/read-scenario.ts";
import { runVirtually } from "./virtual-rig.ts";

const OUTAGE = `
scenario: outage
title: An hour without network
covers: []
seed: 3
begin: 72 h
duration: 75 min
plant:
  twin: cho-fed-batch
  instruments:
    brx-07:
      { simulator: sartorius-biostat, driver: sartorius-biostat, protocol: opcua, sample: 60 s, reconnect_retries: 200 }
faults:
  - { id: cut, at: 72 h + 10 min, for: 1 h, on: brx-07.link, inject: partition }
expect:
  - { always: no-leak, budget: { sockets: 2, timers: 5, heap_megabytes: 8 } }
`.trimStart();

async function outage(leak: string) {
  const runsFolder = await mkdtemp(join(tmpdir(), "no-leak-"));
  try {
    const { end, expectations, record } = await runVirtually({
      plan: readScenario(OUTAGE, "outage.yaml", await knownParts()),
      platform: createSystemPlatform(),
      helixVersion: "0.0.0",
      replay: "helix run outage.yaml",
      program: new URL(`./testing/leaking-program.ts?leak=${leak}`, import.meta.url).href,
      runsFolder,
      signal: new AbortController().signal,
      watch: { stage() {}, time() {}, sample() {}, event() {} },
    });
    return { end, finding: expectations[0], text: await readFile(record, "utf8") };
  } finally {
    await rm(runsFolder, { recursive: true });
  }
}

/** But for what is measured. */
const repeatable = (text: string) =>
  text
    .split("\n")
    .filter((line) => !line.includes('"kind":"memory"'))
    .map((line) => line.replace(/"wallSeconds":[\d.]+,/, ""));

test("a sound driver passes, and two runs have one record but for the memory measured", {
  timeout: 300_000,
}, async () => {
  const [first, second] = [await outage("none"), await outage("none")];
  expect(first.end.verdict).toBe("pass");
  expect(first.text).toContain('"kind":"memory"');
  expect(repeatable(second.text)).toEqual(repeatable(first.text));
});

test.for([
  ["timer", /^-?\+?\d+ sockets, \+[2-9]\d timers, memory within 8 MB$/],
  ["socket", /^\+[2-9]\d sockets, .* timers, memory within 8 MB$/],
  ["memory", /^.* sockets, .* timers, \+\d{2,}(\.\d)? MB$/],
] as const)(
  "a %s left behind at each attempt to connect is found",
  {
    timeout: 300_000,
  },
  async ([leak, actual]) => {
    const { end, finding } = await outage(leak);
    expect(end).toMatchObject({ verdict: "fail", cause: "driver" });
    expect(finding?.actual).toMatch(actual);
  },
);
