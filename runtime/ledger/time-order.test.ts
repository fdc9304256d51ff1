/** A clock that was set back between two runs of HELIX leaves a ledger that is whole, and says so. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSystemPlatform } from "@helix/platform";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { openLedger, verifyLedger } from "./index.ts";
import { draftRecord } from "./record-codec.ts";
import { steppedClock, stopped } from "./testing/small-ledger.ts";
import { TimeOrder } from "./time-order.ts";

const home = mkdtempSync(join(tmpdir(), "helix-time-order-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const { disk, random } = createSystemPlatform("time-order");
const python = spawnSync("python3", ["--version"]).status === 0;
const VERIFIER = join(import.meta.dirname, "export", "verify.py");
const NOON_NS = 1_800_000_000_000_000_000n;
const HOUR_NS = 3_600_000_000_000n;
const NOTHING = {
  monotonicNs: 0n,
  bootId: new Uint8Array(16),
  eventId: new Uint8Array(16),
  durability: "B",
  body: new Uint8Array(0),
} as const;

/** Two runs of three records each, the second one's clock so far from the first one's. */
async function ledgerWith(name: string, byNs: bigint): Promise<string> {
  const folder = join(home, name);
  for (const startNs of [NOON_NS, NOON_NS + byNs]) {
    const { clock } = steppedClock(startNs);
    const ledger = await openLedger({ folder, disk, random: random.fork(`${name}-${startNs}`), clock });
    for (let i = 0; i < 3; i++) await ledger.append(stopped(`${i}`));
    await ledger.close();
  }
  return folder;
}

test("any times: counted and told as 64-bit numbers compare", () => {
  const time = fc.oneof(
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.bigInt(-5n, 5n),
    fc.bigInt(2n ** 32n - 3n, 2n ** 32n + 3n),
  );
  fc.assert(
    fc.property(fc.array(time, { maxLength: 20 }), (times) => {
      const order = new TimeOrder();
      let [latest, late] = [times[0] ?? 0n, 0];
      for (const utcNs of times) {
        order.look(draftRecord({ ...NOTHING, utcNs }));
        if (latest - utcNs >= 1_000_000_000n) late += 1;
        if (utcNs > latest) latest = utcNs;
      }
      expect(order.remark?.split(" ")[0] ?? "0").toBe(`${late}`);
    }),
  );
});

test.each([
  [
    "an hour back",
    -HOUR_NS,
    /^3 records are dated before an earlier one, the first is record 3, by 3600\.\d s/,
  ],
  ["a tenth of a second back", -HOUR_NS / 36_000n, undefined],
  ["an hour ahead", HOUR_NS, undefined],
])("a clock set %s", async (name, byNs, says) => {
  const folder = await ledgerWith(name.replaceAll(" ", "-"), byNs);
  const { verdict, remarks } = await verifyLedger({ folder, disk });
  expect(verdict).toBe("CLEAN");
  expect(remarks).toEqual(says === undefined ? [] : [expect.stringMatching(says)]);
  if (!python) return;
  const { status, stdout } = spawnSync("python3", [VERIFIER, folder], { encoding: "utf8" });
  expect(status).toBe(0);
  expect(stdout.includes("the clock was set back")).toBe(says !== undefined);
});
