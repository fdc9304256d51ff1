import { createSeededRandom } from "@helix/platform";
import { expect, test } from "vitest";
import { FAULT_CATALOGUE } from "../../faults/catalogue.ts";
import { knownParts } from "../../parts.ts";
import { readScenario } from "../../scenario/read-scenario.ts";
import { scenarioData } from "../scenario-text.ts";
import { IO_STEPS } from "./io-steps.ts";
import { planBoxes } from "./plan-boxes.ts";

const TEXT = `
scenario: short
title: Ten minutes
covers: []
seed: 1
begin: 72 h
duration: 10 min
plant:
  twin: cho-fed-batch
  instruments:
    brx-07: { simulator: sartorius-biostat, driver: sartorius-biostat, protocol: opcua, sample: 10 s }
schedule:
  - { at: 72 h + 5 min, command: { set: brx-07.temperature, to: 36.8 Cel, rationale: test } }
expect:
  - { always: every-gap-is-recorded }
  - { within: 60 s, after: begin, instrument: brx-07, status: Streaming }
  - { at: end, channel: brx-07.temperature, between: [36, 38], unit: Cel }
`.trimStart();
const AT_S = 72 * 3600;

async function boxes(text = TEXT) {
  const parts = await knownParts();
  const readPlan = (source: string, file: string, seed?: number) => readScenario(source, file, parts, seed);
  const scenario = {
    text,
    file: "/short.yaml",
    parts,
    readPlan,
    catalogue: FAULT_CATALOGUE,
    randomOf: createSeededRandom,
  };
  const at: Record<string, number> = {
    connect: AT_S,
    write: AT_S + 300,
    "read-back": AT_S + 595,
    disconnect: AT_S + 600,
  };
  const steps = IO_STEPS.map((step) => ({
    step,
    atS: at[step],
    reason: at[step] === undefined ? "not in this test" : undefined,
  }));
  const plan = readPlan(text, "/short.yaml");
  const planned = planBoxes({
    calm: scenarioData(text),
    plan,
    instrument: "brx-07",
    steps,
    scenario,
    folder: "/c",
  });
  const expectedIn = (id: string) => {
    const job = planned.jobs.find((one) => one.id === id);
    return job && readPlan(job.text, job.file, job.seed) && scenarioData(job.text).expect;
  };
  return { ...planned, expectedIn };
}

const ALWAYS = { always: "every-gap-is-recorded" };
const CALM_STATUS = { within: "60 s", after: "begin", instrument: "brx-07", status: "Streaming" };
const BACK = { within: "2 min", after: "swarm-planted.end", instrument: "brx-07", status: "Streaming" };
const VALUE = { at: "end", channel: "brx-07.temperature", between: [36, 38], unit: "Cel" };

test("each fault has a box per step, and what cannot be tested says why", async () => {
  const { boxes: all, jobs } = await boxes();
  expect(all).toHaveLength(FAULT_CATALOGUE.size * IO_STEPS.length);
  for (const box of all) expect((box.jobId === undefined) === (box.reason !== undefined)).toBe(true);
  expect(new Set(jobs.map(({ id }) => id)).size).toBe(jobs.length);
  const late = all.find(({ inject, step }) => inject === "partition" && step === "read-back");
  expect(late?.reason).toBe("the run is too short for this fault there");
});

test("what is to meet the disconnect lasts to the end of the run; of the runtime's own computer nothing can", async () => {
  const { boxes: all, jobs } = await boxes();
  const faultOf = (inject: string) => {
    const box = all.find((one) => one.inject === inject && one.step === "disconnect");
    const job = jobs.find(({ id }) => id === box?.jobId);
    return job ? scenarioData(job.text).faults?.[0] : box?.reason;
  };
  expect(faultOf("partition")).toMatchObject({ at: "72 h + 9 min + 59 s", for: "1 s" });
  expect(faultOf("noise")).toMatchObject({ at: "72 h + 9 min + 30 s", for: "30 s" });
  expect(faultOf("fsync-error")).toMatch(/over before the runtime stops/);
});

test("what shows only in a command is put on a channel that has one then, and nowhere else", async () => {
  const { boxes: all, jobs } = await boxes();
  const stuck = all.filter(({ inject }) => inject === "slow-to-acknowledge");
  expect(stuck.filter(({ jobId }) => jobId !== undefined)).toEqual([]);
  const free = await boxes(TEXT.replace(/^.*at: end, channel.*\n/m, ""));
  const slow = free.boxes.filter(({ inject }) => inject === "slow-to-acknowledge");
  expect(slow.filter(({ jobId }) => jobId !== undefined).map(({ step }) => step)).toEqual(["write"]);
  expect(slow.find(({ step }) => step === "connect")?.reason).toContain("none is given while it lasts");
  const job = free.jobs.find(({ id }) => id === "slow-to-acknowledge-at-299-s");
  expect(scenarioData(job?.text ?? "").faults).toMatchObject([{ on: "brx-07.temperature" }]);
  expect(jobs.some(({ id }) => id.startsWith("fsync-error-at-0-s"))).toBe(false);
});

test("a cut instrument is not asked to stream during the cut, and to be back after it", async () => {
  const { expectedIn } = await boxes();
  expect(expectedIn("partition-at-0-s")).toEqual([ALWAYS, VALUE, BACK]);
  expect(expectedIn("partition-at-299-s")).toEqual([ALWAYS, CALM_STATUS, VALUE, BACK]);
  expect(expectedIn("silent-subscription-at-0-s")).toEqual([ALWAYS, VALUE]);
});
