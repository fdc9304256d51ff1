import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { faultParameters, KNOWN_WORDS } from "@helix/hil";
import { scenarioSchemaForEditors } from "@helix/scenarios";
import * as v from "valibot";
import { expect, test } from "vitest";
import { scenarioJsonSchema, storedSchema } from "./scenario-schema.ts";

const folder = fileURLToPath(new URL("../scenarios/", import.meta.url));
const library = readdirSync(folder).filter((name) => name.endsWith(".yaml"));

test("the schema that editors use is the one of the language: node tools/scenario-schema.ts writes it", () => {
  expect(storedSchema()).toEqual(JSON.parse(JSON.stringify(scenarioJsonSchema())));
});

test("it knows every fault of the catalogue with its parameters, and refuses keys that nothing reads", () => {
  const text = JSON.stringify(scenarioJsonSchema());
  for (const word of ["partition", "drift", "rate", "recipe", "ramp", "eventually"])
    expect(text).toContain(`"${word}"`);
  expect(scenarioJsonSchema()).toMatchObject({
    additionalProperties: false,
    required: expect.not.arrayContaining(["begin"]),
  });
});

/** What an editor would underline; the schema is made from this. */
const underlined = (expect: unknown) =>
  v.safeParse(v.pick(scenarioSchemaForEditors(faultParameters(), KNOWN_WORDS), ["expect"]), { expect })
    .success === false;

test.each([
  ["no expectation at all", []],
  ["an unknown invariant", [{ always: "every-gap-is-recored" }]],
  ["an unknown status", [{ within: "60 s", after: "begin", instrument: "brx-07", status: "Streming" }]],
])("an editor underlines %s", (_what, expectations) => {
  expect(underlined(expectations)).toBe(true);
});

test("and not what is right", () => {
  const status = { never: "brx-07", status: "FaultIsolated" };
  expect(
    underlined([{ always: "every-gap-is-recorded" }, { always: "no-leak", budget: { sockets: 1 } }, status]),
  ).toBe(false);
});

test.each(library)("%s names it, so that an editor finds it", (name) => {
  const [first] = readFileSync(`${folder}${name}`, "utf8").split("\n");
  expect(first).toBe("# yaml-language-server: $schema=scenario.schema.json");
});
