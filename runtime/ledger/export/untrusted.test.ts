/** What a stolen key signed is marked wherever an export shows it, and verify.py misses the mark where it was taken away. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSystemPlatform } from "@helix/platform";
import { afterAll, beforeAll, expect, test } from "vitest";
import { exportLedger } from "../index.ts";
import { printedFile } from "../testing/printed-file.ts";

const python = spawnSync("python3", ["--version"]).status === 0;
const GOLDEN = join(import.meta.dirname, "..", "testing", "golden", "compromised");
let home: string;
let out: string;

/** Of its seven records the third and the fourth are those of a thief, perhaps. */
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "helix-untrusted-"));
  out = join(home, "export");
  const { disk } = createSystemPlatform("untrusted");
  await exportLedger({ folder: GOLDEN, disk, out, selection: {}, withLedger: false });
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const check = () => spawnSync("python3", [join(out, "verify.py"), out], { encoding: "utf8" });

test("the JSON, the table and the folder's README mark them, and no others", () => {
  const { records } = JSON.parse(readFileSync(join(out, "records.json"), "utf8")) as {
    records: { sequence: string; untrustedKey?: number }[];
  };
  expect(records.flatMap((one) => (one.untrustedKey === 0 ? [one.sequence] : []))).toEqual(["2", "3"]);
  const [names = "", ...rows] = readFileSync(join(out, "records.csv"), "utf8").trimEnd().split("\r\n");
  expect(names.includes(",untrusted,")).toBe(true);
  expect(rows.map((row) => row.includes(",key 0 was compromised,"))).toEqual([
    false,
    false,
    true,
    true,
    false,
    false,
    false,
  ]);
  expect(readFileSync(join(out, "README.txt"), "utf8")).toContain("UNTRUSTED records 2 to 3: key 0");
});

test.skipIf(!python)(
  `verify.py finds the marks, in the print too, and is BAD without any of them${python ? "" : " (skipped: needs python3)"}`,
  () => {
    expect(check()).toMatchObject({ status: 0, stdout: expect.stringContaining("UNTRUSTED records 2 to 3") });
    const attempt = (file: string, change: (bytes: Buffer) => Buffer | string, says: RegExp) => {
      const before = readFileSync(join(out, file));
      const after = change(before);
      expect(Buffer.from(after).equals(before)).toBe(false);
      writeFileSync(join(out, file), after);
      expect(check()).toMatchObject({ status: 1, stdout: expect.stringMatching(says) });
      writeFileSync(join(out, file), before);
    };
    attempt(
      "records.json",
      (text) => text.toString().replace(/,\s*"untrustedKey": 0/, ""),
      /BAD {2}record 2: that its key/,
    );
    attempt(
      "records.json",
      (text) => text.toString().replace(/("sequence": "1",)/, '$1 "untrustedKey": 0,'),
      /BAD {2}record 1: that its key/,
    );
    attempt(
      "records.csv",
      (text) => text.toString().replace("key 0 was compromised", ""),
      /'' for untrusted of record 2, recorded is 'key 0 was compromised'/,
    );
    attempt(
      "records.pdf",
      (bytes) =>
        printedFile(bytes).with({ pages: withoutLine(printedFile(bytes).encode("UNTRUSTED", "F2")) }),
      /BAD {2}records\.pdf, page 1.* the key of record 2/,
    );
    attempt(
      "records.pdf",
      (bytes) =>
        printedFile(bytes).with({ pages: withoutLine(printedFile(bytes).encode("Untrusted", "F2")) }),
      /BAD {2}records\.pdf, page 1.* in the head/,
    );
    expect(check().status).toBe(0);
  },
  60_000,
);

/** Without the first text that begins so, and the rest of the drawing as it was. */
const withoutLine = (codes: string) => (content: string) => {
  const at = content.indexOf(codes);
  if (at < 0) return content;
  return (
    content.slice(0, content.lastIndexOf("q\n1 0 0 -1", at)) + content.slice(content.indexOf("Q\n", at) + 2)
  );
};
