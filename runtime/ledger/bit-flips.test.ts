/** One flipped bit, of a seeded sample of all; bit-flips.long.test.ts flips every one. */
import { createSeededRandom } from "@helix/platform";
import { expect, test, vi } from "vitest";
import { BitFlips, judgeFlip, ledgerWithOneOfEverything } from "./testing/bit-flips.ts";

vi.mock("node:crypto", async (original) =>
  (await import("./testing/remembered-crypto.ts")).rememberedCrypto(original),
);

const PASSPHRASE = "correct horse";

test.each([4096, 512] as const)(
  "a flipped bit in headers, batches padded to %i bytes, room, marks, policy, key or torn bytes is noticed",
  { timeout: 120_000 },
  async (sectorBytes) => {
    const flips = new BitFlips(await ledgerWithOneOfEverything(undefined, sectorBytes));
    const random = createSeededRandom("bit flips");
    for (const path of flips.paths) {
      for (let i = 0; i < 200; i++) {
        const bit = random.integer(0, flips.bitsOf(path) - 1);
        const outcome = await flips.outcome(path, bit);
        expect({ path, bit, ...outcome, judged: judgeFlip(path, outcome) }).toMatchObject({
          judged: "noticed",
        });
      }
    }
  },
);

test("one in a sealed key is noticed or said to be unchecked, whether the passphrase is given or not", {
  timeout: 120_000,
}, async () => {
  const sealed = await ledgerWithOneOfEverything(PASSPHRASE);
  for (const [given, every] of [
    [undefined, 7],
    [PASSPHRASE, 449],
  ] as const) {
    const flips = new BitFlips(sealed, given);
    const path = flips.paths.find((file) => file.endsWith(".key")) as string;
    for (let bit = 0; bit < flips.bitsOf(path); bit += every) {
      const outcome = await flips.outcome(path, bit);
      const judged = judgeFlip(path, outcome);
      if (judged === "silent") expect({ bit, ...outcome }).toBe("noticed");
      expect(["noticed", "remarked"]).toContain(judged);
    }
  }
});
