/** A small scenario for tests, one line of which each test writes itself. */
import { formatProblems, ProblemsError } from "@helix/config";
import { SIMULATORS } from "@helix/simulators";
import type { KnownParts } from "../known-parts.ts";
import type { Plan } from "../plan.ts";
import { readScenario } from "../read-scenario.ts";

export const TEST_PARTS: KnownParts = {
  twins: new Map([
    [
      "cho-fed-batch",
      {
        states: new Map([
          ["viable_cell_density", "10*6{cells}/mL"],
          ["glucose", "mmol/L"],
        ]),
      },
    ],
  ]),
  simulators: new Map([
    [
      "sartorius-biostat",
      {
        protocols: ["opcua"],
        faults: SIMULATORS.get("sartorius-biostat")?.faults ?? [],
        twins: ["cho-fed-batch"],
      },
    ],
  ]),
  drivers: new Map([
    [
      "sartorius-biostat",
      {
        protocols: ["opcua"],
        channels: [
          { name: "dissolved_oxygen", unit: "%{airsat}", isWritable: true },
          { name: "temperature", unit: "Cel", isWritable: true },
          { name: "feed_rate", unit: "L/h", isWritable: true },
          { name: "glucose", unit: "mmol/L", isWritable: false },
        ],
      },
    ],
  ]),
};

export interface Entries {
  /** After the hyphen, on line 11; null for no schedule at all. */
  readonly schedule?: string | null;
  /** After the hyphen, on line 13. */
  readonly fault?: string;
  /** After the hyphen, on line 15. */
  readonly expect?: string;
}

const NOTHING = "{ at: 1 h, id: feed, command: { set: brx-07.feed_rate, to: 1 mL/h, rationale: feed } }";
const CUT = "{ id: cut, at: 5 h, for: 20 s, on: brx-07.link, inject: partition }";
const GAPS = "{ always: every-gap-is-recorded }";

const textOf = ({ schedule = NOTHING, fault = CUT, expect = GAPS }: Entries) =>
  `
scenario: cut
title: A cut
covers: []
seed: 7
duration: 12 h
plant:
  twin: cho-fed-batch
  instruments:
    brx-07: { simulator: sartorius-biostat, driver: sartorius-biostat, protocol: opcua, sample: 10 s }
${schedule === null ? "" : `schedule:\n  - ${schedule}\n`}faults:
  - ${fault}
expect:
  - ${expect}
`.trimStart();

export const readTestScenario = (entries: Entries, seed?: number): Plan =>
  readScenario(textOf(entries), "cut.yaml", TEST_PARTS, seed);

/** What a person sees, without source lines. */
export function problemsOf(entries: Entries): string {
  try {
    readTestScenario(entries);
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    return formatProblems(error.problems, new Map()).replaceAll("\n\n", "\n");
  }
  return "";
}
