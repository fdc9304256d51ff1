/** Marks on a device of their own: what they tell, and what happens when they are not there. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSeededRandom, createSystemPlatform } from "@helix/platform";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  exportLedger,
  type LedgerEvent,
  moveMarks,
  openLedger,
  readFromLast,
  rotateKey,
  verifyLedger,
} from "./index.ts";
import { MemoryDisk, systemError } from "./testing/memory-disk.ts";
import { FOLDER, open, readAll, steppedClock, stopped, verify } from "./testing/small-ledger.ts";

const SECOND = "/mnt/second/marks";
const THIRD = "/mnt/third/marks";
const MARKS = { marks: { folder: SECOND } };
const WHY = { reason: "a device of their own" };

const emptyDisk = () => new MemoryDisk(new Map(), [SECOND, THIRD]);

async function withRecords(disk: MemoryDisk, reasons: readonly string[], options = {}): Promise<MemoryDisk> {
  const ledger = await open(disk, options);
  for (const reason of reasons) await ledger.append(stopped(reason));
  await ledger.close();
  return disk;
}

/** The files of a device. */
const filesUnder = (disk: MemoryDisk, folder: string) =>
  new Map([...disk.files].filter(([path]) => path.startsWith(`${folder}/`)));

/** What the disk is after all files of a device were replaced. */
function replaced(disk: MemoryDisk, folder: string, files: ReadonlyMap<string, Uint8Array>): MemoryDisk {
  const kept = [...disk.files].filter(([path]) => !path.startsWith(`${folder}/`));
  return new MemoryDisk(new Map([...kept, ...files]), disk.folders);
}

const without = (disk: MemoryDisk, folder: string) => replaced(disk, folder, new Map());

const move = (disk: MemoryDisk, to: string, lost = false) =>
  moveMarks({
    folder: FOLDER,
    disk,
    clock: steppedClock().clock,
    random: createSeededRandom(9),
    move: { to, lost, ...WHY },
  });

const movesIn = async (disk: MemoryDisk): Promise<LedgerEvent[]> =>
  (await readAll(disk)).map(({ event }) => event as LedgerEvent).filter(({ type }) => type === "MARKS_MOVED");

describe("marks on a second device", () => {
  test("stand there and only there; every reader finds them by the policy", async () => {
    const disk = await withRecords(emptyDisk(), ["a", "b"], MARKS);
    expect([...filesUnder(disk, SECOND).keys()]).toEqual([`${SECOND}/hwm.a`, `${SECOND}/hwm.b`]);
    expect([...filesUnder(disk, FOLDER).keys()].join()).not.toContain("hwm");
    // Without the option, as a command that knows only the folder.
    await withRecords(disk, ["c"]);
    expect(await verify(disk)).toMatchObject({ verdict: "CLEAN", records: 3n, checkpointRecords: 3n });
    const last = [];
    for await (const { sequence } of readFromLast({ folder: FOLDER, disk, isWanted: () => true }))
      last.push(sequence);
    expect(last).toEqual([2n]);
  });

  test("an older copy of the ledger that is put back is ROLLBACK, which it is not where the marks went along", async () => {
    for (const [options, verdict] of [
      [MARKS, "ROLLBACK"],
      [{}, "CLEAN"],
    ] as const) {
      const disk = await withRecords(emptyDisk(), ["a", "b"], options);
      const backup = filesUnder(disk, FOLDER);
      await withRecords(disk, ["c"]);
      const restored = replaced(disk, FOLDER, backup);
      expect((await verify(restored)).verdict).toBe(verdict);
      if (verdict === "CLEAN") continue;
      await expect(open(restored.copy(), options)).rejects.toThrow(
        /ROLLBACK at record 2,.*counts 3 records, 2 are here/,
      );
      await expect(move(restored.copy(), THIRD)).rejects.toThrow(/ROLLBACK/);
      await expect(move(restored.copy(), THIRD, true)).rejects.toThrow(/are not lost: they are in/);
    }
  });

  test("a copy of before the key was replaced, or of before the marks moved, does not pass either", async () => {
    const disk = await withRecords(emptyDisk(), ["a"], MARKS);
    const backup = filesUnder(disk, FOLDER);
    const { clock } = steppedClock();
    await rotateKey({ folder: FOLDER, disk, clock, random: createSeededRandom(3) });
    expect(await verify(disk)).toMatchObject({ verdict: "CLEAN", records: 2n });
    const older = replaced(disk, FOLDER, backup);
    expect((await verify(older)).verdict).toBe("CORRUPT");
    // The older copy does not know the key that signed these marks.
    for (const to of [SECOND, THIRD])
      await expect(move(older, to, true)).rejects.toThrow(/no mark that ledger \/plant\/ledger can read/);

    const moved = await withRecords(emptyDisk(), ["a"]);
    const before = filesUnder(moved, FOLDER);
    await move(moved, SECOND);
    const restored = replaced(moved, FOLDER, before);
    await expect(open(restored, MARKS)).rejects.toThrow(
      /keeps its high-water marks in \/plant\/ledger, not in/,
    );
    const told = { folder: FOLDER, disk: restored, markFolder: SECOND };
    await expect(verifyLedger(told)).rejects.toThrow(/this is an older copy of it/);
  });

  test("a ledger that is gone is not quietly begun anew beside its marks", async () => {
    const disk = await withRecords(emptyDisk(), ["a"], MARKS);
    const gone = without(disk, FOLDER);
    gone.folders.delete(FOLDER);
    await expect(open(gone, MARKS)).rejects.toMatchObject({
      problem: "marks",
      message: expect.stringMatching(/hwm\.a is the mark of one; if that ledger is lost, restore it/),
    });
    expect([gone.files.size, gone.folders.has(FOLDER)]).toEqual([2, false]);
  });

  test("a device that is not there is one clear error, never a verdict, and changes nothing", async () => {
    const disk = without(await withRecords(emptyDisk(), ["a"], MARKS), SECOND);
    const before = new Map(disk.files);
    const refused = {
      problem: "marks",
      message: expect.stringContaining(`in ${SECOND}, and they are not there`),
    };
    await expect(verify(disk)).rejects.toMatchObject(refused);
    await expect(open(disk, MARKS)).rejects.toMatchObject(refused);
    await expect(open(disk)).rejects.toMatchObject(refused);
    await expect(
      exportLedger({ folder: FOLDER, disk, out: "/out", selection: {}, withLedger: true }),
    ).rejects.toMatchObject(refused);
    expect(disk.files).toEqual(before);
    // The records themselves can be read.
    expect((await readAll(disk)).length).toBe(1);
  });

  test("a new ledger wants its folder there, and a path that the policy can hold", async () => {
    const refused = (folder: string, message: RegExp) =>
      expect(open(new MemoryDisk(), { marks: { folder } })).rejects.toMatchObject({
        problem: "marks",
        message: expect.stringMatching(message),
      });
    await refused(SECOND, /there is no folder \/mnt\/second\/marks/);
    await refused("marks", /absolute path/);
    await refused("/mnt/a\nkey b", /one line/);
  });

  test("a failing device ends the ledger as a failing disk does", async () => {
    const disk = emptyDisk();
    const ledger = await open(disk, MARKS);
    disk.before = (operation, path) => {
      if (operation === "datasync" && path.startsWith(SECOND)) throw systemError("EIO", path);
    };
    await expect(ledger.append(stopped("a"), { durability: "A" })).rejects.toThrow(/takes no more records/);
    expect(ledger.failure).toBeDefined();
    await ledger.close();
  });
});

