/** verify.py reads the print, too: whatever a person would see in records.pdf must be what the proven records say. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSystemPlatform } from "@helix/platform";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exportLedger, type LedgerEvent, openLedger, readLedger, signRecord } from "../index.ts";
import { type PrintedFile, printedFile } from "../testing/printed-file.ts";
import { steppedClock } from "../testing/small-ledger.ts";

const python = spawnSync("python3", ["--version"]).status === 0;
const needsPython = python ? "" : " (skipped: needs python3, apt-get install python3)";
const { disk, random } = createSystemPlatform("print");

let home: string;
let out: string;
let whole: Buffer;
let printed: PrintedFile;

/** What an audit trail may hold that is hard to print: long, wide, turned, empty, and of types of a later version. */
const EVENTS: readonly LedgerEvent[] = [
  ...Array.from({ length: 14 }, (_, i) => feed(i)),
  {
    type: "DEVIATION",
    instrument: "brx-07",
    mandatory: true,
    description: "drift",
    reason: "probe",
  } as never,
  { type: "CLOCK_STEPPED", stepNs: -1_500_000_000n, quality: "stepped" } as never,
  { type: "DRIVER_LOADED", driverName: "ph", driverVersion: "1.0.0", moduleHash: "ab".repeat(32) } as never,
  {
    type: "COMMAND_OUTCOME",
    commandId: "c",
    outcome: "acknowledged",
    acknowledgedValue: 1e-7,
    unit: "L/h",
  } as never,
  { type: "TIME_STAMPED", records: 4n, stampedUtcNs: 1_800_000_000_000_000_000n } as never,
  { type: "CALIBRATION", executed: true, readBack: -0, unit: "[pH]", reason: "田".repeat(90) } as never,
  {
    type: "SPUN",
    actor: "robot",
    list: [1e21, 123_456_789.125, -0, Number.NaN, null, true, "\n\u202e"],
  } as never,
  {
    type: "LONG",
    reason: "W".repeat(5000),
    change: { of: "x".repeat(900), old: "y".repeat(900), new: 1.5e300 },
  } as never,
  {
    type: "WIDE",
    ...Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`f${i}`, "z ".repeat(500)])),
  } as never,
  {
    type: "ODD",
    actor: { id: "ì ı ﬁ office" },
    batch: "=1+1",
    change: { new: { value: Number.NaN, unit: "L" } },
  } as never,
];

function feed(i: number): LedgerEvent {
  const change = {
    of: "feed_rate",
    old: { value: 0.02, unit: "L/h" },
    new: { value: 0.024 + i, unit: "L/h" },
  };
  const actor = { id: i % 2 === 0 ? "m.curie" : "l.pasteur", role: "operator" };
  return {
    type: "COMMAND_INTENT",
    commandId: `c-${i}`,
    instrument: "brx-07",
    actor,
    change,
    reason: `bolus ${i}`,
  } as never;
}

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "helix-print-"));
  const folder = join(home, "ledger");
  const ledger = await openLedger({
    folder,
    disk,
    random,
    clock: steppedClock().clock,
    origin: "helix/lyon/brx",
  });
  for (const event of EVENTS) if (event.type !== "TIME_STAMPED") await ledger.append(event);
  for await (const record of readLedger({ folder, disk })) {
    if (record.sequence > 2n) break;
    const signer = { id: "qa", name: "Ada Lovelace", role: "QA", authentication: "badge" } as never;
    await signRecord(ledger, record, signer, { meaning: "approved", comment: "as agreed" } as never);
  }
  await ledger.close();
  out = join(home, "export");
  await exportLedger({ folder, disk, out, selection: {}, withLedger: true });
  whole = readFileSync(join(out, "records.pdf"));
  printed = printedFile(whole);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** What verify.py says of each of these in place of the print, once it has checked the export as it is. */
