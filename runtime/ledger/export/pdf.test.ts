/** The inspector's print: every letter is there or told, and a spreadsheet takes no cell of the table for a formula. */
import { spawnSync } from "node:child_process";
import { createSystemPlatform } from "@helix/platform";
import fc from "fast-check";
import { default as PDFDocument } from "pdfkit";
import { describe, expect, test } from "vitest";
import type { LedgerRecord } from "../read.ts";
import { recordsCsv } from "./csv.ts";
import { recordsPdf } from "./pdf.ts";
import { firstFont, readFonts, registerFonts } from "./pdf-fonts.ts";

const { disk } = createSystemPlatform();
const fonts = await readFonts(disk);
const HEAD = {
  origin: "helix/lyon/brx",
  ledgerId: "ab".repeat(16),
  checkpointRecords: 3n,
  root: "cd".repeat(32),
  selection: "all",
  keys: ["helix/lyon/brx+01020304+AQ=="],
  untrusted: [],
  verdict: "CLEAN",
  timeStamps: { count: 0, newest: undefined },
  signatures: 0,
} as const;

const record = (sequence: number, event: Record<string, unknown>): LedgerRecord =>
  ({
    sequence: BigInt(sequence),
    utcNs: 1_800_000_000_000_000_000n,
    monotonicNs: 1n,
    zoneMinutes: -210,
    bootId: "00",
    eventId: "00",
    durability: "B",
    clockQuality: "synchronised",
    origin: "physical",
    schema: 1,
    recordHash: "ef".repeat(32),
    event: { type: "COMMAND_INTENT", ...event },
  }) as LedgerRecord;

const pdftotext = (pdf: Uint8Array): string =>
  spawnSync("pdftotext", ["-layout", "-", "-"], { input: pdf, encoding: "utf8", maxBuffer: 1e8 }).stdout;
const hasPoppler = spawnSync("pdftotext", ["-v"]).error === undefined;

describe("the PDF", () => {
  const show = registerFonts(new PDFDocument({ font: firstFont(fonts) }), fonts);

  test("shows Latin, Greek, Cyrillic and signs as they are", () => {
    for (const text of ["j.müller", "Łukasz Żak", "Ωmega Παπαδόπουλος", "Иван Петров", "Đặng", "e\u0301"]) {
      expect(show(text)).toBe(text);
    }
    expect(show("µ ≥ 0.03 h⁻¹ · ΔT ≤ 0.5 °C → ±5 %")).toBe("µ ≥ 0.03 h⁻¹ · ΔT ≤ 0.5 °C → ±5 %");
  });

  test("tells the code point of what it cannot show, and of what hides or turns its neighbours", () => {
    expect(show("田中")).toBe("[U+7530][U+4E2D]");
    expect(show("🧪")).toBe("[U+1F9EA]");
    expect(show("משה")).toBe("[U+05DE][U+05E9][U+05D4]");
    expect(show("a\u202eb\u200bc\nd\te\u2028f\ud800")).toBe(
      "a[U+202E]b[U+200B]c[U+000A]d[U+0009]e[U+2028]f[U+D800]",
    );
  });

  test("loses no letter, whatever the text", () => {
    const back = (shown: string) =>
      shown.replace(/\[U\+([0-9A-F]{4,6})\]/g, (_, hex) => String.fromCodePoint(Number.parseInt(hex, 16)));
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
        fc.pre(!text.includes("[U+"));
        expect(back(show(text))).toBe(text);
      }),
    );
  });

  test.skipIf(!hasPoppler)(
    `has them in print, to be read and to be searched${hasPoppler ? "" : " (skipped: needs pdftotext, apt-get install poppler-utils)"}`,
    async () => {
      const actors = ["j.müller", "Łukasz", "Παπαδόπουλος", "Петров", "田中"];
      const records = actors.map((id, i) =>
        record(i, { actor: { id, role: "operator" }, reason: "µ ≥ 0.03 · ΔT" }),
      );
      const text = pdftotext(await recordsPdf(records, HEAD, fonts));
      for (const id of actors.slice(0, 4)) expect(text).toContain(id);
      expect(text).toContain("[U+7530][U+4E2D]");
      expect(text.match(/µ ≥ 0\.03 · ΔT/g)).toHaveLength(5);
      expect(text).toMatch(/2027-01-15\s+[^]*04:30:00\.000 -03:30/);
    },
  );

  test("is the same bytes for the same records, keeps its fonts, and says it is for keeping", async () => {
    const records = Array.from({ length: 60 }, (_, i) => record(i, { reason: `Ωmega ${i}` }));
    const [one, two] = [await recordsPdf(records, HEAD, fonts), await recordsPdf(records, HEAD, fonts)];
    expect(Buffer.compare(one, two)).toBe(0);
    const text = Buffer.from(one).toString("latin1");
    expect(text).toContain("<pdfaid:part>2</pdfaid:part>");
    expect(text.match(/\/FontFile2/g)).toHaveLength(2);
    expect(text).not.toContain("/BaseFont /Helvetica");
    if (hasPoppler) expect(pdftotext(one)).toMatch(/page (\d+) of \1\s*$/);
  });

  test.skipIf(!hasPoppler)("without a record says so", async () => {
    expect(pdftotext(await recordsPdf([], HEAD, fonts))).toMatch(/No record .* asked for[^]*page 1 of 1/);
  });
});

describe("the CSV", () => {
  /** RFC 4180. */
  const parse = (csv: string): string[][] =>
    [...csv.slice(1).matchAll(/((?:(?:"(?:[^"]|"")*"|[^",\r\n]*),)*(?:"(?:[^"]|"")*"|[^",\r\n]*))\r\n/g)].map(
      ([, row = ""]) =>
        [...`${row},`.matchAll(/("(?:[^"]|"")*"|[^",\r\n]*),/g)].map(([, cell = ""]) =>
          cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell,
        ),
    );

  test("has no cell that a spreadsheet takes for a formula, and each is told back", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("=", "+", "-", "@", "\t", "\r", "'", "", "a"),
        fc.string({ maxLength: 12 }),
        (first, rest) => {
          const reason = first + rest;
          fc.pre(reason !== "");
          const [names = [], row = []] = parse(recordsCsv([record(0, { reason, actor: { id: reason } })]));
          expect(row).toHaveLength(names.length);
          for (const cell of row) expect(cell).toMatch(/^(?![=+@\t\r])(?!-(?!\d+(\.\d+)?(e[+-]?\d+)?$))/);
          const why = row[names.indexOf("why")] ?? "";
          expect(why.startsWith("'") ? why.slice(1) : why).toBe(reason);
        },
      ),
    );
  });

  test("has old and new value as numbers, with their units beside them", () => {
    const change = { of: "feed_rate", old: { value: -0.5, unit: "L/h" }, new: { value: 1e-7, unit: "L/h" } };
    const [names = [], row = []] = parse(recordsCsv([record(0, { change })]));
    const at = names.indexOf("changed");
    expect(row.slice(at, at + 6)).toEqual(["feed_rate", "-0.5", "L/h", "1e-7", "L/h", ""]);
  });
});