describe("moving the marks", () => {
  test("is on record, and takes effect for every later opening", async () => {
    const disk = await withRecords(emptyDisk(), ["a", "b"]);
    expect(await move(disk, SECOND)).toMatchObject({ records: 3n });
    expect([...disk.files.keys()].filter((path) => path.includes("hwm"))).toEqual([
      `${SECOND}/hwm.a`,
      `${SECOND}/hwm.b`,
    ]);
    await withRecords(disk, ["c"], MARKS);
    await move(disk, FOLDER);
    expect(await movesIn(disk)).toMatchObject([
      { from: FOLDER, to: SECOND, lost: false, ...WHY },
      { from: SECOND, to: FOLDER, lost: false },
    ]);
    expect(await verify(disk)).toMatchObject({ verdict: "CLEAN", records: 5n });
    await expect(move(disk, FOLDER)).rejects.toThrow(/already/);
  });

  test("follows a device that is mounted elsewhere now, and holds the ledger against its marks", async () => {
    const disk = await withRecords(emptyDisk(), ["a"], MARKS);
    const backup = filesUnder(disk, FOLDER);
    await withRecords(disk, ["b"]);
    const elsewhere = new MemoryDisk(
      new Map([...disk.files].map(([path, bytes]) => [path.replace(SECOND, THIRD), bytes])),
      disk.folders,
    );
    const told = { folder: FOLDER, disk: elsewhere, markFolder: THIRD };
    expect(await verifyLedger(told)).toMatchObject({ verdict: "CLEAN", records: 2n });
    await expect(move(replaced(elsewhere, FOLDER, backup), THIRD)).rejects.toThrow(/ROLLBACK/);
    await expect(move(elsewhere.copy(), SECOND)).rejects.toThrow(/say so with --lost/);
    await move(elsewhere, THIRD);
    expect(await verify(elsewhere)).toMatchObject({ verdict: "CLEAN", records: 3n });
  });

  test("goes on where they are lost, which is on record; every record is checked before", async () => {
    const disk = without(
      await withRecords(emptyDisk(), ["a", "b"], { ...MARKS, segmentBytes: 2 * 4096 }),
      SECOND,
    );
    await expect(move(disk, THIRD)).rejects.toMatchObject({ problem: "marks" });

    const damagedDisk = disk.copy();
    const first = damagedDisk.bytes(`${FOLDER}/seg-0000-00000000.hlx`);
    first[4096 + 300] = (first[4096 + 300] ?? 0) ^ 1;
    await expect(move(damagedDisk, THIRD, true)).rejects.toThrow(/CORRUPT at record 0/);

    expect(await move(disk, THIRD, true)).toMatchObject({ records: 3n });
    expect(await movesIn(disk)).toMatchObject([{ from: SECOND, to: THIRD, lost: true, ...WHY }]);
    await withRecords(disk, ["c"], { marks: { folder: THIRD } });
    expect(await verify(disk)).toMatchObject({ verdict: "CLEAN", records: 4n });
  });

  test("goes on where the same power cut took the marks and tore the last write", async () => {
    const disk = without(await withRecords(emptyDisk(), ["a", "b"], MARKS), SECOND);
    const path = `${FOLDER}/seg-0000-00000000.hlx`;
    disk.files.set(path, disk.bytes(path).slice(0, 2 * 4096 + 200));
    await move(disk, SECOND, true);
    expect((await readAll(disk)).map(({ event }) => event.type)).toEqual([
      "RUNTIME_STOPPED",
      "RECOVERY",
      "MARKS_MOVED",
    ]);
    expect(await verify(disk)).toMatchObject({ verdict: "CLEAN", records: 3n });
  });

  test("does not take the place of another ledger's marks", async () => {
    const disk = await withRecords(emptyDisk(), ["a"]);
    const other = await withRecords(emptyDisk(), ["x"], { ...MARKS, random: createSeededRandom("other") });
    for (const [path, bytes] of filesUnder(other, SECOND)) disk.files.set(path, bytes);
    await expect(move(disk, SECOND)).rejects.toThrow(/is no mark of ledger/);
  });

  test.each([false, true])("cut short anywhere leaves a ledger that goes on (lost: %s)", async (lost) => {
    const whole = await withRecords(emptyDisk(), ["a", "b"], MARKS);
    const start = lost ? without(whole, SECOND) : whole;
    let cuts = 0;
    for (let finished = false; !finished; cuts++) {
      const disk = start.copy();
      let left = cuts;
      disk.before = (operation, path) => {
        if ((operation === "writeFile" || operation === "syncFolder") && left-- === 0)
          throw systemError("EIO", path);
      };
      finished = await move(disk, THIRD, lost).then(
        () => true,
        () => false,
      );
      const after = disk.copy();
      if (!finished) {
        // Asked for again: whichever of the two fits what the cut left.
        await move(after, THIRD, lost)
          .catch(() => move(after, THIRD))
          .catch((error: Error) => expect(error.message).toContain("already"));
      }
      await withRecords(after, ["c"]);
      expect((await verify(after)).verdict, `cut ${cuts}`).toBe("CLEAN");
      const moves = await movesIn(after);
      expect(moves.length).toBeGreaterThan(0);
      if (lost) expect(moves).toContainEqual(expect.objectContaining({ lost: true }));
    }
    expect(cuts).toBeGreaterThan(4);
  });
});

