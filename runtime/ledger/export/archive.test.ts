/**
 * What PDF/A-2b (ISO 19005-2) asks of records.pdf, as far as it can be told from the file: no validator of it is in
 * Debian. Clauses in the names; what the print says is print-check.test.ts.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSystemPlatform } from "@helix/platform";
import { describe, expect, test } from "vitest";
import { printedFile } from "../testing/printed-file.ts";
import { recordsPdf } from "./pdf.ts";
import { readFonts } from "./pdf-fonts.ts";

const { disk } = createSystemPlatform("archive");
const HEAD = {
  origin: "helix/<lyon>&brx",
  ledgerId: "ab".repeat(16),
  checkpointRecords: 3n,
  root: "cd".repeat(32),
  selection: "all",
  keys: [],
  untrusted: [{ from: 1n, to: 2n, epoch: 0 }],
  verdict: "CLEAN",
  timeStamps: { count: 0, newest: undefined },
  signatures: 0,
} as const;
const records = ["µ ≥ 0.03 Łukasz", "office e\u0301", "田中 🧪 \u202e", "Ω Я"].map((reason, i) => ({
  sequence: BigInt(i),
  utcNs: 1_800_000_000_000_000_000n,
  monotonicNs: 1n,
  zoneMinutes: 60,
  bootId: "00",
  eventId: "00",
  durability: "B",
  clockQuality: "synchronised",
  origin: "physical",
  schema: 1,
  recordHash: "ef".repeat(32),
  event: { type: "RUNTIME_STOPPED", reason },
  ...(i === 1 ? { untrustedKey: 0 } : {}),
}));
const pdf = await recordsPdf(records as never, HEAD, await readFonts(disk));
const file = printedFile(pdf);
const everything = [...file.objects.values()].join("\n");
const catalog = file.objects.get(numberAfter("Root", file.trailer)) ?? "";

function numberAfter(name: string, text: string): number {
  return Number(new RegExp(`/${name} \\[?(\\d+) 0 R`).exec(text)?.[1]);
}

describe("records.pdf, to be kept", () => {
  test("6.1.2, 6.1.3: says that its bytes are binary, has an ID, and is not encrypted", () => {
    const start = Buffer.from(pdf).subarray(0, 15);
    expect(start.subarray(0, 9).toString()).toBe("%PDF-1.7\n");
    expect(
      [start[9], ...start.subarray(10, 14)].every((byte, i) => (i === 0 ? byte === 0x25 : (byte ?? 0) > 127)),
    ).toBe(true);
    expect(file.trailer).toMatch(/\/ID \[<([0-9a-f]{32})> <\1>\]/);
    expect(file.trailer).not.toContain("/Encrypt");
    expect(Buffer.from(pdf).subarray(-6).toString()).toBe("%%EOF\n");
  });

  test("6.2.3: its colours are those of an embedded profile, and it uses no others", () => {
    const intent = file.objects.get(numberAfter("OutputIntents", catalog)) ?? "";
    expect(intent).toContain("/S /GTS_PDFA1");
    const number = numberAfter("DestOutputProfile", intent);
    const profile = file.stream(number);
    expect(file.objects.get(number)).toContain("/N 3");
    expect(profile.readUInt32BE(0)).toBe(profile.length);
    expect([profile.toString("latin1", 16, 20), profile.toString("latin1", 36, 40)]).toEqual([
      "RGB ",
      "acsp",
    ]);
    for (const page of file.pages) expect(page).not.toMatch(/DeviceCMYK|DeviceGray| (g|G|k|K|ri|gs|Do|sh)\n/);
  });

  test("6.2.11: every font is embedded, and has each glyph that is drawn, with its width", () => {
    const fonts = [...file.objects.values()].filter((object) => object.includes("/Subtype /Type0"));
    expect(fonts).toHaveLength(2);
    expect(everything.match(/\/Type \/Font\n/g)).toHaveLength(4);
    for (const font of fonts) {
      expect(font).toContain("/Encoding /Identity-H");
      const inner = file.objects.get(numberAfter("DescendantFonts", font)) ?? "";
      expect(inner).toContain("/CIDToGIDMap /Identity");
      const descriptor = file.objects.get(numberAfter("FontDescriptor", inner)) ?? "";
      const program = file.stream(numberAfter("FontFile2", descriptor));
      const glyphs = tableOf(program, "maxp").readUInt16BE(4);
      const widths = (/\/W \[0 \[([^\]]*)\]\]/.exec(inner)?.[1] ?? "").split(" ").map(Number);
      const name = font.includes("-Bold") ? "F2" : "F1";
      const drawn = file.pages.flatMap((page) =>
        [...page.matchAll(/\/(F\d) \S+ Tf\n([^]*?)ET/g)].flatMap(([, one, text = ""]) =>
          one === name
            ? [...text.matchAll(/<([0-9a-f]+)>/g)].flatMap(([, hex = ""]) => hex.match(/.{4}/g) ?? [])
            : [],
        ),
      );
      expect(drawn.length).toBeGreaterThan(50);
      const [metrics, unitsPerEm] = [tableOf(program, "hmtx"), tableOf(program, "head").readUInt16BE(18)];
      for (const code of new Set(drawn.map((hex) => Number.parseInt(hex, 16)))) {
        // Glyph 0 is the box for a letter that is missing.
        expect(code).toBeGreaterThan(0);
        expect(code).toBeLessThan(glyphs);
        expect(
          Math.abs((widths[code] ?? Number.NaN) - (metrics.readUInt16BE(4 * code) * 1000) / unitsPerEm),
        ).toBeLessThan(1);
      }
    }
  });

  test("6.3 to 6.5, 6.2.10: nothing is transparent, runs, leads elsewhere or is filled in", () => {
    expect(everything).not.toMatch(
      /\/(SMask|ca|CA|BM|Group|ExtGState|XObject|JavaScript|JS|AA|OpenAction|Annots|AcroForm|EmbeddedFiles|URI|Launch|Alternates|PS|LZWDecode)\b/,
    );
  });

  test("6.6.2: says in XML what it is, and the same as its other table does", () => {
    const number = numberAfter("Metadata", catalog);
    expect(file.objects.get(number)).not.toContain("/Filter");
    const xml = file.stream(number).toString("utf8");
    expect(xml).toContain("<pdfaid:part>2</pdfaid:part>");
    expect(xml).toContain("<pdfaid:conformance>B</pdfaid:conformance>");
    const info = file.objects.get(numberAfter("Info", file.trailer)) ?? "";
    const said = (name: string) => (file.objects.get(numberAfter(name, info)) ?? "").slice(1, -1);
    const inXml = (tag: string) =>
      new RegExp(`<${tag}>(?:\\s*<rdf:Alt>\\s*<rdf:li[^>]*>)?([^<]*)<`).exec(xml)?.[1];
    expect(said("Title")).toBe("Audit trail of helix/[U+003C]lyon[U+003E][U+0026]brx");
    expect(inXml("dc:title")).toBe(said("Title"));
    expect([inXml("xmp:CreatorTool"), inXml("pdf:Producer")]).toEqual([said("Creator"), said("Producer")]);
    const digits = inXml("xmp:CreateDate")?.replaceAll(/[-:T]/g, "");
    expect(said("CreationDate")).toBe(`D:${digits}`);
    expect(xml.replaceAll(/&(amp|lt|gt|quot|apos);/g, "")).not.toContain("&");
  });

  const hasPoppler = spawnSync("pdffonts", ["-v"]).error === undefined;
  test.skipIf(!hasPoppler)(
    `another reader finds its fonts embedded, with their letters${hasPoppler ? "" : " (skipped: needs pdffonts, apt-get install poppler-utils)"}`,
    () => {
      const { stdout } = spawnSync("pdffonts", ["-"], { input: pdf, encoding: "utf8" });
      expect(stdout.match(/ CID TrueType +Identity-H +yes yes yes /g)).toHaveLength(2);
    },
  );

  const hasQpdf = spawnSync("qpdf", ["--version"]).error === undefined;
  test.skipIf(!hasQpdf)(
    `qpdf finds no error in it${hasQpdf ? "" : " (skipped: needs qpdf, apt-get install qpdf)"}`,
    () => {
      const home = mkdtempSync(join(tmpdir(), "helix-archive-"));
      writeFileSync(join(home, "records.pdf"), pdf);
      const { status, stdout } = spawnSync("qpdf", ["--check", join(home, "records.pdf")], {
        encoding: "utf8",
      });
      rmSync(home, { recursive: true });
      expect([status, stdout]).toEqual([0, expect.stringContaining("No syntax or stream encoding errors")]);
    },
  );
});

/** Of a TrueType font. */
function tableOf(font: Buffer, tag: string): Buffer {
  const count = font.readUInt16BE(4);
  for (let i = 0; i < count; i++) {
    const at = 12 + 16 * i;
    if (font.toString("latin1", at, at + 4) !== tag) continue;
    const offset = font.readUInt32BE(at + 8);
    return font.subarray(offset, offset + font.readUInt32BE(at + 12));
  }
  throw new Error(`the font has no table ${tag}`);
}
