import { expect, test } from "vitest";
import { formatProblems, ProblemsError } from "./problems.ts";

const sources = new Map([["helix.toml", 'a = 1\n[instruments.brx]\ndrop_polcy = "DropOldest"\r\n']]);
const problem = {
  file: "helix.toml",
  line: 3,
  column: 1,
  message: 'unknown key "drop_polcy"',
  expected: "one of: drop_policy",
  suggestion: "drop_policy",
};

test("a problem shows its place, what was expected, the nearest word and the line with a caret", () => {
  expect(formatProblems([problem], sources)).toBe(
    `helix.toml:3:1  unknown key "drop_polcy"
  expected one of: drop_policy
  did you mean drop_policy?
  3 | drop_polcy = "DropOldest"
    | ^`,
  );
});

test("colour only by request", () => {
  expect(formatProblems([problem], sources)).not.toContain("\x1b");
  expect(formatProblems([problem], sources, { colour: true })).toContain("\x1b[31m");
});

test("the caret stays under its column in a long line, and control characters do not reach the terminal", () => {
  const text = `${"x".repeat(300)}\x1b[2J${"y".repeat(300)}`;
  const shown = formatProblems([{ file: "f", line: 1, column: 305, message: "bad" }], new Map([["f", text]]));
  const [, excerpt, caret] = shown.split("\n");
  expect(shown).not.toContain("\x1b");
  expect(excerpt?.length).toBeLessThan(120);
  expect(excerpt?.[caret?.indexOf("^") ?? -1]).toBe("y");
  expect(excerpt?.[(caret?.indexOf("^") ?? 0) - 1]).toBe("J");
});

test("a file whose text is not at hand still gets its place and message", () => {
  expect(formatProblems([{ file: "gone.toml", line: 9, column: 2, message: "bad" }], sources)).toBe(
    "gone.toml:9:2  bad",
  );
});

test("the error's message has one line per problem", () => {
  expect(new ProblemsError([problem, problem]).message).toBe(
    'helix.toml:3:1: unknown key "drop_polcy"\nhelix.toml:3:1: unknown key "drop_polcy"',
  );
});