const python = spawnSync("python3", ["--version"]).status === 0;

describe.skipIf(!python)("verify.py", () => {
  const platform = createSystemPlatform("marks");
  let home: string;
  let ledger: string;
  let marks: string;
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), "helix-marks-"));
    [ledger, marks] = [join(home, "ledger"), join(home, "second device")];
    mkdirSync(marks);
    const opened = await openLedger({ folder: ledger, ...platform, marks: { folder: marks } });
    await opened.append(stopped("a"));
    await opened.close();
    cpSync(ledger, join(home, "backup"), { recursive: true });
    const again = await openLedger({ folder: ledger, ...platform });
    await again.append(stopped("b"));
    await again.close();
    const out = join(home, "copy");
    await exportLedger({ folder: ledger, disk: platform.disk, out, selection: {}, withLedger: true });
  }, 60_000);
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  const said = (...given: string[]) => {
    const script = join(import.meta.dirname, "export", "verify.py");
    const { status, stdout } = spawnSync("python3", [script, ...given], { encoding: "utf8" });
    return `${status} ${stdout}`;
  };

  test("finds them by the policy, and says ROLLBACK's words of an older copy", () => {
    expect(said(ledger)).toMatch(/^0 GOOD/);
    expect(said(join(home, "backup"))).toMatch(/^1 BAD.*counts 2 records, 1 are here/);
  });

  test("takes them from where it is told, and refuses to judge without them", () => {
    const mounted = join(home, "mounted");
    cpSync(marks, mounted, { recursive: true });
    expect(said(ledger, "--marks", mounted)).toMatch(/^0 GOOD/);
    expect(said(ledger, "--marks", home)).toMatch(/^2 UNUSABLE.*are not in .*say where with --marks/);
    expect(said(join(home, "copy"))).toMatch(/^0 GOOD/);
    expect(said(join(home, "copy"), "--marks", mounted)).toMatch(/^2 UNUSABLE/);
    rmSync(marks, { recursive: true });
    expect(said(ledger)).toMatch(/^2 UNUSABLE.*second device/);
    // The export does not need the device any more.
    expect(said(join(home, "copy"))).toMatch(/^0 GOOD/);
  });
});
