import * as v from "valibot";
import { expect, test } from "vitest";
import { problemsFromIssues } from "./schema-problems.ts";

const VALVE = v.strictObject({
  kind: v.literal("valve"),
  port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(8)),
});
const PUMP = v.strictObject({ kind: v.literal("pump"), rate: v.pipe(v.number(), v.minValue(0)) });
const SCHEMA = v.strictObject({
  name: v.string(),
  mode: v.optional(v.picklist(["batch", "fed-batch", "perfusion"])),
  parts: v.optional(v.array(v.variant("kind", [VALVE, PUMP]))),
  limits: v.optional(v.record(v.string(), v.tuple([v.number(), v.number()]))),
  step: v.optional(
    v.union([
      v.strictObject({ at: v.string(), set: v.string() }),
      v.strictObject({ every: v.string(), set: v.string() }),
    ]),
  ),
  flow: v.optional(v.pipe(v.string(), v.description("a number with its unit, such as `0.024 L/h`"))),
  code: v.optional(
    v.pipe(
      v.string(),
      v.check((s) => s.length === 3, "must have three letters"),
    ),
  ),
});

/** Problems with the path and part that they were located by, in place of a position. */
function problems(input: unknown) {
  const asked: string[] = [];
  const found = problemsFromIssues(
    SCHEMA,
    v.safeParse(SCHEMA, input).issues ?? [],
    (path, part) => {
      asked.push(`${part} of ${path.join(".") || "(root)"}`);
      return { line: asked.length, column: 1 };
    },
    "f",
  );
  return found.map(({ file, line, column, ...rest }) => ({ at: asked[line - 1], ...rest }));
}

test("every unknown key is named, with the keys that would do and the nearest of those not yet there", () => {
  expect(problems({ name: "a", mdoe: "batch", colour: 1 })).toEqual([
    {
      at: "key of mdoe",
      message: 'unknown key "mdoe"',
      expected: "one of: name, mode, parts, limits, step, flow, code",
      suggestion: "mode",
    },
    {
      at: "key of colour",
      message: 'unknown key "colour"',
      expected: "one of: name, mode, parts, limits, step, flow, code",
      suggestion: undefined,
    },
  ]);
});

test("a misspelt required key is one problem, not two", () => {
  expect(problems({ nmae: "a" }).map((p) => p.message)).toEqual(['unknown key "nmae"']);
});

test("a missing key is placed at the table that lacks it", () => {
  expect(problems({ name: "a", parts: [{ kind: "pump" }] })).toEqual([
    { at: "key of parts.0", message: '"rate" is missing in "parts.0"', expected: "a number of at least 0" },
  ]);
});

test("a wrong type says what stands there and what would do", () => {
  expect(problems({ name: 7 })).toEqual([
    { at: "value of name", message: "name is 7", expected: "text", suggestion: undefined },
  ]);
  expect(problems({ name: "a", parts: [{ kind: "valve", port: 9.5 }] })[0]).toMatchObject({
    message: "parts.0.port is 9.5",
    expected: "a whole number from 1 to 8",
  });
  expect(problems({ name: "a", limits: { ph: [1, "2"] } })).toEqual([
    {
      at: "value of limits.ph.1",
      message: 'limits.ph.1 is "2"',
      expected: "a number",
      suggestion: undefined,
    },
  ]);
  expect(problems([])).toEqual([
    { at: "value of (root)", message: "the file is a list", expected: "a table" },
  ]);
});

test("a wrong word gets the list and the nearest of it", () => {
  expect(problems({ name: "a", mode: "fedbatch" })).toEqual([
    {
      at: "value of mode",
      message: 'mode is "fedbatch"',
      expected: "one of: batch, fed-batch, perfusion",
      suggestion: "fed-batch",
    },
  ]);
  expect(problems({ name: "a", parts: [{ kind: "pmup", rate: 1 }] })).toEqual([
    {
      at: "value of parts.0.kind",
      message: 'parts.0.kind is "pmup"',
      expected: "one of: valve, pump",
      suggestion: "pump",
    },
  ]);
});

test("in a table of several forms the problem is told for the form it is nearest to", () => {
  expect(problems({ name: "a", step: { every: "1 h", sett: "x" } })).toEqual([
    {
      at: "key of step.sett",
      message: 'unknown key "sett"',
      expected: "one of: every, set",
      suggestion: "set",
    },
  ]);
});

test("the schema's own words come before ours", () => {
  expect(problems({ name: "a", flow: 5 })[0]?.expected).toBe("a number with its unit, such as `0.024 L/h`");
  expect(problems({ name: "a", code: "ab" })).toEqual([
    { at: "value of code", message: "code: must have three letters", expected: undefined },
  ]);
});
