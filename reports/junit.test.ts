import type { ExpectationLine, RunRecordLine, Verdict } from "@helix/run-record";
import { expect, test } from "vitest";
import { renderJunit } from "./junit.ts";
import { readRecord } from "./read-record.ts";
import { sampleLines, toText } from "./sample-record.ts";
import { type Element, elementsNamed, parseXml } from "./test-support/well-formed.ts";

const lines = sampleLines().filter((line) => line.kind !== "sample");
const junit = (of: readonly RunRecordLine[]): Element => parseXml(renderJunit(readRecord(toText(of))));

/** What the suite says of itself, and what is in it. */
function counts(suite: Element | undefined): { said: unknown; found: unknown } {
  if (!suite) throw new Error("no suite");
  const figure = (name: string): number => Number(suite.attributes.get(name));
  return {
    said: ["tests", "failures", "errors", "skipped"].map(figure),
    found: ["testcase", "failure", "error", "skipped"].map((name) => elementsNamed(suite, name).length),
  };
}

test("one case per expectation and per fault receipt, and the counts agree", () => {
  const document = junit(lines);
  for (const suite of [document, elementsNamed(document, "testsuite")[0]]) {
    expect(counts(suite)).toEqual({ said: [7, 1, 0, 0], found: [7, 1, 0, 0] });
  }
  const failure = elementsNamed(document, "failure")[0];
  expect(failure?.attributes.get("type")).toBe("fail:driver");
  expect(failure?.attributes.get("message")).toContain("uncertain at 102:37:52");
  const classNames = elementsNamed(document, "testcase").map((c) => c.attributes.get("classname"));
  expect(new Set(classNames)).toEqual(
    new Set(["helix.partition-during-feed.expectation", "helix.partition-during-feed.fault-receipt"]),
  );
});

test("each verdict has its place: failure, error or skipped", () => {
  const verdicts: Verdict[] = ["pass", "fail", "invalid", "inconclusive", "not-run"];
  const expectations = lines.filter((line): line is ExpectationLine => line.kind === "expectation");
  const changed = lines.map((line) =>
    line.kind === "expectation"
      ? { ...line, verdict: verdicts[expectations.indexOf(line)] as Verdict }
      : line,
  );
  expect(counts(junit(changed)).found).toEqual([7, 1, 1, 2]);
  expect(counts(junit(changed)).said).toEqual([7, 1, 1, 2]);
});

test("a fault without a receipt is an error", () => {
  const document = junit(
    lines.map((line) => (line.kind === "fault" ? { ...line, receipt: undefined } : line)),
  );
  expect(elementsNamed(document, "error").length).toBe(2);
});

test("a run that failed before anything was judged is not green", () => {
  const bare = lines.filter(({ kind }) => kind === "run" || kind === "end");
  expect(counts(junit(bare)).found).toEqual([1, 1, 0, 0]);
});
