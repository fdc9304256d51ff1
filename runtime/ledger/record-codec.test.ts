import { ORIGINS } from "@helix/hal";
import { CLOCK_QUALITIES, type Timekeeping } from "@helix/platform";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeRecord, draftRecord, EVENT_SCHEMA } from "./record-codec.ts";
import { MemoryDisk } from "./testing/memory-disk.ts";
import { open, readAll, stopped } from "./testing/small-ledger.ts";

const CONTENT = {
  utcNs: 1n,
  monotonicNs: 2n,
  bootId: new Uint8Array(16),
  eventId: new Uint8Array(16),
  durability: "B",
  body: new Uint8Array(0),
} as const;

describe("a record's header", () => {
  test("carries every zone, clock quality and origin", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -840, max: 840 }),
        fc.constantFrom(...CLOCK_QUALITIES),
        fc.constantFrom(undefined, ...ORIGINS),
        (zoneMinutes, clockQuality, origin) => {
          const source = { zoneMinutes, clockQuality, origin };
          expect(decodeRecord(draftRecord(CONTENT, source))).toMatchObject({
            ...source,
            schema: EVENT_SCHEMA,
          });
        },
      ),
    );
  });

  test("states nothing where nothing is known", () => {
    expect(decodeRecord(draftRecord(CONTENT))).toMatchObject({
      zoneMinutes: 0,
      clockQuality: "not-stated",
      origin: undefined,
    });
  });

  test("of a later version shows codes without a word as they are; a later layout is refused", () => {
    const bytes = draftRecord(CONTENT);
    [bytes[66], bytes[68], bytes[69]] = [200, 9, 7];
    expect(decodeRecord(bytes)).toMatchObject({ clockQuality: "code 200", origin: "code 9", schema: 7 });
    bytes[4] = 2;
    expect(() => decodeRecord(bytes)).toThrow("record of version 2; this HELIX knows 1");
  });

  test("follows local time through a change of the clocks, and what is heard of the clock", async () => {
    // Berlin, 2026-03-29: 02:00 becomes 03:00 at 01:00 UTC.
    const change = BigInt(Date.UTC(2026, 2, 29, 1)) * 1_000_000n;
    let [now, quality]: [bigint, Timekeeping["quality"]] = [change - 1n, "synchronised"];
    const timekeeping: Timekeeping = {
      zoneMinutes: (utcNs) => (utcNs < change ? 60 : 120),
      get quality() {
        return quality;
      },
      ask: async () => quality,
      distrust: () => {},
    };
    const disk = new MemoryDisk();
    const clock = {
      monotonicNs: () => 0n,
      wallUtcNs: () => now,
      sleep: async () => {},
      timer: () => ({ cancel: () => {} }),
      interval: () => ({ cancel: () => {} }),
    };
    const ledger = await open(disk, { clock, timekeeping, dataOrigin: "replayed" });
    await ledger.append(stopped("before"));
    [now, quality] = [change, "stepped"];
    await ledger.append(stopped("after"));
    now = change - 1n;
    await ledger.append(stopped("set back"));
    await ledger.close();
    expect(
      (await readAll(disk)).map(({ zoneMinutes, clockQuality, origin }) => [
        zoneMinutes,
        clockQuality,
        origin,
      ]),
    ).toEqual([
      [60, "synchronised", "replayed"],
      [120, "stepped", "replayed"],
      [60, "stepped", "replayed"],
    ]);
  });
});
