import { afterEach, expect, test } from "vitest";
import type { TestCase } from "vitest/node";
import { missingProgram, SkippedProgramsReporter } from "./skipped-programs-reporter.ts";

afterEach(() => {
  process.exitCode = undefined;
});

const skipped = (fullName: string, note?: string) =>
  ({ fullName, result: () => ({ state: "skipped", note }) }) as unknown as TestCase;

test("the reason is read from the suite's name or from the note", () => {
  const reason = "needs socat, apt-get install socat";
  expect(missingProgram(`serial (skipped: ${reason}) > echoes`, undefined)).toBe(reason);
  expect(missingProgram("echoes", `skipped: ${reason}`)).toBe(reason);
  expect(missingProgram("needs socat > echoes", "not today")).toBeUndefined();
});

test("each program is told once, with the number of its tests", () => {
  const lines: string[] = [];
  const reporter = new SkippedProgramsReporter((line) => lines.push(line), false);
  for (const name of ["a", "b"])
    reporter.onTestCaseResult(skipped(name, "skipped: needs tshark, apt-get install tshark"));
  reporter.onTestCaseResult(skipped("c", "another day"));
  reporter.onTestRunEnd();
  expect(lines).toEqual(["", "skipped: needs tshark, apt-get install tshark (2 tests)"]);
  expect(process.exitCode).toBeUndefined();
});

test("where every program is said to be there, a skip fails the run", () => {
  const reporter = new SkippedProgramsReporter(() => {}, true);
  reporter.onTestRunEnd();
  expect(process.exitCode).toBeUndefined();
  reporter.onTestCaseResult(skipped("a", "skipped: needs tshark, apt-get install tshark"));
  reporter.onTestRunEnd();
  expect(process.exitCode).toBe(1);
});
