import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runCase } from "./run-case.ts";
import { casesIn, countByScope, isCaseFile, refusals } from "./suite.ts";
import { readTarGz } from "./tar.ts";

const shared = process.env["HELIX_SHARED_DATA"] ?? join(process.cwd(), "..", "shared", "data");
const archive = join(shared, "sbml-semantic-cases.tar.gz");
const isHere = existsSync(archive);
const REFUSED = ["algebraic rule", "delay (csymbol)", "fast reaction", "flux balance", "package comp"];

describe.skipIf(!isHere)(
  `the whole SBML semantic suite${isHere ? "" : " (skipped: needs the SBML semantic cases, HELIX_SHARED_DATA)"}`,
  () => {
    test("no case fails, and only these features are refused", () => {
      const results = casesIn(readTarGz(readFileSync(archive), isCaseFile)).map(runCase);
      expect(results.filter((each) => each.verdict === "failed")).toEqual([]);
      expect([...refusals(results).keys()].sort()).toEqual(REFUSED);
      expect(results.filter((each) => each.verdict === "passed").length).toBeGreaterThanOrEqual(1171);
      expect(countByScope(results).slice(0, 3)).toEqual([
        { scope: "plain ODE", passed: 828, refused: 0, failed: 0 },
        { scope: "events without delay or priority", passed: 143, refused: 0, failed: 0 },
        { scope: "events with delay or priority", passed: 200, refused: 0, failed: 0 },
      ]);
    });
  },
);
