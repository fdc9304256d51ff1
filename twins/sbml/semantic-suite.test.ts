import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runCase } from "./run-case.ts";
import { casesIn, countByScope, isCaseFile } from "./suite.ts";
import { readTarGz } from "./tar.ts";

const shared = process.env["HELIX_SHARED_DATA"] ?? join(process.cwd(), "..", "shared", "data");
const archive = join(shared, "sbml-semantic-cases.tar.gz");
const isHere = existsSync(archive);
/** One case in this many; all of them are run by semantic-suite.long.test.ts. */
const EACH = 6;
/** Takes seconds: 100,000 events left to chance. */
const LONG = "00966";

describe.skipIf(!isHere)(
  `cases of the SBML semantic suite${isHere ? "" : " (skipped: needs the SBML semantic cases, HELIX_SHARED_DATA)"}`,
  () => {
    test("every sixth case passes, or is refused by the name of a feature", () => {
      const cases = casesIn(readTarGz(readFileSync(archive), isCaseFile))
        .filter((_, i) => i % EACH === 0)
        .filter(({ number }) => number !== LONG);
      const results = cases.map(runCase);
      expect(results.filter((each) => each.verdict === "failed")).toEqual([]);
      expect(results.filter((each) => each.verdict === "passed").length).toBeGreaterThan(180);
      const [plain, simple, waiting, outside] = countByScope(results);
      for (const scope of [plain, simple, waiting]) expect(scope).toMatchObject({ refused: 0, failed: 0 });
      expect(outside).toMatchObject({ passed: 0, failed: 0 });
    });

    test("values that are off by more than the tolerance fail", () => {
      const [first] = casesIn(readTarGz(readFileSync(archive), (path) => /\/00001\//.test(path)));
      if (!first) throw new Error("no case 00001");
      const off = first.results.replace(/^(2,[^,]*,).*$/m, "$17");
      expect(runCase(first).verdict).toBe("passed");
      expect(runCase({ ...first, results: off })).toMatchObject({
        verdict: "failed",
        reason: expect.stringContaining(", expected 7"),
      });
    });
  },
);
