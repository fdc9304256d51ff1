/** Attacks on a finished export: hiding a record that was asked for, or showing what is not on record, is noticed or told. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSystemPlatform } from "@helix/platform";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exportLedger, openLedger, readLedger, type Selection, signRecord, verifyLedger } from "../index.ts";
import { namePerson } from "../people/change-names.ts";
import { type NamedRecord, nameGiver } from "../people/known-names.ts";
import { recordsPdf } from "./pdf.ts";
import { readFonts } from "./pdf-fonts.ts";
import { selectionText } from "./readme.ts";

const python = spawnSync("python3", ["--version"]).status === 0;
const platform = createSystemPlatform("coverage");
const { disk } = platform;
const actor = (id: string) => ({ id, role: "operator" }) as const;
const CURIE = actor("account:curie");
let home: string;
let folder: string;
let count = 0;

/** Eight calibrations by two people, a signature of the first, and a name. */
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "helix-coverage-"));
  folder = join(home, "ledger");
  const ledger = await openLedger({ folder, ...platform });
  for (let i = 0; i < 8; i++) {
    const by = i % 2 === 0 ? CURIE : actor("account:bohr");
    await ledger.append({
      type: "CALIBRATION",
      instrument: `ph-${i % 3}`,
      actor: by,
      reason: `week ${i}`,
      record: undefined,
      failure: undefined,
    });
  }
  for await (const record of readLedger({ folder, disk })) {
    const signer = { ...actor("account:meitner"), name: "Lise Meitner", authentication: "account" };
    await signRecord(ledger, record, signer, { meaning: "reviewed" });
    break;
  }
  await ledger.close();
  await namePerson({
    ...platform,
    folder,
    person: CURIE.id,
    name: "Marie Curie",
    actor: actor("account:admin"),
    reason: "personnel file",
  });
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

async function exported(selection: Selection, withLedger: boolean): Promise<string> {
  const out = join(home, `export-${count++}`);
  await exportLedger({ folder, disk, out, selection, withLedger });
  return out;
}

const check = (out: string) => {
  const found = spawnSync("python3", [join(import.meta.dirname, "verify.py"), out], { encoding: "utf8" });
  expect(found.stderr).toBe("");
  return found;
};

function edit(out: string, file: string, change: (text: string) => string): void {
  const before = readFileSync(join(out, file), "utf8");
  const after = change(before);
  expect(after).not.toBe(before);
  writeFileSync(join(out, file), after);
}

interface Document {
  readonly origin: string;
  readonly ledger: string;
  records: { sequence: string }[];
}

/** Out of every file of the export that speaks of it, so that what is left fits together. */
function leaveOut(out: string, sequence: number): void {
  edit(out, "records.json", (text) => {
    const document = JSON.parse(text) as Document;
    document.records = document.records.filter((record) => record.sequence !== String(sequence));
    return JSON.stringify(document);
  });
  edit(out, "records.csv", (text) => text.replace(new RegExp(`\r\n${sequence},.*(?=\r\n)`), ""));
  rmSync(join(out, "proofs", `${sequence}.tlog-proof`));
}

/** The print of what records.json holds, as HELIX would have printed it. */
async function printAnew(out: string, selection: Selection): Promise<void> {
  const { records: kept } = JSON.parse(readFileSync(join(out, "records.json"), "utf8")) as Document;
  const sequences = new Set(kept.map(({ sequence }) => sequence));
  const named = await nameGiver({ folder, disk });
  const records: NamedRecord[] = [];
  for await (const record of readLedger({ folder, disk })) {
    if (sequences.has(record.sequence.toString())) records.push(named(record));
  }
  const { checkpointRecords, root, verifierKey, signatures, verdict, timeStamps } = await verifyLedger({
    folder,
    disk,
  });
  const { ledger, origin } = JSON.parse(readFileSync(join(out, "records.json"), "utf8")) as Document;
  const head = {
    origin,
    ledgerId: ledger,
    checkpointRecords,
    root,
    selection: selectionText(selection),
    keys: [verifierKey ?? ""],
    untrusted: [],
    verdict,
    timeStamps,
    signatures,
  };
  writeFileSync(join(out, "records.pdf"), await recordsPdf(records, head, await readFonts(disk)));
}

