/** With runs that need no world. */
import type { FaultLine } from "@helix/run-record";
import { expect, test } from "vitest";
import { noTraceText } from "../expectations/run-verdict.ts";
import type { RunResult } from "../rigs/judge-run.ts";
import { runWithoutTraceless } from "./leave-out-traceless.ts";
import type { ScenarioData } from "./scenario-text.ts";

const start: ScenarioData = {
  scenario: "x",
  seed: 1,
  duration: "5 min",
  faults: ["own", "swarm-1", "swarm-2", "swarm-3"].map((id) => ({ id, inject: "drift", on: `a.${id}` })),
  expect: [{ within: "60 s", after: "swarm-2.end", status: "Streaming" }],
};

/** Runs in which the faults that are named leave no trace. */
function benchOf(traceless: readonly string[], failure?: string) {
  const runs: string[][] = [];
  const run = async ({ faults = [] }: ScenarioData): Promise<RunResult> => {
    runs.push(faults.map(({ id }) => String(id)));
    const lines = faults.map(({ id, inject, on }) => ({
      id,
      inject,
      on,
      receipt: traceless.includes(String(id)) ? undefined : { summary: "seen" },
    })) as unknown as FaultLine[];
    const missing = lines.find(({ receipt }) => !receipt);
    const summary = failure ?? (missing ? noTraceText(missing) : "All is well.");
    const end = { verdict: missing || failure ? "invalid" : "pass", summary };
    return { faults: lines, end } as unknown as RunResult;
  };
  return { runs, run };
}

test("drawn faults without a trace are left out, with what is expected of them, and the run is made again", async () => {
  const { run, runs } = benchOf(["swarm-1", "swarm-2"]);
  const { result, data, leftOut } = await runWithoutTraceless(start, run);
  expect(result.end.verdict).toBe("pass");
  expect(runs).toEqual([
    ["own", "swarm-1", "swarm-2", "swarm-3"],
    ["own", "swarm-3"],
  ]);
  expect(leftOut).toEqual(["drift on a.swarm-1", "drift on a.swarm-2"]);
  expect(data.expect).toEqual([]);
});

test("the scenario's own fault without a trace stays, and the run is invalid", async () => {
  const { run, runs } = benchOf(["own"]);
  const { result, leftOut } = await runWithoutTraceless(start, run);
  expect(result.end.verdict).toBe("invalid");
  expect([runs.length, leftOut]).toEqual([1, []]);
});

test("a bench that has failed is not run again with fewer faults", async () => {
  const { run, runs } = benchOf(["swarm-1"], "The bench failed: no room.");
  const { result } = await runWithoutTraceless(start, run);
  expect(result.end.summary).toBe("The bench failed: no room.");
  expect(runs).toHaveLength(1);
});
