import { afterEach, describe, expect, test } from "vitest";
import { readRecord } from "../read-record.ts";
import { sampleLines, toText } from "../sample-record.ts";
import { allElements, elementsNamed, parseXml, textOf } from "../test-support/well-formed.ts";
import { renderHtml } from "./report-page.ts";

const lines = sampleLines();
const record = readRecord(toText(lines));
const page = renderHtml(record);
const document = parseXml(page);
const short = lines.filter((line, index) => line.kind !== "sample" || index % 997 === 0);

describe("the same record gives the same bytes", () => {
  const zone = process.env["TZ"];
  afterEach(() => {
    if (zone === undefined) delete process.env["TZ"];
    else process.env["TZ"] = zone;
  });

  test("twice, and in any time zone", () => {
    const offsetsMin = { "Pacific/Kiritimati": -840, "America/St_Johns": 210, UTC: 0 };
    for (const [place, offsetMin] of Object.entries(offsetsMin)) {
      process.env["TZ"] = place;
      expect(new Date("2026-11-20T12:00:00Z").getTimezoneOffset()).toBe(offsetMin);
      expect(renderHtml(readRecord(toText(lines))) === page).toBe(true);
    }
  });
});

test("the page is well-formed, titled, and in order of headings", () => {
  expect(elementsNamed(document, "title").length).toBeGreaterThan(20);
  const levels = allElements(document).flatMap(({ name }) => (/^h[1-6]$/.test(name) ? Number(name[1]) : []));
  expect(levels[0]).toBe(1);
  expect(levels.filter((level) => level === 1).length).toBe(1);
  const sections = elementsNamed(document, "section").map(({ attributes }) => attributes.get("id"));
  expect(sections).toEqual(["run", "expectations", "trends", "faults", "commands", "events", "ledger"]);
  for (const table of elementsNamed(document, "table")) {
    for (const head of elementsNamed(table, "th")) expect(head.attributes.get("scope")).toBe("col");
  }
  for (const svg of elementsNamed(document, "svg")) {
    const isTitled = elementsNamed(svg, "title").length > 0 && svg.attributes.get("role") === "img";
    expect(isTitled || svg.attributes.get("aria-hidden") === "true").toBe(true);
  }
});

