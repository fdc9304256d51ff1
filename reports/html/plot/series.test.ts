import type { SampleLine } from "@helix/run-record";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Point, readSeries, thin } from "./series.ts";

const sample = (t: number, sequence: number, change: Partial<SampleLine> = {}): SampleLine => ({
  kind: "sample",
  t,
  instrument: "brx-07",
  channel: "ph",
  value: 7,
  quality: 0xc0,
  sequence: String(sequence),
  setpoint: null,
  origin: "simulated",
  ...change,
});
/** `count` samples every 10 s. */
const steady = (count: number): SampleLine[] => Array.from({ length: count }, (_, i) => sample(i * 10, i));

describe("thinning", () => {
  test("a spike of one sample in ten thousand survives", () => {
    const points = Array.from({ length: 10_000 }, (_, i) => ({ t: i, value: i === 6543 ? 99 : Math.sin(i) }));
    const kept = thin(points, (t) => Math.floor(t / 50));
    expect(kept.length).toBeLessThanOrEqual(4 * 200);
    expect(kept).toContainEqual({ t: 6543, value: 99 });
  });

  test("every column keeps its first, last, lowest and highest point, in order, and invents none", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 1, max: 40 }),
        (values, width) => {
          const points: Point[] = values.map((value, t) => ({ t, value }));
          const column = (t: number): number => Math.floor(t / width);
          const kept = thin(points, column);
          expect(kept.every((p) => points.includes(p))).toBe(true);
          expect(kept).toEqual(kept.toSorted((a, b) => a.t - b.t));
          const all = Map.groupBy(points, (p) => column(p.t));
          const left = Map.groupBy(kept, (p) => column(p.t));
          expect(left.size).toBe(all.size);
          for (const [key, list] of all) {
            const rest = left.get(key) ?? [];
            const extent = (ps: Point[]): number[] => [
              Math.min(...ps.map((p) => p.value)),
              Math.max(...ps.map((p) => p.value)),
            ];
            expect(extent(rest)).toEqual(extent(list));
            expect([rest[0], rest.at(-1)]).toEqual([list[0], list.at(-1)]);
            expect(rest.length).toBeLessThanOrEqual(4);
          }
        },
      ),
    );
  });
});

describe("the line breaks", () => {
  test("where sequence numbers are missing, which are counted", () => {
    const samples = steady(20).filter(({ sequence }) => !["7", "8"].includes(sequence));
    const { segments, holes } = readSeries(samples);
    expect(segments.map(({ points }) => points.length)).toEqual([7, 11]);
    expect(holes).toEqual([{ fromS: 60, toS: 90, missing: 2n, valueless: 0 }]);
  });

  test("where the instrument was silent, though no sequence number is missing", () => {
    const samples = steady(20).map((s, i) => (i < 10 ? s : { ...s, t: s.t + 30 }));
    const { segments, holes } = readSeries(samples);
    expect(segments.length).toBe(2);
    expect(holes).toEqual([{ fromS: 90, toS: 130, missing: 0n, valueless: 0 }]);
  });

  test("where the instrument gave no number", () => {
    const samples = steady(20).map((s, i) => (i === 5 || i === 6 ? { ...s, value: null, quality: 0x10 } : s));
    const { segments, holes } = readSeries(samples);
    expect(segments.map(({ points }) => points.length)).toEqual([5, 13]);
    expect(holes).toEqual([{ fromS: 40, toS: 70, missing: 0n, valueless: 2 }]);
  });

  test("and nowhere else: a change of quality is drawn on, each stretch by itself", () => {
    const samples = steady(9).map((s, i) => (i >= 3 && i < 6 ? { ...s, quality: 0x50 } : s));
    const { segments, holes } = readSeries(samples);
    expect(holes).toEqual([]);
    expect(segments.map(({ quality, points }) => [quality, points[0]?.t, points.at(-1)?.t])).toEqual([
      ["good", 0, 20],
      ["uncertain", 20, 50],
      ["good", 50, 80],
    ]);
  });
});

test("setpoints are kept as steps, and end where there is none", () => {
  const samples = steady(6).map((s, i) => ({ ...s, setpoint: i < 2 ? 7 : i < 4 ? 7.2 : null }));
  expect(readSeries(samples).setpoints).toEqual([
    { t: 0, value: 7 },
    { t: 20, value: 7.2 },
    { t: 40, value: undefined },
  ]);
});

test("samples that came late are drawn in the order of their time", () => {
  const { segments, holes } = readSeries([sample(0, 0), sample(20, 2), sample(10, 1), sample(30, 3)]);
  expect(holes).toEqual([]);
  expect(segments[0]?.points.map(({ t }) => t)).toEqual([0, 10, 20, 30]);
});
