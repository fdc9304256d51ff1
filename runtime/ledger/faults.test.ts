/** A real process whose disk fails; every kind of fault is in faults.long.test.ts. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { aftermath, appendUnder, whyNoStrace } from "./testing/real-faults.ts";

const reason = whyNoStrace();
describe.skipIf(reason !== undefined)(
  `faults of the real disk${reason === undefined ? "" : ` (skipped: ${reason})`}`,
  () => {
    test("an fdatasync fails once: all later calls are refused, nothing acknowledged is lost", async () => {
      const home = mkdtempSync(join(tmpdir(), "helix-faults-"));
      try {
        const folder = join(home, "ledger");
        const { acknowledged, lines } = await appendUnder("fdatasync:error=EIO:when=9", folder, 200);
        expect(lines.find((line) => line.startsWith("failed"))).toContain("EIO");
        expect(lines.find((line) => line.startsWith("then"))).toContain("takes no more records");
        expect(acknowledged.size).toBeGreaterThan(0);
        expect(acknowledged.size).toBeLessThan(200);
        expect(await aftermath(folder, acknowledged)).toMatchObject({
          before: "CLEAN",
          after: "CLEAN",
          lost: [],
        });
      } finally {
        rmSync(home, { recursive: true, force: true });
      }
    });
  },
);
