/** The emergency log: safety records while the ledger cannot take them. */
import { describe, expect, test } from "vitest";
import type { EmergencyBackedLedger } from "./emergency.ts";
import { LedgerUnavailableError, type UnwrittenRecord } from "./index.ts";
import { MemoryDisk, systemError } from "./testing/memory-disk.ts";
import { FOLDER, open, readAll, stopped, verify } from "./testing/small-ledger.ts";

const emergencyFolder = "/other/emergency";

function twoDisks() {
  const [main, second] = [new MemoryDisk(), new MemoryDisk()];
  const options = { emergency: { folder: emergencyFolder, disk: second } };
  const fail = (code: string | undefined, operation = "write") => {
    main.before = (which, path) => {
      if (code !== undefined && which === operation && path.includes("seg-")) throw systemError(code, path);
    };
  };
  return { main, second, options, fail };
}

const typesIn = async (disk: MemoryDisk) => (await readAll(disk)).map(({ event }) => event.type);

describe("a full or failing disk", () => {
  test("GMP records are refused with a clear error, safety records are taken at once; merged at the next opening", async () => {
    const { main, options, fail } = twoDisks();
    const ledger = await open(main, options);
    await ledger.append(stopped("good"));
    fail("ENOSPC");
    await expect(ledger.append(stopped("GMP"))).rejects.toThrow(
      /takes no more records: ENOSPC.*make room on the disk/,
    );
    expect(ledger.failure).toBeInstanceOf(LedgerUnavailableError);
    expect(() => ledger.enqueue(stopped("GMP"))).toThrow(LedgerUnavailableError);
    ledger.enqueue(stopped("interlock 1"), { safety: true });
    const receipt = await ledger.append(stopped("interlock 2"), { safety: true });
    expect(receipt.sequence).toBe(2n);
    await ledger.close();

    fail(undefined);
    const again = await open(main, options);
    await again.append(stopped("goes on"));
    await again.close();
    const events = (await readAll(main)).map(({ event }) => event);
    expect(events.map(({ type }) => type)).toEqual([
      "RUNTIME_STOPPED",
      "EMERGENCY_RECORD",
      "EMERGENCY_RECORD",
      "DEVIATION",
      "EMERGENCY_MERGED",
      "RUNTIME_STOPPED",
    ]);
    expect(events.slice(1, 3)).toMatchObject([
      { event: stopped("interlock 1") },
      { event: stopped("interlock 2") },
    ]);
    expect(events[3]).toMatchObject({
      mandatory: true,
      description: expect.stringMatching(/ENOSPC.*2 safety records/),
    });
    expect(events[4]).toMatchObject({ records: 2, emergencyRecords: 3n });
    expect(await verify(main)).toMatchObject({ verdict: "CLEAN" });

    await (await open(main, options)).close();
    expect((await typesIn(main)).length).toBe(6);
  });

  test("a safety record whose write was in flight is in one of the two, and merged once", async () => {
    for (const operation of ["write", "datasync"]) {
      const { main, options, fail } = twoDisks();
      const ledger = await open(main, options);
      await ledger.append(stopped("good"));
      fail("EIO", operation);
      await ledger.append(stopped("interlock"), { safety: true });
      await ledger.close();
      fail(undefined);
      await (await open(main, options)).close();
      const told = (await readAll(main)).map(({ event }) =>
        JSON.stringify(event, (_, v) => (typeof v === "bigint" ? `${v}` : v)),
      );
      // After a failed datasync the record is there nevertheless: then it must not come twice.
      expect(told.filter((text) => text.includes("interlock")).length).toBe(1);
      expect(told.some((text) => text.includes("DEVIATION"))).toBe(true);
    }
  });

  test("a crash in the middle of the merge does not merge twice", async () => {
    const { main, second, options, fail } = twoDisks();
    const ledger = await open(main, options);
    fail("EIO");
    await ledger.append(stopped("interlock"), { safety: true });
    await ledger.close();
    fail(undefined);
    let writes = 0;
    second.before = (operation, path) => {
      if (operation === "write" && path.includes("seg-") && writes++ === 0) throw new Error("power cut");
    };
    await expect(open(main, options)).rejects.toThrow("power cut");
    second.before = () => {};
    const survivors = { main: main.copy(), emergency: { folder: emergencyFolder, disk: second.copy() } };
    await (await open(survivors.main, { emergency: survivors.emergency })).close();
    expect((await typesIn(survivors.main)).filter((type) => type === "EMERGENCY_RECORD").length).toBe(1);
  });

  test("when both fail: GMP records are refused, safety records do not throw, stay in memory, and each is told", async () => {
    const { main, second, options, fail } = twoDisks();
    const told: UnwrittenRecord[] = [];
    const emergency = { ...options.emergency, onUnwritten: (record: UnwrittenRecord) => told.push(record) };
    const ledger = await open(main, { emergency });
    fail("EIO");
    second.before = (operation) => {
      if (operation === "write") throw systemError("EIO", "second");
    };
    ledger.enqueue(stopped("first"), { safety: true });
    await expect.poll(() => told.length).toBe(1);
    await expect(ledger.append(stopped("second"), { safety: true })).rejects.toThrow(LedgerUnavailableError);
    ledger.enqueue(stopped("third"), { safety: true });
    await expect.poll(() => told.length).toBe(3);
    expect(told.map(({ event }) => event)).toEqual([stopped("first"), stopped("second"), stopped("third")]);
    expect(told.map(({ reason }) => reason)).toEqual(Array(3).fill(expect.stringContaining("EIO")));
    expect(new Set(told.map(({ eventId }) => eventId)).size).toBe(3);
    expect((ledger as EmergencyBackedLedger).unwritten).toEqual(told);
    expect(() => ledger.enqueue(stopped("GMP"))).toThrow(LedgerUnavailableError);
    await expect(ledger.append(stopped("GMP"))).rejects.toThrow(LedgerUnavailableError);
    await ledger.close();
    fail(undefined);
    second.before = () => {};
    expect(await verify(main)).toMatchObject({ verdict: "CLEAN", records: 0n });
  });

  test("unused, it holds nothing and costs the main ledger nothing", async () => {
    const { main, second, options } = twoDisks();
    const ledger = await open(main, options);
    ledger.enqueue(stopped("calm"), { safety: true });
    await ledger.close();
    expect(await typesIn(main)).toEqual(["RUNTIME_STOPPED"]);
    const copy = new MemoryDisk(
      new Map([...second.files].map(([path, bytes]) => [path.replace(emergencyFolder, FOLDER), bytes])),
      [FOLDER],
    );
    expect(await verify(copy)).toMatchObject({ verdict: "CLEAN", records: 0n });
  });
});
