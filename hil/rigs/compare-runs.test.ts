import type { RunRecordLine } from "@helix/run-record";
import { expect, test } from "vitest";
import { compareRuns } from "./compare-runs.ts";

const line = (of: object) => of as RunRecordLine;
const sample = (t: number, value: number | null) =>
  line({ kind: "sample", t, instrument: "brx-07", channel: "ph", value });
const command = (id: string, outcome: string, resolved?: { executed: boolean }) =>
  line({ kind: "command", id: `uuid-of-${id}`, scheduled: id, description: `do ${id}`, outcome, resolved });
const gap = (missing: number) => line({ kind: "gap", missing: `${missing}` });
const cut = line({ kind: "fault", on: "brx-07.link", beginS: 30, endS: 40 });
const run = line({
  kind: "run",
  instruments: [{ key: "brx-07", channels: [{ name: "ph", unit: "[pH]" }] }],
});

test("values are compared at the plant times that both runs have", () => {
  const first = [run, sample(0, 7), sample(10, 7.1), sample(20, 7.2), sample(25, null)];
  const second = [run, sample(0, 7), sample(10, 7.4), sample(20, 7.1), sample(30, 9)];
  expect(compareRuns(first, second).channels).toMatchObject([
    { channel: "brx-07.ph", unit: "[pH]", compared: 3, maxAtS: 10 },
  ]);
  const [channel] = compareRuns(first, second).channels;
  expect(channel?.median).toBeCloseTo(0.1);
  expect(channel?.max).toBeCloseTo(0.3);
});

test("what falls into a link fault of either run, or shortly after, is left out", () => {
  const first = [run, sample(20, 7), sample(35, 7), sample(95, 7), sample(101, 7)];
  const second = [run, sample(20, 7), sample(35, 9), sample(95, 9), sample(101, 7), cut];
  expect(compareRuns(first, second).channels).toMatchObject([{ compared: 2, max: 0 }]);
});

test("nothing in common: nothing compared, and no difference made up", () => {
  const { channels } = compareRuns([run, sample(0, 7)], [run]);
  expect(channels).toMatchObject([{ compared: 0, median: Number.NaN, max: Number.NaN, maxAtS: undefined }]);
});

test("commands by their place in the plan, with what was read back; gaps in numbers", () => {
  const first = [command("a", "acknowledged"), command("b", "unknown", { executed: false }), gap(3), gap(4)];
  const second = [command("a", "acknowledged"), command("c", "rejected"), gap(5)];
  const { commands, gaps } = compareRuns(first, second);
  expect(commands.map(({ id, first: one, second: other }) => [id, one, other])).toEqual([
    ["a", "acknowledged", "acknowledged"],
    ["b", "unknown, read back as not executed", undefined],
    ["c", undefined, "rejected"],
  ]);
  expect(gaps).toEqual({ first: { gaps: 2, missing: 7 }, second: { gaps: 1, missing: 5 } });
});

test("who samples when it likes is compared with the nearest value within half a period of its own", () => {
  const values = (key: string) =>
    [
      [sample(10, 7), sample(20, 7.1), sample(30, 7.2)],
      [sample(9.2, 7), sample(14.4, 9), sample(21.3, 7.3), sample(36, 9)],
    ].map((samples) => samples.map((one) => ({ ...one, instrument: key }) as RunRecordLine));
  const [often, oftenToo] = values("bath-01");
  const [seldom, seldomToo] = values("brx-07");
  const plan = line({
    kind: "plan",
    plan: {
      instruments: [
        { key: "bath-01", samplePeriodS: 2 },
        { key: "brx-07", samplePeriodS: 10 },
      ],
    },
  });
  const first = [run, plan, ...(often ?? []), ...(seldom ?? [])];
  const { channels } = compareRuns(first, [...(oftenToo ?? []), ...(seldomToo ?? [])]);
  expect(channels).toMatchObject([
    { channel: "bath-01.ph", compared: 1, max: 0, maxAtS: 10 },
    { channel: "brx-07.ph", compared: 2, maxAtS: 20 },
  ]);
  expect(channels[1]?.max).toBeCloseTo(0.2);
});
