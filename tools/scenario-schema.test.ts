import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { faultParameters, knownParts, knownWords, readScenario } from "@helix/hil";
import { scenarioSchemaForEditors } from "@helix/scenarios";
import * as v from "valibot";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { scenarioJsonSchema, storedSchema } from "./scenario-schema.ts";

const folder = fileURLToPath(new URL("../scenarios/", import.meta.url));
const library = readdirSync(folder).filter((name) => name.endsWith(".yaml"));

test("the schema that editors use is the one of the language: node tools/scenario-schema.ts writes it", async () => {
  expect(storedSchema()).toEqual(JSON.parse(JSON.stringify(await scenarioJsonSchema())));
});

test("it knows every fault of the catalogue with its parameters, and refuses keys that nothing reads", () => {
  const text = JSON.stringify(storedSchema());
  for (const word of ["partition", "drift", "rate", "recipe", "ramp", "eventually"])
    expect(text).toContain(`"${word}"`);
  expect(storedSchema()).toMatchObject({
    additionalProperties: false,
    required: expect.not.arrayContaining(["begin"]),
  });
});

const parts = await knownParts();
/** What an editor would underline; the schema is made from this. */
const { schema } = scenarioSchemaForEditors(faultParameters(), knownWords(parts));
const underlined = (expect: unknown) => v.safeParse(v.pick(schema, ["expect"]), { expect }).success === false;

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

test.each(library)("%s has nothing that an editor underlines", (name) => {
  const { issues } = v.safeParse(schema, parse(readFileSync(`${folder}${name}`, "utf8")));
  expect(issues?.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`)).toBeUndefined();
});

const FILE = "partition-during-feed.yaml";
const SOUND = readFileSync(`${folder}${FILE}`, "utf8");

test.each([
  ["a misspelt fault", "inject: partition", "inject: partitoin"],
  ["a misspelt driver", "driver: sartorius-biostat", "driver: sartorius-biostadt"],
  ["a misspelt simulator", "simulator: sartorius-biostat", "simulator: biostat"],
  ["a misspelt protocol", "protocol: opcua", "protocol: opc-ua"],
  ["an unknown twin", "twin: cho-fed-batch", "twin: cho-fedbatch"],
  ["a time without its unit", "begin: 95 h", "begin: '95'"],
  ["a beginning left to chance", "begin: 95 h", "begin: 95 h +- 1 h"],
  ["a unit that is none", "duration: 5 h", "duration: 5 hours"],
  ["a command's unit that is none", "to: 0.0022 L/h", "to: 0.0022 litres"],
  ["a sum without blanks", "at: 96 h - 2 s", "at: 96 h-2 s"],
  ["a fault's parameter in a wrong unit", "rate: '-1.5 %{airsat}/h'", "rate: 1.5 %/parsec"],
  ["a duration of nothing", "duration: 5 h", "duration: 0 h"],
])("%s is refused in an editor as it is by the reader", (_what, right, wrong) => {
  expect(SOUND).toContain(right);
  const slip = SOUND.replace(right, wrong);
  expect(v.safeParse(schema, parse(SOUND)).success).toBe(true);
  expect(v.safeParse(schema, parse(slip)).success).toBe(false);
  expect(() => readScenario(slip, FILE, parts)).toThrow(/partition-during-feed\.yaml:\d+:\d+: /);
  expect(readScenario(SOUND, FILE, parts).scenario).toBe("partition-during-feed");
});
