/** Deaths of the runtime together with other trouble, and that a seed repeats them. */
import { expect, test } from "vitest";
import { described, FEED, LATER, run } from "./testing/restart-run.ts";
import { checkVirtualRun } from "./virtual-rig.ts";

const LIMIT = 600_000;

test("killed twice in one run, and with the connection cut meanwhile: each interruption is on record, from where it began", {
  timeout: LIMIT,
}, async () => {
  const entries = {
    schedule: [FEED.replace("60 s", "102 s")],
    faults: [
      "id: first, at: 72 h + 30 s, for: 25 s, on: runtime, inject: process-killed",
      "id: cut, at: 72 h + 100 s, for: 80 s, on: brx-07.link, inject: partition",
      "id: last, at: 72 h + 150 s, for: 45 s, on: runtime, inject: process-killed",
    ],
  };
  const { unmet, end, lines, records, receipt } = await run(entries);
  expect(unmet).toEqual([]);
  expect(end).toMatchObject({ verdict: "pass", gaps: 0 });
  expect(receipt("first")?.figures["connectionsLost"]).toBe(1);
  expect(receipt("last")).toBeDefined();
  expect(records("RUNTIME_STARTED")).toHaveLength(3);
  expect(records("RUNTIME_DIED")).toHaveLength(2);
  // The command met the cut link: its outcome was unknown before the second kill, and settled after it.
  expect(records("COMMAND_OUTCOME")).toMatchObject([{ outcome: "unknown" }]);
  expect(records("COMMAND_RESOLVED")).toMatchObject([{ executed: false }]);
  const interruptions = lines.filter((line) => line.kind === "interruption");
  expect(interruptions).toHaveLength(2);
  // The second one began when the connection was lost, not when the runtime died.
  const lost = lines.find((line) => line.kind === "status" && line.reason === "connection lost");
  expect(lost).toBeDefined();
  expect(Math.abs((interruptions[1]?.sinceS ?? 0) - (lost?.kind === "status" ? lost.t : 0))).toBeLessThan(1);
  expect(interruptions[1]?.sinceS).toBeLessThan(259_350);
  expect(interruptions[1]?.untilS).toBeGreaterThan(259_370);
  const report = await checkVirtualRun(await described(entries));
  expect(report.difference?.text).toBeUndefined();
  expect(report.second.traceHash).toBe(end.traceHash);
});

test("a command that falls due while the runtime is dead is not given, and not made up for", {
  timeout: LIMIT,
}, async () => {
  const { unmet, end, commands, lines, records } = await run({
    schedule: [FEED, LATER],
    faults: ["id: last, at: 72 h + 30 s, for: 45 s, on: runtime, inject: process-killed"],
  });
  expect(unmet).toEqual([]);
  expect(end.verdict).toBe("pass");
  expect(lines.filter((line) => line.kind === "unsent")).toMatchObject([
    { t: 259_260, scheduled: "feed", reason: "the runtime was killed" },
  ]);
  expect(commands).toMatchObject([{ scheduled: "later", outcome: "acknowledged" }]);
  expect(records("COMMAND_INTENT")).toHaveLength(1);
});

test("power cut of a disk whose syncs fail: what the ledger could not keep was refused, the restart goes on from what is durable", {
  timeout: LIMIT,
}, async () => {
  const { unmet, end, lines, records, receipt } = await run({
    schedule: [FEED, LATER],
    faults: [
      "id: bad, at: 72 h + 50 s, for: 20 s, on: runtime.disk, inject: fsync-error",
      "id: last, at: 72 h + 90 s, for: 45 s, on: runtime, inject: runtime-power-cut",
    ],
  });
  expect(unmet).toEqual([]);
  expect(end.verdict).toBe("pass");
  expect(receipt("bad")?.after).toBe("EIO");
  expect(receipt("last")?.after).toBe("without power");
  expect(lines.filter((line) => line.kind === "unsent")).toMatchObject([
    { scheduled: "feed", reason: expect.stringContaining("EIO") },
  ]);
  expect(records("COMMAND_INTENT")).toHaveLength(1);
});

test("killed after a sync that failed: the intent that was refused stands in the ledger, and has its fate", {
  timeout: LIMIT,
}, async () => {
  const { unmet, end, commands, lines, records } = await run({
    schedule: [FEED, LATER],
    faults: [
      "id: bad, at: 72 h + 50 s, for: 20 s, on: runtime.disk, inject: fsync-error",
      "id: last, at: 72 h + 90 s, for: 45 s, on: runtime, inject: process-killed",
    ],
  });
  expect(unmet).toEqual([]);
  expect(end.verdict).toBe("pass");
  expect(lines.filter((line) => line.kind === "unsent")).toMatchObject([{ scheduled: "feed", t: 259_260 }]);
  // What the system holds in its cache outlives the process: the next start finds the intent.
  expect(commands).toMatchObject([
    { scheduled: "feed", t: 259_260, outcome: "unknown", resolved: { executed: false } },
    { scheduled: "later", outcome: "acknowledged" },
  ]);
  expect(records("COMMAND_INTENT")).toHaveLength(2);
});
