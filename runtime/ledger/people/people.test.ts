/** Names beside the chain: shown while they are known and proven, gone when they are erased, and the ledger as good as before. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSystemPlatform } from "@helix/platform";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { exportLedger, isSelected, openLedger, readLedger, signRecord, verifyLedger } from "../index.ts";
import { auditColumns, whoText } from "../record-view.ts";
import { eraseName, namePerson, signaturesBy } from "./change-names.ts";
import { knownNames, nameGiver } from "./known-names.ts";
import { NAMES_FILE, readNamesTable, writeNamesTable } from "./names-table.ts";

const platform = createSystemPlatform("people");
const { disk } = platform;
const home = mkdtempSync(join(tmpdir(), "helix-people-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const CURIE = "account:curie";
const actor = { id: "account:admin", role: "operator" } as const;
let folder: string;
let count = 0;
const change = () => ({ ...platform, folder, person: CURIE, actor, reason: "personnel file" });
const name = (text: string) => namePerson({ ...change(), name: text });
const erase = () => eraseName({ ...change(), reason: "her request" });

beforeEach(async () => {
  folder = join(home, `ledger-${count++}`);
  const ledger = await openLedger({ folder, ...platform, segmentBytes: 1 << 20 });
  const by = { id: CURIE, role: "operator" } as const;
  await ledger.append({
    type: "CALIBRATION",
    instrument: "ph",
    actor: by,
    reason: "weekly",
    record: undefined,
    failure: undefined,
  });
  await ledger.close();
});

/** Who caused the first record, as it is shown. */
async function shownFirst(): Promise<string> {
  const named = await nameGiver({ folder, disk });
  for await (const record of readLedger({ folder, disk })) return whoText(auditColumns(named(record)));
  throw new Error("an empty ledger");
}

/** The ledger's files that hold this text. */
const filesWith = (text: string): string[] =>
  readdirSync(folder).filter((file) => readFileSync(join(folder, file)).includes(text));

describe("a person's name", () => {
  test("is shown beside the id, found by a search, and stands in no record", async () => {
    expect(await shownFirst()).toBe(CURIE);
    await name("Marie Curie");
    expect(await shownFirst()).toBe(`Marie Curie <${CURIE}>`);
    expect(filesWith("Marie Curie")).toEqual([NAMES_FILE]);
    const named = await nameGiver({ folder, disk });
    const found = [];
    for await (const record of readLedger({ folder, disk }))
      if (isSelected(named(record), { who: "marie" })) found.push(record.sequence);
    expect(found).toEqual([0n]);
  });

  test("that has changed is the newest one", async () => {
    await name("Maria Sklodowska");
    await name("Marie Curie");
    expect(await shownFirst()).toBe(`Marie Curie <${CURIE}>`);
    expect(filesWith("Sklodowska")).toEqual([]);
  });

  test("that is erased leaves no trace but the id, and the ledger is as good as before", async () => {
    await name("Marie Curie");
    const [entry] = await readNamesTable(disk, folder);
    const segments = () => readFileSync(join(folder, "seg-0000-00000000.hlx"));
    const before = segments();
    const end = before.findLastIndex((byte) => byte !== 0) + 1;
    await erase();
    expect(await signaturesBy(CURIE, { folder, disk })).toBe(0);
    expect(await shownFirst()).toBe(CURIE);
    for (const secret of ["Marie", entry?.salt ?? "no salt"]) expect(filesWith(secret)).toEqual([]);
    expect(segments().subarray(0, end)).toEqual(before.subarray(0, end));
    expect(await verifyLedger({ folder, disk })).toMatchObject({
      verdict: "CLEAN",
      records: 3n,
      remarks: [],
    });
    await expect(erase()).rejects.toThrow(`holds no name of ${CURIE}`);
  });

  test("stays where it was signed with (21 CFR 11.50)", async () => {
    await name("Marie Curie");
    const ledger = await openLedger({ folder, ...platform });
    for await (const record of readLedger({ folder, disk })) {
      const signer = { id: CURIE, name: "Marie Curie", role: "operator", authentication: "account" };
      await signRecord(ledger, record, signer, { meaning: "performed" });
      break;
    }
    await ledger.close();
    await erase();
    expect(await signaturesBy(CURIE, { folder, disk })).toBe(1);
    expect(filesWith("Marie Curie")).toEqual(["seg-0000-00000000.hlx"]);
    expect(await verifyLedger({ folder, disk })).toMatchObject({ verdict: "CLEAN", signatures: 1 });
  });
});

describe("a name that the records do not stand for is not shown", () => {
  const table = () => join(folder, NAMES_FILE);

  test("put into the table by hand", async () => {
    await name("Marie Curie");
    writeFileSync(table(), readFileSync(table(), "utf8").replace("Marie Curie", "Irene Curie"));
    expect(await shownFirst()).toBe(CURIE);
    expect(await knownNames({ folder, disk })).toMatchObject([
      { name: "Irene Curie", isProven: false, record: 1n },
    ]);
    const told = ["names.json: no record stands for the name of account:curie"];
    expect(await verifyLedger({ folder, disk })).toMatchObject({ verdict: "CLEAN", remarks: told });
    rmSync(table());
    const lacking = ["names.json lacks the name of account:curie, which is on record"];
    expect(await verifyLedger({ folder, disk })).toMatchObject({ verdict: "CLEAN", remarks: lacking });
  });

  test("given by a program that died before the record", async () => {
    await writeNamesTable(disk, folder, [{ person: CURIE, name: "Marie Curie", salt: "ab".repeat(32) }]);
    expect(await shownFirst()).toBe(CURIE);
    await name("Marie Curie");
    expect(await shownFirst()).toContain("Marie Curie");
  });

  test("being erased by a program that died after the record; erasing again finishes it", async () => {
    await name("Marie Curie");
    const kept = readFileSync(table());
    await erase();
    writeFileSync(table(), kept);
    expect(await shownFirst()).toBe(CURIE);
    await erase();
    expect(filesWith("Marie")).toEqual([]);
  });

  test("a table that is none is told, with what to do", async () => {
    writeFileSync(table(), "[");
    await expect(shownFirst()).rejects.toThrow(
      /names\.json is not a table of names; restore it, or take it away/,
    );
  });
});

test("a name does not make a ledger", async () => {
  folder = join(home, "none");
  await expect(name("Marie Curie")).rejects.toThrow("is not a ledger");
  expect(readdirSync(home)).not.toContain("none");
});

const python = spawnSync("python3", ["--version"]).status === 0;
test.skipIf(!python)(
  python
    ? "an export shows names, of its own people only, and verify.py finds it good"
    : "(skipped: needs python3)",
  async () => {
    await name("Marie Curie");
    await namePerson({ ...change(), person: "account:bohr", name: "Niels Bohr" });
    const out = join(home, `export-${count}`);
    await exportLedger({ folder, disk, out, selection: { what: "CALIBRATION" }, withLedger: true });
    expect(readFileSync(join(out, "records.csv"), "utf8")).toMatch(/,[0-9a-f]{64},Marie Curie\r\n$/);
    expect(JSON.parse(readFileSync(join(out, NAMES_FILE), "utf8")).people).toMatchObject([
      { name: "Marie Curie" },
    ]);
    expect(readFileSync(join(out, "records.json"), "utf8")).toContain('"personName": "Marie Curie"');
    const checked = spawnSync("python3", [join(out, "verify.py"), out], { encoding: "utf8" });
    expect(checked.stdout + checked.stderr).toContain("GOOD");
    expect(checked.status).toBe(0);
  },
);
