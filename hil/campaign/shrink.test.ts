import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { knownParts } from "../parts.ts";
import type { KnownParts } from "../scenario/known-parts.ts";
import { readScenario } from "../scenario/read-scenario.ts";
import { type ScenarioData, scenarioData, scenarioYaml } from "./scenario-text.ts";
import { settleTimes } from "./settle-times.ts";
import { type Attempt, type Shrunk, shrink } from "./shrink.ts";
import { shrinkPasses } from "./shrink-passes.ts";
import { plantedScenario } from "./testing/planted-scenario.ts";

let parts: KnownParts;
beforeAll(async () => {
  parts = await knownParts();
});

const CAUSE = "fail, driver: always: every-gap-is-recorded";

/** A driver that fails when all of these faults are there; with others, for another reason. */
async function shrunkOf(
  start: ScenarioData,
  failsWith: (data: ScenarioData) => string | undefined,
  { mostRuns = 300, jobs = 1 } = {},
): Promise<Shrunk<ScenarioData> & { kept: (string | undefined)[] }> {
  const kept: (string | undefined)[] = [];
  const shrunk = await shrink({
    start,
    passes: shrinkPasses(CAUSE, start),
    keyOf: (data) => scenarioYaml(data),
    async attempt(data): Promise<Attempt> {
      try {
        readScenario(scenarioYaml(data), `${data.scenario}.yaml`, parts);
      } catch {
        return "unfit";
      }
      const cause = failsWith(data);
      // Worlds side by side end in any order.
      for (let turns = scenarioYaml(data).length % 5; turns > 0; turns--) await Promise.resolve();
      if (cause === CAUSE) kept.push(cause);
      return cause === CAUSE ? "same cause" : "other end";
    },
    mostRuns,
    jobs,
    onStep() {},
    signal: new AbortController().signal,
  });
  return { ...shrunk, kept };
}

const withFaults = (count: number): ScenarioData => {
  const text = plantedScenario("sartorius-biostat").replace("duration: 5 min", "duration: 9 h");
  const data = scenarioData(text);
  const faults = Array.from({ length: count }, (_, n) =>
    n % 2 === 0
      ? { id: `f${n}`, at: `72 h + ${613 + 1207 * n} s`, for: "77 s", on: "brx-07.link", inject: "partition" }
      : {
          id: `f${n}`,
          at: `72 h + ${613 + 1207 * n} s`,
          for: "77 s",
          on: "brx-07.ph",
          inject: "drift",
          rate: "-1.73 [pH]/h",
        },
  );
  return settleTimes(
    { ...data, faults },
    readScenario(scenarioYaml({ ...data, faults }), "planted.yaml", parts),
  );
};
const ids = (data: ScenarioData) => (data.faults ?? []).map(({ id }) => String(id));

describe("shrinking a scenario", () => {
  test("keeps exactly the faults that it takes, at round times, short, weak, in a short run", async () => {
    const start = withFaults(8);
    const { smallest, isMinimal } = await shrunkOf(start, (data) =>
      ["f2", "f5"].every((id) => ids(data).includes(id)) ? CAUSE : undefined,
    );
    expect(isMinimal).toBe(true);
    expect(ids(smallest)).toEqual(["f2", "f5"]);
    expect(smallest.schedule).toEqual([]);
    expect(smallest.expect).toEqual([{ always: "every-gap-is-recorded" }]);
    expect(smallest.faults?.map(({ for: forText }) => forText)).toEqual(["1 s", "1 s"]);
    expect(smallest.faults?.every(({ at }) => /^\d+ h$/.test(String(at)))).toBe(true);
    const plan = readScenario(scenarioYaml(smallest), "planted.yaml", parts);
    expect(plan.endS - plan.beginS).toBeLessThan(2 * 3600);
    expect(Math.abs(plan.faults[1]?.settings["ratePerHour"] ?? 9)).toBeLessThan(1.73);
  });

  test("never changes the cause, whatever fails and however few runs there are", async () => {
    const start = withFaults(6);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.constantFrom("f0", "f1", "f2", "f3", "f4", "f5"), { minLength: 1, maxLength: 3 }),
        fc.constantFrom("f0", "f3", undefined),
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 2, max: 5 }),
        async (needed, decoy, mostRuns, jobs) => {
          const failsWith = (data: ScenarioData) => {
            if (needed.every((id) => ids(data).includes(id))) return CAUSE;
            return decoy !== undefined && ids(data).includes(decoy) ? "fail, bench: other" : undefined;
          };
          const { smallest, runs, isMinimal } = await shrunkOf(start, failsWith, { mostRuns });
          expect(failsWith(smallest)).toBe(CAUSE);
          expect(runs).toBeLessThanOrEqual(mostRuns);
          // As many at a time as you like: it comes to the same.
          const aside = await shrunkOf(start, failsWith, { mostRuns, jobs });
          expect([scenarioYaml(aside.smallest), aside.runs, aside.isMinimal]).toEqual([
            scenarioYaml(smallest),
            runs,
            isMinimal,
          ]);
          // What stands at the end is in order.
          readScenario(scenarioYaml(smallest), "planted.yaml", parts);
        },
      ),
      { numRuns: 25 },
    );
  });

  test("is deterministic", async () => {
    const failsWith = (data: ScenarioData) => (ids(data).includes("f4") ? CAUSE : undefined);
    const first = await shrunkOf(withFaults(7), failsWith);
    const second = await shrunkOf(withFaults(7), failsWith);
    expect(scenarioYaml(second.smallest)).toBe(scenarioYaml(first.smallest));
    expect(second.runs).toBe(first.runs);
  });
});
