import { createSeededRandom } from "@helix/platform";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { FAULT_CATALOGUE } from "../faults/catalogue.ts";
import { knownParts } from "../parts.ts";
import type { KnownParts } from "../scenario/known-parts.ts";
import { readScenario } from "../scenario/read-scenario.ts";
import type { DeclaredFault } from "./declared-fault.ts";
import { drawFaults } from "./draw-faults.ts";
import { scenarioYaml } from "./scenario-text.ts";
import { drawnJob, drawnScenario, type SeededScenario } from "./seed-jobs.ts";
import { plantedScenario } from "./testing/planted-scenario.ts";

const LONG = plantedScenario("sartorius-biostat")
  .replace("duration: 5 min", "duration: 30 h")
  .replace(
    "  - { at: end, ledger: clean }\n",
    [
      "  - { at: end, ledger: clean }",
      "  - { within: 60 s, after: cut.end, instrument: brx-07, status: Streaming }",
      "  - { at: end, channel: brx-07.ph, between: [6, 8], unit: '[pH]' }",
      "",
    ].join("\n"),
  )
  .replace(
    "expect:",
    "faults:\n  - { id: cut, at: 80 h +- 2 h, for: 30 s, on: brx-07.link, inject: partition }\nexpect:",
  );
const SHORT = plantedScenario("sartorius-biostat");

let parts: KnownParts;
beforeAll(async () => {
  parts = await knownParts();
});

const seeded = (
  text: string,
  catalogue: ReadonlyMap<string, DeclaredFault> = FAULT_CATALOGUE,
): SeededScenario => ({
  text,
  file: "/plant/planted.yaml",
  parts,
  readPlan: (source, file, seed) => readScenario(source, file, parts, seed),
  catalogue,
  randomOf: createSeededRandom,
});
const seed = fc.integer({ min: 0, max: 2 ** 31 });

test("whatever the seed, the drawn scenario is in order, and reads back as the same plan", () => {
  fc.assert(
    fc.property(seed, fc.constantFrom(SHORT, LONG), (n, text) => {
      const job = drawnJob(n, seeded(text), "/campaign");
      const plan = readScenario(job.text, job.file, parts, n);
      expect(plan.faults.some(({ id }) => id.startsWith("swarm-"))).toBe(true);
      expect(readScenario(job.text, job.file, parts)).toEqual(plan);
    }),
    { numRuns: 60 },
  );
});

test("a drawn fault leaves alone what an expectation speaks of", () => {
  fc.assert(
    fc.property(seed, (n) => {
      const job = drawnJob(n, seeded(LONG), "/campaign");
      const plan = readScenario(job.text, job.file, parts, n);
      const cut = plan.faults.find(({ id }) => id === "cut");
      const swarm = plan.faults.filter(({ id }) => id !== "cut");
      expect(swarm.filter(({ on }) => on === "brx-07.ph")).toEqual([]);
      const end = cut?.endS ?? Number.NaN;
      expect(swarm.filter(({ beginS, endS }) => beginS < end + 60 && endS > end - 30)).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test("the same seed draws the same, another another, and each kind is off in some", () => {
  const drawn = (n: number) => scenarioYaml(drawnScenario(n, seeded(LONG)));
  expect(drawn(3)).toBe(drawn(3));
  expect(drawn(3).replaceAll("seed-3", "")).not.toBe(drawn(4).replaceAll("seed-4", ""));
  const swarms = Array.from({ length: 40 }, (_, n) => drawnScenario(n, seeded(LONG)).faults ?? []);
  for (const kind of ["partition", "drift"]) {
    const having = swarms.filter((faults) =>
      faults.some(({ id, inject }) => String(id).startsWith("swarm-") && inject === kind),
    );
    expect(having.length).toBeGreaterThan(0);
    expect(having.length).toBeLessThan(swarms.length);
  }
});

test("parameters keep to the catalogue's bounds and units; words are those it knows", () => {
  const declared: DeclaredFault = {
    name: "latency",
    target: "link",
    rigs: ["virtual"],
    parameters: {
      delay: { example: "200 ms", measure: { unit: "ms" }, min: 150, max: 260 },
      rate: { example: "64 By/s", measure: "data rate", min: 1 },
      side: { example: "both", measure: { words: ["both", "driver"] } },
    },
  };
  fc.assert(
    fc.property(seed, (n) => {
      const plan = readScenario(SHORT, "planted.yaml", parts, n);
      const catalogue = new Map([["latency", declared]]);
      for (const fault of drawFaults({ plan, parts, catalogue, random: createSeededRandom(n) })) {
        const [, delay] = /^([\d.]+) ms$/.exec(String(fault["delay"])) ?? [];
        expect(Number(delay)).toBeGreaterThanOrEqual(150);
        expect(Number(delay)).toBeLessThanOrEqual(260);
        expect(fault["rate"]).toMatch(/^[\d.]+ By\/s$/);
        expect(["both", "driver"]).toContain(fault["side"]);
      }
    }),
  );
});

test("a plant that no fault can befall draws none", () => {
  const plan = readScenario(SHORT, "planted.yaml", parts);
  const wireOnly: DeclaredFault = { name: "x", target: "link", parameters: {}, rigs: ["wire"] };
  const random = createSeededRandom(1);
  expect(drawFaults({ plan, parts, catalogue: new Map([["x", wireOnly]]), random })).toEqual([]);
});

test("a fault that touches nothing by itself meets a command; on a channel without a setpoint there is none", () => {
  const catalogue = new Map([...FAULT_CATALOGUE].filter(([, kind]) => kind.meets !== undefined));
  fc.assert(
    fc.property(seed, (n) => {
      const job = drawnJob(n, seeded(SHORT, catalogue), "/campaign");
      const plan = readScenario(job.text, job.file, parts, n);
      for (const { on, beginS, endS } of plan.faults) {
        expect(["brx-07.temperature", "runtime.disk"]).toContain(on);
        expect(plan.commands.some(({ atS }) => beginS <= atS && atS < endS)).toBe(true);
      }
    }),
    { numRuns: 60 },
  );
});
