/** Every single bit of a small ledger, flipped: every file, every byte, padding and unused room included. */
import { expect, test, vi } from "vitest";
import { BitFlips, ledgerWithOneOfEverything } from "./testing/bit-flips.ts";

vi.mock("node:crypto", async (original) =>
  (await import("./testing/remembered-crypto.ts")).rememberedCrypto(original),
);

test("every bit is noticed; which ones take no more than a recovery is counted", {
  timeout: 3_600_000,
}, async () => {
  const flips = new BitFlips(await ledgerWithOneOfEverything());
  const counted: Record<string, Record<string, number>> = {};
  let all = 0;
  for (const path of flips.paths) {
    const said: Record<string, number> = {};
    for (let bit = 0; bit < flips.bitsOf(path); bit++) {
      const outcome = await flips.outcome(path, bit);
      said[outcome.said] = (said[outcome.said] ?? 0) + 1;
      all += 1;
    }
    counted[path.slice(path.lastIndexOf("/") + 1).replace(/^torn-.*/, "torn")] = said;
  }
  expect(all).toBe(flips.paths.reduce((sum, path) => sum + flips.bitsOf(path), 0));
  const sectors = (count: number) => count * 4096 * 8;
  expect(counted).toEqual({
    // One of two copies: the other one still holds, so the next opening sets it aside and goes on.
    "hwm.a": { TORN_TAIL: sectors(1) },
    "hwm.b": { TORN_TAIL: sectors(1) },
    "ledger-1.key": { CORRUPT: 119 * 8 },
    "ledger.policy": { CORRUPT: 549 * 8 - 2, "newer-format": 2 },
    "seg-0000-00000000.hlx": { CORRUPT: sectors(4) },
    "seg-0000-00000001.hlx": { CORRUPT: sectors(2) },
    // The room behind the last batch: no record stands there, and a torn write looks the same.
    "seg-0001-00000002.hlx": { CORRUPT: sectors(3), TORN_TAIL: sectors(1) },
    torn: { CORRUPT: 200 * 8 },
  });
});