describe.skipIf(!python)(python ? "an export" : "an export (skipped: needs python3)", () => {
  test("of all says so; without its last record it is bad, with or without the ledger in it", async () => {
    for (const withLedger of [true, false]) {
      const out = await exported({}, withLedger);
      expect(check(out)).toMatchObject({
        status: 0,
        stdout: expect.stringMatching(/^GOOD {2}\S+: all 10 records/),
      });
      leaveOut(out, 9);
      expect(check(out)).toMatchObject({
        status: 1,
        stdout: expect.stringContaining("a record is missing from an export of all"),
      });
    }
  });

  test("whose ledger was taken out says what is not checked then", async () => {
    const out = await exported({}, true);
    rmSync(join(out, "ledger"), { recursive: true });
    expect(check(out)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("ledger/ is not here: batches, and what came after the checkpoint"),
    });
  });

  const asked: { selection: Selection; leftOut: number }[] = [
    { selection: { instrument: "PH-1" }, leftOut: 4 },
    { selection: { who: "marie" }, leftOut: 2 },
    { selection: { who: "account:bohr", why: "week" }, leftOut: 7 },
    { selection: { what: "electronic_signature, person_named" }, leftOut: 8 },
    // A signature comes along with what it signs.
    { selection: { from: 0n, to: 2n }, leftOut: 8 },
  ];
  test.each(asked)(
    "of $selection says so; record $leftOut is missed where the ledger is in it",
    async ({ selection, leftOut }) => {
      const whole = await exported(selection, true);
      expect(check(whole)).toMatchObject({
        status: 0,
        stdout: expect.stringMatching(/^GOOD.*; asked for: /),
      });
      leaveOut(whole, leftOut);
      expect(check(whole)).toMatchObject({
        status: 1,
        stdout: `BAD  record ${leftOut} was asked for and is not in records.json\n`,
      });
      const alone = await exported(selection, false);
      leaveOut(alone, leftOut);
      expect(check(alone).stdout).toMatch(/^BAD {2}records\.pdf, page 1, says '\d \(/);
      await printAnew(alone, selection);
      const { status, stdout } = check(alone);
      expect(status).toBe(0);
      expect(stdout).toMatch(/^GOOD {2}\S+: \d of the 10 records under its checkpoint; asked for: /);
      expect(stdout).toContain("whether these are all that were asked for is not checked");
    },
  );

  test("of a signature without the record that it signs does not say that they fit", async () => {
    const out = await exported({ what: "ELECTRONIC_SIGNATURE" }, false);
    expect(check(out).stdout).toContain("1 electronic signatures of records that are not here");
    expect(check(out).stdout).not.toContain("each of the record it names");
  });

  test.each([
    [
      "another name",
      (out: string) => {
        for (const file of ["names.json", "records.json", "records.csv"])
          edit(out, file, (text) => text.replaceAll("Marie Curie", "Irene Curie"));
      },
      /names\.json: no record stands for the name of account:curie/,
    ],
    [
      "no name in the table",
      (out: string) => rmSync(join(out, "names.json")),
      /shows the name 'Marie Curie', names\.json has None/,
    ],
    [
      "another name in records.csv",
      (out: string) =>
        edit(out, "records.csv", (text) => text.replace(/(\n0,.*)Marie Curie/, "$1Irene Curie")),
      /says 'Irene Curie' for name of record 0/,
    ],
    [
      "another signer in records.csv",
      (out: string) =>
        edit(out, "records.csv", (text) => text.replace("Lise Meitner: reviewed", "Otto Hahn: reviewed")),
      /says 'Otto Hahn: reviewed record 0' for signature of record 8/,
    ],
    [
      "another local time in records.csv",
      (out: string) => edit(out, "records.csv", (text) => text.replace(/(\n0,[^,]+,)2/, "$13")),
      /for time_local of record 0/,
    ],
  ])("that shows %s is bad", async (_, change, reason) => {
    const out = await exported({}, true);
    change(out);
    expect(check(out)).toMatchObject({ status: 1, stdout: expect.stringMatching(reason) });
  });
});

test("an export of a ledger with a torn end is good, and its reader is told of the end", async () => {
  const at = join(home, "torn");
  cpSync(folder, at, { recursive: true });
  const segment = join(at, "seg-0000-00000000.hlx");
  const bytes = readFileSync(segment);
  const end = Math.ceil((bytes.findLastIndex((byte) => byte !== 0) + 1) / 4096) * 4096;
  writeFileSync(segment, Buffer.concat([bytes.subarray(0, end), Buffer.from("HLXB and no more of it")]));
  const out = join(home, "torn-export");
  const summary = await exportLedger({ folder: at, disk, out, selection: {}, withLedger: true });
  expect(summary).toMatchObject({ verdict: "TORN_TAIL", records: 10 });
  expect(readFileSync(join(out, "README.txt"), "utf8")).toContain("(TORN_TAIL)");
  if (python) expect(check(out)).toMatchObject({ status: 0, stdout: expect.stringMatching(/^GOOD/) });
});

test("a time-stamp that is on record and is gone is noticed by both verifiers", async () => {
  const at = join(home, "stampless");
  cpSync(folder, at, { recursive: true });
  const ledger = await openLedger({ folder: at, ...platform });
  const { records, root } = await ledger.checkpoint();
  await ledger.append({
    type: "TIME_STAMPED",
    url: "http://127.0.0.1/tsr",
    authority: "Test TSA",
    records,
    root,
    stampedUtcNs: 0n,
    serial: "01",
    file: `anchor-${records}.tsr`,
    reason: "daily",
  });
  await ledger.close();
  expect(await verifyLedger({ folder: at, disk })).toMatchObject({
    verdict: "CORRUPT",
    firstBad: {
      sequence: 10n,
      file: "anchor-10.tsr",
      reason: "the time-stamp that the record speaks of is gone",
    },
  });
  if (python)
    expect(check(at)).toMatchObject({ status: 1, stdout: expect.stringContaining("anchor-10.tsr") });
});