test("the page refers to nothing outside itself", () => {
  for (const { name, attributes } of allElements(document)) {
    expect(["link", "img", "iframe", "object", "embed", "base", "form"]).not.toContain(name);
    expect(attributes.has("src") || attributes.has("style")).toBe(false);
    expect(attributes.get("href") ?? "#none").toMatch(/^#[a-z]+(-\d+)?$/);
  }
  expect(page).not.toMatch(/url\((?!#)|@import|https?:/);
});

test("a simulated instrument is called SIMULATED above all figures", () => {
  expect(page.indexOf("<strong>SIMULATED</strong> brx-07")).toBeLessThan(page.indexOf('keyfigures"'));
  expect(page.indexOf("<strong>SIMULATED</strong> brx-07")).toBeGreaterThan(0);
});

test("channels for which nobody states limits are drawn over what was measured", () => {
  const unlimited = lines.map((line) => {
    if (line.kind !== "run") return line;
    const instruments = line.instruments.map(({ channels, ...instrument }) => ({
      ...instrument,
      channels: channels.map((channel) => ({ ...channel, range: { min: null, max: null } })),
    }));
    return { ...line, instruments };
  });
  const drawn = renderHtml(readRecord(toText(unlimited)));
  expect(drawn).not.toContain("NaN");
  const count = (text: string) => text.split('class="trend"').length;
  expect(count(drawn)).toBe(count(page));
  expect(count(page)).toBeGreaterThan(1);
});

test("every expectation, fault, command, calibration, gap and channel of the record is on the page", () => {
  const text = textOf(document);
  const { expectations, faults, commands, calibrations, gaps, ledger } = record;
  const shown = [
    ...expectations.flatMap(({ expected, actual }) => [expected, actual]),
    ...faults.flatMap(({ receipt }) => [receipt?.before, receipt?.after, receipt?.driverSaw]),
    ...commands.flatMap(({ id, rationale, reason }) => [id, rationale, reason ?? ""]),
    ...calibrations.flatMap((line) => [line.scheduled, line.description, line.rationale, line.reason]),
    "Passed with a warning",
    ...gaps.map(({ ledgerSequence }) => ledgerSequence),
    ledger?.checkpoint,
  ];
  for (const item of shown) expect(text).toContain(item);
  const trends = elementsNamed(document, "section")[2];
  const titles = trends && elementsNamed(trends, "h4").map(textOf);
  const channels = record.run.instruments.flatMap((instrument) =>
    instrument.channels.map(({ name }) => name),
  );
  expect(channels.length).toBe(9);
  expect(titles).toEqual(expect.arrayContaining(channels));
});

test("deaths of the runtime, interruptions and commands that could not be given are told; where there is none, nothing is", () => {
  const death = [
    { kind: "runtime", t: 350_000, is: "dead", reason: "killed" },
    { kind: "runtime", t: 350_010, is: "started", reason: "found ledger TORN_TAIL, 41 records" },
    {
      kind: "interruption",
      t: 350_020,
      instrument: "brx-07",
      sinceS: 350_000,
      untilS: 350_020,
      ledgerSequence: "4711",
    },
    {
      kind: "unsent",
      t: 350_005,
      scheduled: "feed",
      instrument: "brx-07",
      description: "set feed",
      reason: "the runtime was killed",
    },
  ] as const;
  const end = short.length - 1;
  const text = textOf(
    parseXml(renderHtml(readRecord(toText([...short.slice(0, end), ...death, ...short.slice(end)])))),
  );
  for (const said of [
    "killed",
    "found ledger TORN_TAIL, 41 records",
    "4711",
    "set feed",
    "the runtime was killed",
  ])
    expect(text).toContain(said);
  expect(page).not.toContain("Deaths and starts");
  expect(page).not.toContain("could not be given");
});

test("a run without calibrations says nothing of them", () => {
  const lines = sampleLines().filter(({ kind }) => kind !== "calibration");
  expect(renderHtml(readRecord(toText(lines)))).not.toContain("Calibration");
});

test("the plotted line breaks at the gap: each channel has no path across it", () => {
  const plots = elementsNamed(document, "svg").filter(({ attributes }) => attributes.has("data-v0"));
  expect(plots.length).toBe(11);
  for (const plot of plots.slice(0, 9)) {
    const holes = elementsNamed(plot, "g").filter(({ attributes }) => attributes.get("class") === "hole");
    expect(holes.length).toBeGreaterThan(0);
    const values = elementsNamed(plot, "path").filter((p) => p.attributes.get("class")?.startsWith("value"));
    expect(values.length).toBeGreaterThan(1);
    // One pen-down each: a path that went on after a break would have a second M.
    for (const path of values) expect(path.attributes.get("d")?.match(/M/g)?.length).toBe(1);
  }
});

test("a channel without a single value, a run without events and without ledger still make a page", () => {
  const bare = lines.filter(({ kind }) => kind === "run" || kind === "end");
  const text = textOf(parseXml(renderHtml(readRecord(toText(bare)))));
  expect(text).toContain("no value in this run");
  expect(text).toContain("The record holds no ledger proof");
  expect(text).toContain("No sample is missing.");
});

test("a fault without a receipt is said to prove nothing", () => {
  const without = short.map((line) => (line.kind === "fault" ? { ...line, receipt: undefined } : line));
  const text = textOf(parseXml(renderHtml(readRecord(toText(without)))));
  expect(text).toContain("The fault was armed and left no trace");
  expect(text).toContain("0 of 2");
});

test("a twin that diverged is shown up to where it did", () => {
  const diverged = short.map((line) =>
    line.kind === "truth" && line.t > 100 * 3600 ? { ...line, states: { volume: Number.NaN } } : line,
  );
  const text = textOf(parseXml(renderHtml(readRecord(toText(diverged)))));
  expect(text).toContain("volume");
  expect(text).toContain("no value in this run");
});

test("a constant setpoint is one step over the whole run; a command outside of the run has no mark", () => {
  const outside = short.map((line) => (line.kind === "command" ? { ...line, t: 1 } : line));
  const xml = parseXml(renderHtml(readRecord(toText(outside))));
  const labels = elementsNamed(xml, "text").filter((t) => t.attributes.get("class") === "commandlabel");
  expect(labels).toEqual([]);
  const [, oxygen] = elementsNamed(document, "path").filter((p) => p.attributes.get("class") === "setpoint");
  expect(oxygen?.attributes.get("d")).toMatch(/^M58 [\d.]+H934$/);
});
