/** The daily time-stamp of a running ledger, by an authority on loopback, in days that a test moves. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSystemPlatform } from "@helix/platform";
import { ManualClock } from "@helix/platform/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Ledger,
  openLedger,
  readLedger,
  TimeStamping,
  timeStampedLedger,
  verifyLedger,
} from "./index.ts";
import { hasOpenssl, type LocalTsa, startLocalTsa } from "./testing/local-tsa.ts";
import { stopped } from "./testing/small-ledger.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const SOON = { timeout: 30_000 };

describe.skipIf(!hasOpenssl)(`a running ledger${hasOpenssl ? "" : " (skipped: needs openssl)"}`, () => {
  const { disk, random } = createSystemPlatform("time-stamping");
  let home: string;
  let tsa: LocalTsa;
  let folders = 0;
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), "helix-time-stamping-"));
    tsa = await startLocalTsa(join(home, "tsa"));
  });
  afterAll(async () => {
    await tsa.stop();
    rmSync(home, { recursive: true, force: true });
  });

  /** Running, with a first record in the ledger. Its clock starts at the authority's time. */
  async function running({
    folder = join(home, `ledger-${folders++}`),
    clock = new ManualClock(BigInt(Date.now()) * 1_000_000n),
  } = {}) {
    const ledger: Ledger = await openLedger({ folder, disk, random: random.fork(folder), clock });
    await ledger.append(stopped("a record"));
    const lines: string[] = [];
    const tell = (line: string) => lines.push(line);
    const stamping = new TimeStamping({ ledger, folder, disk, clock, random, url: tsa.url, tell });
    const stop = new AbortController();
    const ended = stamping.run(stop.signal);
    /** The events of some types so far; looking takes a moment of the clock's, in which what is due happens. */
    const events = async (...types: string[]) => {
      await clock.advance(1);
      await ledger.checkpoint();
      const found: (Record<string, unknown> & { utcNs: bigint })[] = [];
      for await (const { event, utcNs } of readLedger({ folder, disk })) {
        if (types.includes(event.type)) found.push({ ...event, utcNs });
      }
      return found;
    };
    return {
      folder,
      clock,
      ledger,
      stamping,
      lines,
      events,
      stamps: () => events("TIME_STAMPED"),
      /** A moment after a day has gone by since then: what is due begins, and the time for its answer does not run out. */
      aDayAfter: (utcNs: bigint) => clock.advance(Number(utcNs - clock.wallUtcNs()) / 1e6 + DAY_MS + 1000),
      anchors: () => readdirSync(folder).filter((name) => name.endsWith(".tsr")),
      async close() {
        stop.abort(new Error("stopped"));
        await ended;
        await ledger.close();
      },
    };
  }

  test("is time-stamped at the first start, and then once a day; a restart does not ask again", async () => {
    const first = await running();
    await expect.poll(first.stamps, SOON).toHaveLength(1);
    expect(await first.stamps()).toMatchObject([
      { url: tsa.url, authority: "CN=Test TSA", records: 1n, reason: "daily", file: "anchor-1.tsr" },
    ]);
    await first.clock.advance(20 * HOUR_MS);
    expect(tsa.requests).toHaveLength(1);
    await first.close();

    const { folder, clock } = first;
    const second = await running({ folder, clock });
    await clock.advance(3 * HOUR_MS);
    expect(tsa.requests).toHaveLength(1);
    const [stamped] = await second.stamps();
    await second.aDayAfter(stamped?.["stampedUtcNs"] as never);
    await expect.poll(second.stamps, SOON).toHaveLength(2);
    await clock.advance(23 * HOUR_MS);
    expect(tsa.requests).toHaveLength(2);
    await second.aDayAfter((await second.stamps())[1]?.utcNs ?? 0n);
    await expect.poll(second.stamps, SOON).toHaveLength(3);
    expect(second.anchors()).toHaveLength(3);
    expect(second.lines).toEqual([]);
    await second.close();
    expect(await verifyLedger({ folder, disk })).toMatchObject({
      verdict: "CLEAN",
      timeStamps: { count: 3 },
    });
  }, 120_000);

  test("is time-stamped at once when a run is complete, and that record is under it", async () => {
    const { stamping, ledger, stamps, close, clock } = await running();
    await expect.poll(stamps, SOON).toHaveLength(1);
    await clock.advance(HOUR_MS);
    const watched = timeStampedLedger(ledger, stamping);
    const { sequence } = await watched.append(
      { type: "RUN_COMPLETED", instrument: "brx-07" },
      { durability: "A" },
    );
    await expect.poll(stamps, SOON).toHaveLength(2);
    const [, second] = await stamps();
    expect(second).toMatchObject({ reason: "the run of brx-07 is complete" });
    expect(second?.["records"]).toBeGreaterThan(sequence as never);
    await close();
  }, 60_000);

  test("goes on without an authority: each failure is on record, and after a day a deviation, once", async () => {
    tsa.answer = "refuse";
    const { clock, ledger, lines, events, stamps, close } = await running();
    const failures = () => events("TIME_STAMP_FAILED");
    const until = clock.wallUtcNs() + BigInt(26 * HOUR_MS) * 1_000_000n;
    let known = 0;
    while (clock.wallUtcNs() < until) {
      // The authority's answer takes real time.
      await expect.poll(async () => (await failures()).length, SOON).toBeGreaterThan(known);
      known = (await failures()).length;
      await ledger.append(stopped("a record that waits for nobody"));
      await clock.advance(Math.min(60_000 * 2 ** (known - 1), HOUR_MS));
    }
    await expect.poll(async () => (await failures()).length, SOON).toBeGreaterThan(known);
    const found = await failures();
    expect(found.length).toBeGreaterThan(26);
    expect(found.length).toBeLessThan(36);
    expect(found.slice(0, 3)).toMatchObject([
      { attempt: 1, retryInS: 60, reason: expect.stringContaining("it answered 503") },
      { attempt: 2, retryInS: 120 },
      { attempt: 3, retryInS: 240 },
    ]);
    expect(await events("DEVIATION")).toMatchObject([
      { mandatory: true, description: expect.stringContaining("without a time-stamp for more than a day") },
    ]);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/^ALARM the ledger has been without a time-stamp/);
    tsa.answer = undefined;
    await clock.advance(HOUR_MS);
    await expect.poll(stamps, SOON).toHaveLength(1);
    expect(lines.at(-1)).toContain("time-stamped again");
    await close();
  }, 120_000);

  test.each([
    ["does not answer", "hang", /took longer than 30000 ms/],
    ["answers something else", Uint8Array.of(1, 2, 3), /not a time-stamp response/],
  ] as const)(
    "waits for nobody: an authority that %s",
    async (_what, answer, reason) => {
      tsa.answer = answer;
      const { clock, events, anchors, close } = await running();
      await expect
        .poll(async () => {
          await clock.advance(1000);
          return events("TIME_STAMP_FAILED");
        }, SOON)
        .toMatchObject([{ reason: expect.stringMatching(reason) }]);
      expect(anchors()).toEqual([]);
      tsa.answer = undefined;
      await close();
    },
    60_000,
  );

  test("stops while it waits for an answer", async () => {
    tsa.answer = "hang";
    const before = tsa.requests.length;
    const { close, clock } = await running();
    await expect
      .poll(async () => {
        await clock.advance(1);
        return tsa.requests.length;
      }, SOON)
      .toBeGreaterThan(before);
    await close();
    tsa.answer = undefined;
  });
});
