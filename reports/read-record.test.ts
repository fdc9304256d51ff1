import { describe, expect, test } from "vitest";
import { RecordError, readRecord } from "./read-record.ts";
import { sampleLines, toText } from "./sample-record.ts";

/** The sample without most of its samples: quick to read. */
const lines = sampleLines().filter((line, index) => line.kind !== "sample" || index % 400 === 0);
const text = toText(lines);

/** The lines' text with line `lineNumber` (from 1) replaced. */
const withLine = (lineNumber: number, line: string): string =>
  text
    .split("\n")
    .map((old, index) => (index === lineNumber - 1 ? line : old))
    .join("\n");
const withField = (kind: string, change: (line: Record<string, unknown>) => void): [string, number] => {
  const index = lines.findIndex((line) => line.kind === kind);
  const line = JSON.parse(JSON.stringify(lines[index])) as Record<string, unknown>;
  change(line);
  return [withLine(index + 1, JSON.stringify(line)), index + 1];
};

test("a whole record is read, its lines sorted by kind and none lost", () => {
  const record = readRecord(text);
  expect(record.run.scenario).toBe("partition-during-feed");
  expect(record.ledger?.verdict).toBe("CLEAN");
  const { run: _, ledger: __, end: ___, ...lists } = record;
  expect(Object.values(lists).reduce((sum, list) => sum + list.length, 3)).toBe(lines.length);
});

describe("a damaged record is refused with the line", () => {
  const problems: [name: string, text: string, line: number, message: RegExp][] = [
    ["empty", "", 1, /empty/],
    ["cut off in a line", text.slice(0, -10), lines.length, /cut off in the middle/],
    ["without its end line", toText(lines.slice(0, -1)), lines.length - 1, /without its end line/],
    ["no JSON", withLine(5, '{"kind":"sample",,'), 5, /no JSON/],
    ["no object", withLine(5, "[1]"), 5, /JSON object is expected/],
    ["first line is not the run", toText(lines.slice(1)), 1, /begins with a line of kind "run"/],
    ["a blank line", withLine(4, ""), 4, /no JSON/],
    ["a second run", withLine(6, JSON.stringify(lines[0])), 6, /second run line/],
    ["a line after the end", text + toText([lines[1] as never]), lines.length + 1, /after the end line/],
    ["an unknown kind", withLine(3, '{"kind":"smell"}'), 3, /"smell" is not one of version 1's/],
    ["a kind every object inherits", withLine(3, '{"kind":"toString"}'), 3, /is not one of/],
    ["a number that is none", withLine(1, text.split("\n")[0]?.replace("600", "1e999") ?? ""), 1, /"speed"/],
  ];
  for (const [name, damaged, line, message] of problems) {
    test(name, () => {
      const read = () => readRecord(damaged);
      expect(read).toThrow(RecordError);
      expect(read).toThrow(message);
      expect(read).toThrow(`line ${line}:`);
    });
  }

  test("a missing field, a wrong one, an unknown channel, an unknown instrument, a run backwards", () => {
    const cases: [[string, number], RegExp][] = [
      [
        withField("sample", (l) => delete l["quality"]),
        /"quality" of a sample line is missing; expected a count/,
      ],
      [
        withField("sample", (l) => (l["value"] = "7")),
        /"value" of a sample line is "7"; expected a number or null/,
      ],
      [withField("sample", (l) => (l["channel"] = "smell")), /channel "smell"/],
      [withField("gap", (l) => (l["instrument"] = "brx-08")), /instrument "brx-08"/],
      [withField("end", (l) => (l["verdict"] = "good")), /one of pass, fail/],
      [withField("fault", (l) => (l["receipt"] = { summary: "x" })), /text at "before"/],
      [withField("run", (l) => (l["endS"] = 0)), /not after its beginning/],
      [withField("run", (l) => (l["inoculation"] = "yesterday")), /ISO 8601/],
    ];
    for (const [[damaged, line], message] of cases) {
      expect(() => readRecord(damaged)).toThrow(message);
      expect(() => readRecord(damaged)).toThrow(`line ${line}:`);
    }
  });
});

test("a record of a newer version is refused by its version, whatever else is in it", () => {
  const newer = '{"kind":"run","version":2,"helixVersion":"3.1.4","shape":"unknown"}\n{"kind":"smell"}\n';
  expect(() => readRecord(newer)).toThrow(
    "run record, line 1: this record is version 2; this HELIX reads version 1. Use HELIX 3.1.4, which wrote it",
  );
});
