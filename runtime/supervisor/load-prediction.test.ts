import { ProblemsError, readHelixConfig } from "@helix/config";
import type { ChannelDescriptor } from "@helix/hal";
import { createSystemPlatform } from "@helix/platform";
import { expect, test } from "vitest";
import { loadPrediction } from "./load-prediction.ts";

const CHANNELS = [
  { id: 0, name: "glucose", unit: "mmol/L" },
  { id: 1, name: "feed_rate", unit: "L/h" },
].map((channel): ChannelDescriptor => {
  const others = { nominalRateHz: 1, range: { min: 0, max: 100 }, resolution: 0.01, isWritable: false };
  return { ...channel, ...others };
});

async function prediction(lines: string, warnings: string[] = []) {
  const file = `[instruments.brx]\ndriver_library = "@helix/x"\n[instruments.brx.twin]\n${lines}`;
  const { source, instruments } = await readHelixConfig(file, "/plant/helix.toml");
  const twin = instruments[0]?.twin;
  if (!twin) throw new Error("no twin was read");
  const log = { debug() {}, info() {}, error() {}, warn: (message: string) => void warnings.push(message) };
  const { disk } = createSystemPlatform();
  return {
    start: twin.inoculationTaiNs,
    predict: await loadPrediction({ key: "brx", twin, channels: CHANNELS, disk, source, log }),
  };
}

const INOCULATION = "inoculation = 2026-11-20T06:00:00Z\n";
const DAY_NS = 86_400_000_000_000n;

test("a model of the library predicts the channels that it knows, and says once when it cannot go on", async () => {
  const warnings: string[] = [];
  const lines = `model = "cho-fed-batch"\n${INOCULATION}channels = { feed_rate = "feed" }\n`;
  const { start, predict } = await prediction(lines, warnings);
  expect(predict(1, start, 0)).toBeUndefined();
  expect(predict(0, start, 35)?.value).toBe(35);
  expect(predict(0, start + DAY_NS, 32)?.value).toBeLessThan(35);
  predict(1, start + DAY_NS, -1e9);
  expect(predict(0, start + 2n * DAY_NS, 30)).toBeUndefined();
  expect(predict(0, start + 3n * DAY_NS, 30)).toBeUndefined();
  expect(warnings).toEqual([
    expect.stringContaining("brx: the twin predicts nothing from here on: cho-fed-batch"),
  ]);
});

test.each([
  ['model = "cho-fed-bach"\n', 'no model "cho-fed-bach" in the library: did you mean cho-fed-batch?'],
  ['model = "./nobody.twin"\n', "nobody.twin"],
  [
    'model = "ecoli-fed-batch"\n',
    "channel glucose is in mmol/L, the twin in g/L: they do not measure the same",
  ],
])("%s is refused at its place in helix.toml", async (model, message) => {
  const error: unknown = await prediction(`${model}${INOCULATION}`).catch((reason: unknown) => reason);
  if (!(error instanceof ProblemsError)) throw error;
  expect(error.problems).toEqual([
    expect.objectContaining({ line: 4, message: expect.stringContaining(message) }),
  ]);
});
