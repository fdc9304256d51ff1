import { expect, test } from "vitest";
import type { JobLine } from "../job.ts";
import { stepTimes } from "./io-steps.ts";
import { coverageMatrix, matrixText, type PlannedBox } from "./matrix.ts";
import { matrixHtml } from "./matrix-html.ts";

const status = (t: number, name: string) =>
  ({ kind: "status", t, instrument: "brx-07", status: name, reason: undefined }) as const;
const STEPS = stepTimes(
  [
    status(100, "Connecting"),
    status(100.5, "Connected"),
    status(101, "Streaming"),
    { kind: "reached", t: 700, complete: true },
  ],
  "brx-07",
);
const line = {
  id: "cut-at-100",
  verdict: "fail",
  summary: 'It "hung" <here>.',
  replay: "helix run a.yaml --seed 1",
  leftOut: [] as readonly string[],
};
const BOXES: PlannedBox[] = STEPS.map(({ step, atS, reason }) => ({
  step,
  inject: "partition",
  jobId: atS === undefined ? undefined : step === "connect" ? line.id : "not-done",
  reason,
}));
const matrix = coverageMatrix(
  { scenario: "calm", seed: 1, instrument: "brx-07", steps: STEPS, faults: ["partition"] },
  BOXES,
  [line as JobLine],
);

test("steps are taken from the calm run's record; what it did not do has a reason", () => {
  expect(STEPS.map(({ step, atS }) => [step, atS])).toEqual([
    ["connect", 100],
    ["session", 100.5],
    ["subscription", 101],
    ["sample", undefined],
    ["write", undefined],
    ["read-back", undefined],
    ["health check", 131],
    ["disconnect", 700],
  ]);
  expect(STEPS.filter(({ atS }) => atS === undefined).every(({ reason }) => reason !== undefined)).toBe(true);
});

test("every box is there: tested, not done yet, or not testable with the reason", () => {
  expect(matrix.boxes.map(({ verdict }) => verdict)).toEqual(["fail", ...Array(7).fill("untested")]);
  expect(matrix.boxes.filter(({ verdict }) => verdict === "untested").every(({ reason }) => reason)).toBe(
    true,
  );
  expect(matrixText(matrix)).toContain("1 of 8 boxes tested");
  expect(matrixText(matrix)).toContain("2 x -  the scenario gives no command");
  expect(matrixText(matrix)).toContain("x ...  its run has not been done yet");
});

test("a fault that touched nothing has tested nothing", () => {
  const head = { scenario: "calm", seed: 1, instrument: "brx-07", steps: STEPS, faults: ["partition"] };
  const passed: JobLine = { ...(line as JobLine), verdict: "pass", leftOut: ["partition on brx-07.link"] };
  const { boxes, tested } = coverageMatrix(head, BOXES, [passed]);
  expect(boxes[0]).toMatchObject({ verdict: "untested", reason: "the fault touched nothing there" });
  expect(tested).toBe(0);
});

test("as HTML it stands alone, and what a run says is text", () => {
  const html = matrixHtml(matrix);
  expect(html).toContain("It &quot;hung&quot; &lt;here&gt;.");
  expect(html).not.toMatch(/<script|src=|href=/);
  expect(html.match(/<td /g)).toHaveLength(8);
});