function verdicts(prints: readonly Uint8Array[]): string[] {
  const files = prints.map((bytes, i) => {
    writeFileSync(join(home, `${i}.pdf`), bytes);
    return join(home, `${i}.pdf`);
  });
  const program = `
import json, shutil, sys
sys.dont_write_bytecode = True
sys.path.insert(0, ${JSON.stringify(import.meta.dirname)})
import verify
said, whole, known = [], verify.ExportCheck.print, []
def look(check, *proven):
    known[:] = [check, *proven]
    whole(check, *proven)
verify.ExportCheck.print = look
verify.check_folder(sys.argv[1])
for file in sys.argv[2:]:
    shutil.copy(file, sys.argv[1] + "/records.pdf")
    try:
        whole(*known)
        said.append("GOOD")
    except verify.Bad as problem:
        said.append(str(problem))
print(json.dumps(said))
`;
  const { stdout, stderr } = spawnSync("python3", ["-c", program, out, ...files], { encoding: "utf8" });
  writeFileSync(join(out, "records.pdf"), whole);
  expect(stderr).toBe("");
  return JSON.parse(stdout) as string[];
}

/** One drawn text in place of another one, in the first place where it stands. */
const instead = (text: string, other: string, font: "F1" | "F2" = "F1") =>
  printed.with({ pages: once(`<${printed.encode(text, font)}>`, `<${printed.encode(other, font)}>`) });

const once = (text: string, other: string) => {
  let isDone = false;
  return (content: string) => {
    if (isDone || !content.includes(text)) return content;
    isDone = true;
    return content.replace(text, other);
  };
};

