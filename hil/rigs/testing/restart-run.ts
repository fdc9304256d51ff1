/** Runs of six minutes on the virtual rig in which the runtime dies, for tests. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RecordedEvent, readLedger } from "@helix/ledger";
import { createSystemPlatform } from "@helix/platform";
import type { RunRecordLine } from "@helix/run-record";
import { knownParts } from "../../parts.ts";
import { readScenario } from "../../scenario/read-scenario.ts";
import { runVirtually } from "../virtual-rig.ts";

const platform = createSystemPlatform();

export interface Entries {
  readonly schedule?: readonly string[];
  readonly faults: readonly string[];
  /** Which sectors outlive a power cut is the seed's to draw. */
  readonly seed?: number;
}

const list = (entries: readonly string[]) => entries.map((entry) => `  - { ${entry} }\n`).join("");
export const FEED =
  "at: 72 h + 60 s, id: feed, command: { set: brx-07.feed_rate, to: 0.002 L/h, rationale: test }";
export const LATER = FEED.replace("60 s", "180 s").replace("feed,", "later,");
/** The instrument answers commands 5 s late. */
export const SLOW =
  "id: slow, at: 72 h + 55 s, for: 20 s, on: brx-07.feed_rate, inject: slow-to-acknowledge, delay: 5 s";

const scenario = ({ schedule = [FEED], faults, seed = 3 }: Entries) =>
  `
scenario: restart
title: A restart
covers: []
seed: ${seed}
begin: 72 h
duration: 6 min
plant:
  twin: cho-fed-batch
  instruments:
    brx-07: { simulator: sartorius-biostat, driver: sartorius-biostat, protocol: opcua, sample: 10 s }
schedule:
${list(schedule)}faults:
${list(faults)}expect:
  - { always: every-gap-is-recorded }
  - { always: one-outcome-per-command }
  - { always: exactly-one-audit-record }
  - { within: 60 s, after: last.end, instrument: brx-07, status: Streaming }
  - { always: ledger-clean }
`.trimStart();

export const described = async (entries: Entries) => ({
  plan: readScenario(scenario(entries), "restart.yaml", await knownParts()),
  platform,
  helixVersion: "0.0.0",
  replay: "helix run restart.yaml",
});

/** With the ledger as it lies in the run's folder, which is gone afterwards. */
export async function run(entries: Entries) {
  const runsFolder = await mkdtemp(join(tmpdir(), "restart-"));
  try {
    return await runIn(runsFolder, entries);
  } finally {
    await rm(runsFolder, { recursive: true });
  }
}

async function runIn(runsFolder: string, entries: Entries) {
  const result = await runVirtually({
    ...(await described(entries)),
    runsFolder,
    signal: new AbortController().signal,
    watch: { stage() {}, time() {}, sample() {}, event() {} },
  });
  const text = (await readFile(result.record, "utf8")).trimEnd();
  const lines = text.split("\n").map((line) => JSON.parse(line) as RunRecordLine);
  const ledger: RecordedEvent[] = [];
  for await (const { event } of readLedger({ folder: join(result.folder, "ledger"), disk: platform.disk }))
    ledger.push(event);
  const receipt = (id: string) => result.faults.find((fault) => fault.id === id)?.receipt;
  const records = (type: string) => ledger.filter((event) => event.type === type);
  const unmet = result.expectations.filter(({ verdict }) => verdict !== "pass").map(({ actual }) => actual);
  return { ...result, lines, ledger, receipt, records, unmet };
}
