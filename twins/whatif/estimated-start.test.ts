import { describe, expect, test } from "vitest";
import { METHODS } from "../solvers/choose.ts";
import { Simulation } from "../solvers/simulation.ts";
import { libraryModel } from "../testing/models.ts";
import { estimatedStart } from "./estimated-start.ts";
import { readRecordedRun } from "./recorded-run.ts";

const model = libraryModel("cho-fed-batch");
const FIRST_DAY = 4;

async function* each(lines: readonly object[]): AsyncIterable<string> {
  for (const line of lines) yield JSON.stringify(line);
  await Promise.resolve();
}

interface Given {
  readonly begin?: number;
  readonly end?: number;
  readonly feed?: number;
  /** Added to every reading of the cells. */
  readonly noise?: (i: number) => number;
  readonly change?: (sample: Record<string, unknown>) => object;
}

/** A record of a plant whose growth rate is 10 % above the model's, read every 10 min. */
function record({
  begin = 72,
  end = 24 * FIRST_DAY,
  feed = 0.002,
  noise = () => 0,
  change = (s) => s,
}: Given = {}) {
  const parameters = Float64Array.from(model.parameters, (p) => (p.name === "mu_max" ? 1.1 : 1) * p.value);
  const plant = new Simulation(model, METHODS.dp5, { parameters });
  const lines: object[] = [
    {
      kind: "run",
      version: 1,
      scenario: "grown",
      twin: model.name,
      beginS: begin * 3600,
      instruments: [
        {
          key: "brx",
          origin: "simulated",
          channels: [
            { name: "viable_cell_density", unit: "10*6{cells}/mL" },
            { name: "titer", unit: "mg/mL" },
            { name: "feed_rate", unit: "mL/h" },
            { name: "glucose", unit: "Cel" },
            { name: "ph", unit: "[pH]" },
          ],
        },
      ],
    },
  ];
  for (let i = 1; ; i++) {
    const time = i / 6;
    if (time > end + 1e-9) break;
    plant.inputs[0] =
      time > begin ? feed : (model.inputs[0]?.schedule.findLast((s) => s.time < time)?.value ?? 0);
    plant.advance(time);
    if (time < begin) continue;
    const sample = (channel: string, value: number) =>
      change({
        kind: "sample",
        t: time * 3600,
        instrument: "brx",
        channel,
        value,
        quality: 192,
        origin: "simulated",
      });
    lines.push(
      sample("viable_cell_density", (plant.state[1] as number) + noise(i)),
      sample("titer", (plant.state[7] as number) / 1000),
      sample("feed_rate", feed * 1000),
      sample("ph", 7),
    );
  }
  lines.push({ kind: "reached", t: end * 3600, complete: true });
  return { lines, truth: plant.state };
}

const start = async (given: Given = {}, at?: number) => {
  const { lines, truth } = record(given);
  const run = await readRecordedRun(each(lines), model);
  return { run, truth, ...estimatedStart(run, model, METHODS.dp5, at) };
};

test("measured states are the plant's, in the model's units, though the twin alone would be off", async () => {
  const { start: found, truth, run } = await start();
  expect(found.time).toBeCloseTo(96, 9);
  expect(found.state[1]).toBeCloseTo(truth[1] as number, 2);
  expect(found.state[7]).toBeCloseTo(truth[7] as number, 0);
  const alone = new Simulation(model, METHODS.dp5);
  alone.advance(96);
  expect(Math.abs((alone.state[1] as number) / (truth[1] as number) - 1)).toBeGreaterThan(0.1);
  expect(run.unused).toEqual(["brx.glucose: Cel is not mmol/L"]);
});

test("unmeasured states follow the recorded feed", async () => {
  const { start: found, states } = await start({ feed: 0.004 });
  const before = 24 * 0.0006;
  expect(found.state[0]).toBeCloseTo(1.5 + before + 24 * 0.004, 3);
  expect(states.map(({ name, measured }) => [name, measured?.channel])).toEqual([
    ["V", undefined],
    ["Xv", "brx.viable_cell_density"],
    ["Xd", undefined],
    ["Glc", undefined],
    ["Gln", undefined],
    ["Lac", undefined],
    ["Amm", undefined],
    ["mAb", "brx.titer"],
  ]);
  expect(states[1]?.measured).toMatchObject({ readings: 6, time: expect.closeTo(96, 9) as number });
});

test("noise is averaged, and drawn as the scatter of the start", async () => {
  const noise = (i: number) => 0.3 * Math.sin(i * 2.4);
  const { start: found, truth, variations } = await start({ noise });
  expect(Math.abs((found.state[1] as number) - (truth[1] as number))).toBeLessThan(0.3);
  expect(variations[0]).toMatchObject({
    kind: "state",
    name: "Xv",
    label: "Xv at the start",
    spread: { shape: "normal", mean: found.state[1] },
  });
});

test("from an earlier time on, as the record has it until then", async () => {
  const { start: found } = await start({}, 80);
  const shorter = await start({ end: 80 });
  expect(found.time).toBe(80);
  found.state.forEach((value, i) => expect(value).toBeCloseTo(shorter.start.state[i] as number, 6));
});

test("readings of bad quality, without a number or falsified are left out and counted", async () => {
  const change = (sample: Record<string, unknown>) => {
    if (sample["channel"] !== "viable_cell_density") return sample;
    const turn = ((sample["t"] as number) / 600) % 4;
    if (turn === 0) return { ...sample, value: null };
    if (turn === 1) return { ...sample, value: 99, quality: 0x40 };
    return turn === 2 ? { ...sample, value: 99, origin: "faulted" } : sample;
  };
  const { run, start: found, truth } = await start({ change });
  expect(run.states.get("Xv")?.left).toBeGreaterThan(100);
  expect(found.state[1]).toBeCloseTo(truth[1] as number, 1);
});

describe("what is no record, or not of this model, is said", () => {
  const { lines } = record();
  const [head] = lines as [Record<string, unknown>];
  test.each([
    ["nothing", [], "the run record is empty"],
    ["another file", [{ name: "x" }], "line 1 is not the first line of a run record"],
    ["another version", [{ ...head, version: 7 }], "the run record has version 7; version 1 is read"],
    [
      "no reading",
      [head],
      "the record of grown holds no good reading of a sensor of cho-fed-batch (volume, viable_cell_density, dead_cell_density, glucose, glutamine, lactate, ammonium, titer)",
    ],
  ])("%s", async (_, given, message) => {
    await expect(readRecordedRun(each(given), model)).rejects.toThrow(message);
  });

  test("a line that is cut off", async () => {
    async function* cut() {
      yield JSON.stringify(head);
      yield '{"kind":"sample","t":25';
      await Promise.resolve();
    }
    await expect(readRecordedRun(cut(), model)).rejects.toThrow(
      "line 2 of the run record is damaged or cut off",
    );
  });

  test("a time outside the record", async () => {
    await expect(start({}, 50)).rejects.toThrow("--at 50: the record of grown covers 72 .. 96 h");
  });
});
