import { createSeededRandom, createSystemPlatform } from "@helix/platform";
import fc from "fast-check";
import { expect, test } from "vitest";
import { openLedger } from "./index.ts";
import { MemoryDisk } from "./testing/memory-disk.ts";

test("a checkpoint covers all that was accepted before it, asked for at any moment of a commit", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom("enqueue", "append", "checkpoint", "turn"), { maxLength: 30 }),
      async (steps) => {
        const { clock } = createSystemPlatform();
        const ledger = await openLedger({
          folder: "/l",
          disk: new MemoryDisk(),
          clock,
          random: createSeededRandom(1),
        });
        const event = { type: "RUNTIME_STOPPED", reason: "x" } as const;
        const checks: Promise<void>[] = [];
        let accepted = 0n;
        for (const step of steps) {
          if (step === "turn") await Promise.resolve();
          else if (step === "checkpoint") {
            const least = accepted;
            checks.push(
              ledger.checkpoint().then(({ records }) => expect(records).toBeGreaterThanOrEqual(least)),
            );
          } else {
            accepted += 1n;
            if (step === "enqueue") ledger.enqueue(event);
            else
              checks.push(
                ledger.append(event).then(({ sequence }) => expect(sequence).toBeLessThan(accepted)),
              );
          }
        }
        await Promise.all(checks);
        await ledger.close();
      },
    ),
  );
});
