import { expect, test } from "vitest";
import { renderJson, summarise } from "./json.ts";
import { readRecord } from "./read-record.ts";
import { sampleRecord } from "./sample-record.ts";

const record = readRecord(sampleRecord());

test("the summary says what came of each fault, command and expectation", () => {
  const summary = summarise(record);
  expect(summary).toMatchObject({
    verdict: "fail",
    cause: "driver",
    seed: 7211,
    rig: "wire",
    gaps: 9,
    drops: 0,
  });
  expect(summary.frames).toBe(record.samples.length);
  expect(summary.faults.map(({ id, receipt }) => [id, receipt?.figures])).toEqual([
    ["cut", { bytesHeld: 1240, connectionsRefused: 4, secondsCut: 24 }],
    ["drift", { samplesTouched: 1440, largestError: -6 }],
  ]);
  expect(summary.commands.map(({ outcome, resolved }) => [outcome, resolved?.executed])).toEqual([
    ["unknown", false],
    ["acknowledged", undefined],
  ]);
  expect(summary.calibrations).toMatchObject([{ scheduled: "two-buffers", outcome: "PassWithWarning" }]);
  expect(summary.ledger).toMatchObject({ verdict: "CLEAN", records: "52" });
});

test("report.json is the summary, and loses nothing on the way", () => {
  expect(JSON.parse(renderJson(record))).toEqual(summarise(record));
});