describe.skipIf(!python)(`the print, by verify.py${needsPython}`, () => {
  test("is good as it was made, and taken apart and put together again", () => {
    expect(verdicts([whole, printed.with({})])).toEqual(["GOOD", "GOOD"]);
    expect(printed.with({}).equals(whole)).toBe(true);
    expect(printed.pages.length).toBeGreaterThan(2);
  }, 60_000);

  test("with one altered value is bad, and the place is told", () => {
    const attempts: [Buffer, RegExp][] = [
      [instead("0.024 L/h", "0.042 L/h"), /page 1, says '0\.042 L\/h' for New value, or outcome of record 0/],
      [
        instead("m.curie (operator)", "l.curie (operator)"),
        /'l\.curie \(operator\)' for Who \(role\) of record 0/,
      ],
      [instead("bolus 1", "bolus 2"), /for Why of record 1/],
    ];
    const said = verdicts(attempts.map(([file]) => file));
    said.forEach((line, i) => expect(line).toMatch(attempts[i]?.[1] ?? /never/));
  }, 60_000);

  test("with any glyph of any line in place of another one is bad", () => {
    const lines = printed.pages.flatMap((content, page) =>
      [...content.matchAll(/<([0-9a-f]{4,})>/g)].map((match) => ({
        page,
        at: match.index + 1,
        codes: match[1] ?? "",
      })),
    );
    expect(lines.length).toBeGreaterThan(300);
    const samples = fc.sample(fc.tuple(fc.nat(lines.length - 1), fc.nat(), fc.integer({ min: 1, max: 40 })), {
      numRuns: 25,
      seed: 11,
    });
    const files = samples.map(([line, place, by]) => {
      const { page, at, codes } = lines[line] ?? { page: 0, at: 0, codes: "" };
      const where = at + 4 * (place % (codes.length / 4));
      return printed.with({
        pages: (content) => {
          if (content !== printed.pages[page]) return content;
          const code = Number.parseInt(content.slice(where, where + 4), 16);
          const other = ((code + by - 1) % 41) + 1;
          const hex = (other === code ? other + 1 : other).toString(16).padStart(4, "0");
          return content.slice(0, where) + hex + content.slice(where + 4);
        },
      });
    });
    for (const line of verdicts(files)) expect(line).toMatch(/^records\.pdf/);
  }, 120_000);

  test("that hides, moves, covers, adds or leaves out something is bad", () => {
    const drawnAt = (x: string) => new RegExp(`1 0 0 1 ${x} (\\S+) Tm`);
    const [page = ""] = printed.pages;
    const lastRow = page.lastIndexOf("q\n1 0 0 -1 0 595.28 cm\nBT\n1 0 0 1 36 ");
    const onFirst = (change: (content: string) => string) =>
      printed.with({ pages: (content) => (content === page ? change(content) : content) });
    const two = printed.encode("2", "F1");
    const attempts: Record<string, Buffer> = {
      "old and new value change places": onFirst((text) =>
        text
          .replace(drawnAt("492"), "1 0 0 1 X $1 Tm")
          .replace(drawnAt("564"), "1 0 0 1 492 $1 Tm")
          .replace(" X ", " 564 "),
      ),
      "a value stands beside the page": onFirst((text) => text.replace(drawnAt("564"), "1 0 0 1 1564 $1 Tm")),
      "a value stands in another row": onFirst((text) => text.replace(drawnAt("564"), "1 0 0 1 564 300 Tm")),
      "white ground over what was drawn": onFirst(
        (text) => `${text}36 100 769.89 300 re\n/DeviceRGB cs\n1 1 1 scn\nf\n`,
      ),
      "white letters": onFirst(
        (text) => text.slice(0, lastRow) + "/DeviceRGB cs\n1 1 1 scn\n" + text.slice(lastRow),
      ),
      "a row is left out": onFirst(
        (text) => text.slice(0, lastRow) + text.slice(text.indexOf("/DeviceRGB CS", lastRow)),
      ),
      "a picture": onFirst((text) => `${text}/I1 Do\n`),
      "an annotation": printed.with({
        objects: (head) => head.replace("/Type /Page\n", "/Type /Page\n/Annots []\n"),
      }),
      "a crop": printed.with({
        objects: (head) => head.replace("/Type /Page\n", "/Type /Page\n/CropBox [0 0 400 400]\n"),
      }),
      "something that runs when it is opened": printed.with({
        objects: (head) =>
          head.replace("/Type /Catalog\n", "/Type /Catalog\n/OpenAction << /S /JavaScript >>\n"),
      }),
      "a letter that is copied as another one": printed.with({
        letters: (map) => map.replace("<0037>", "<0032>"),
        pages: once(two, printed.encode("7", "F1")),
      }),
      "letters that have left their line": onFirst((text) => text.replace("> 0] TJ", "> 9000] TJ")),
      "text of no size": onFirst((text) => text.replace("/F1 7.5 Tf", "/F1 0.1 Tf")),
      "pages in another order": printed.with({
        objects: (head) => head.replace(/\/Kids \[(\d+ 0 R) (\d+ 0 R)/, "/Kids [$2 $1"),
      }),
      "a later version of it behind the first": Buffer.concat([
        whole,
        Buffer.from("1 0 obj\n<< >>\nendobj\n"),
      ]),
      "a number of signatures": onFirst((text) =>
        text.replace(
          `<${printed.encode("3 in the whole", "F1")}`,
          `<${printed.encode("0 in the whole", "F1")}`,
        ),
      ),
      nothing: Buffer.alloc(0),
      "cut short": whole.subarray(0, 5000),
    };
    const said = verdicts(Object.values(attempts));
    for (const [i, name] of Object.keys(attempts).entries()) {
      expect(attempts[name]?.equals(whole), name).toBe(false);
      expect([name, said[i]]).toEqual([name, expect.stringMatching(/^records\.pdf/)]);
    }
  }, 120_000);

  test("has its numbers as JavaScript writes them, whatever the number", () => {
    const numbers = fc.sample(fc.double({ noNaN: true, noDefaultInfinity: true }), { numRuns: 400, seed: 5 });
    const all = [
      ...numbers,
      0,
      -0,
      1e21,
      1e-6,
      1e-7,
      123_456_789_012_345_680_000,
      0.1,
      1 / 3,
      5e-324,
      -1.5e300,
    ];
    const program = `
import json, sys
sys.dont_write_bytecode = True
sys.path.insert(0, ${JSON.stringify(import.meta.dirname)})
import verify
print(json.dumps([verify.js_number(float(n)) for n in json.load(sys.stdin)]))
`;
    const input = JSON.stringify(all.map((n) => n.toExponential(17)));
    const { stdout } = spawnSync("python3", ["-c", program], { input, encoding: "utf8" });
    expect(JSON.parse(stdout)).toEqual(all.map(String));
  });

  test("must be there", () => {
    rmSync(join(out, "records.pdf"));
    const { stdout, status } = spawnSync("python3", [join(out, "verify.py"), out], { encoding: "utf8" });
    writeFileSync(join(out, "records.pdf"), whole);
    expect([status, stdout]).toEqual([1, "BAD  records.pdf is missing\n"]);
  });
});
