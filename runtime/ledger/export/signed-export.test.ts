/** Electronic signatures in an inspector's copy: they go with what they sign, and stand in print beside it. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSystemPlatform, type Timekeeping } from "@helix/platform";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  exportLedger,
  type LedgerRecord,
  openLedger,
  readLedger,
  type Signer,
  signRecord,
} from "../index.ts";
import { steppedClock } from "../testing/small-ledger.ts";

const { disk, random } = createSystemPlatform("signed-export");
const CURIE: Signer = {
  id: "m.curie",
  name: "Marie Curie",
  role: "quality assurance",
  authentication: "badge and PIN",
};
const LYON: Timekeeping = {
  zoneMinutes: () => 60,
  quality: "synchronised",
  ask: async () => "synchronised",
  distrust: () => {},
};
let home: string;
let out: string;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "helix-signed-export-"));
  out = join(home, "copy");
  const folder = join(home, "ledger");
  const { clock } = steppedClock();
  const ledger = await openLedger({
    folder,
    disk,
    random,
    clock,
    timekeeping: LYON,
    dataOrigin: "simulated",
  });
  const set = (instrument: string) =>
    ledger.append({
      type: "COMMAND_INTENT",
      commandId: "c",
      instrument,
      actor: { id: "l.pasteur", role: "operator" },
      command: { type: "SetMode", mode: "Run", rationale: "start of culture" },
      change: { of: "feed_rate", old: { value: 0.02, unit: "L/h" }, new: { value: 0.024, unit: "L/h" } },
      reason: "start of culture",
    });
  await set("brx-07");
  await set("brx-08");
  const records: LedgerRecord[] = [];
  for await (const record of readLedger({ folder, disk })) records.push(record);
  for (const record of records) await signRecord(ledger, record, CURIE, { meaning: "reviewed" });
  await ledger.close();
  await exportLedger({ folder, disk, out, selection: { instrument: "brx-07" }, withLedger: false });
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const has = (program: string) => spawnSync(program, ["-v"]).error === undefined;

describe("an export of signed records", () => {
  test("brings along the signatures of what was asked for, and no others", () => {
    const { records } = JSON.parse(readFileSync(join(out, "records.json"), "utf8")) as {
      records: { sequence: string; zone: string; clockQuality: string; origin: string }[];
    };
    expect(records.map(({ sequence }) => sequence)).toEqual(["0", "2"]);
    expect(records[0]).toMatchObject({ zone: "+01:00", clockQuality: "synchronised", origin: "simulated" });
    const [, row] = readFileSync(join(out, "records.csv"), "utf8").split("\r\n");
    expect(row).toMatch(
      /^0,\S+Z,\S+\+01:00,synchronised,simulated,COMMAND_INTENT,l.pasteur,operator,brx-07,,feed_rate,0.02,L\/h,0.024,L\/h,,start of culture,/,
    );
  });

  test.skipIf(!has("python3"))(
    "is good for verify.py, and bad once a signature stands beside another record",
    () => {
      const check = () => spawnSync("python3", [join(out, "verify.py"), out], { encoding: "utf8" });
      expect(check()).toMatchObject({
        status: 0,
        stdout: expect.stringContaining("1 electronic signatures, each of the record it names"),
      });
      const path = join(out, "records.json");
      const text = readFileSync(path, "utf8");
      writeFileSync(path, text.replace(/("signed": \{[^}]*"sequence": )"0"/, '$1"1"'));
      expect(check()).toMatchObject({ status: 1, stdout: expect.stringContaining("record 2") });
      writeFileSync(path, text);
    },
  );

  test.skipIf(!has("pdftotext"))(
    "prints who, when with the zone, old and new with unit, why, and name, time and meaning of each signature",
    () => {
      const { stdout } = spawnSync("pdftotext", ["-layout", join(out, "records.pdf"), "-"], {
        encoding: "utf8",
      });
      const row = stdout.slice(stdout.search(/^ *0 /m), stdout.search(/record hash/));
      for (const text of [
        /2027-01-15/,
        /\d\d:\d\d:\d\d\.\d{3} \+01:00/,
        /command intent/,
        /l\.pasteur \(operator\)/,
        /brx-07/,
        /feed_rate +0\.02 L\/h +0\.024 L\/h/,
        /start of culture/,
      ]) {
        expect(row).toMatch(text);
      }
      expect(stdout).toMatch(
        /Signed: Marie Curie, quality assurance: reviewed, 2027-01-15 \S+ \+01:00 \(record 2\)/,
      );
      expect(stdout).toMatch(/Verdict +CLEAN: no record is missing/);
      expect(stdout).toMatch(/page 1 of 1/);
    },
  );
});
