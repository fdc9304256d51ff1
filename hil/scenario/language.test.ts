/** scenarios/LANGUAGE.md shows what is so: its examples together are a scenario that can be run. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { scenarioSchemaForEditors } from "@helix/scenarios";
import * as v from "valibot";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { INVARIANTS } from "../expectations/invariants.ts";
import { faultParameters } from "../faults/catalogue.ts";
import { knownParts } from "../parts.ts";
import { knownWords } from "./known-words.ts";
import { readScenario } from "./read-scenario.ts";

const page = await readFile(
  fileURLToPath(new URL("LANGUAGE.md", import.meta.resolve("@helix/scenarios"))),
  "utf8",
);
const examples = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text]) => text).join("");
const HEAD = `
scenario: shown
title: What the page shows
covers: []
seed: 1
begin: 72 h
duration: 34 h
`.trimStart();

test("the examples of the page are a scenario, with any seed", async () => {
  for (const seed of [1, 2, 3]) {
    const plan = readScenario(HEAD + examples, "shown.yaml", await knownParts(), seed);
    expect(new Set(plan.commands.map(({ kind }) => kind))).toEqual(new Set(["setpoint", "mode"]));
    expect(plan.faults.map(({ id }) => id)).toEqual(["cut", "tardy", "unit", "full", "twice", "out"]);
    expect(plan).toMatchObject({ armed: [{ id: "late", mayNotCome: true }] });
    expect(new Set(plan.expectations.map(({ kind }) => kind)).size).toBe(9);
  }
});

test("an editor takes them too", async () => {
  const { schema } = scenarioSchemaForEditors(faultParameters(), knownWords(await knownParts()));
  const shape = v.safeParse(schema, parse(HEAD + examples));
  expect(shape.issues).toBeUndefined();
});

test("the page lists every invariant, and no other", () => {
  const table = page.slice(page.indexOf("| invariant "));
  expect([...table.matchAll(/^\| `([a-z-]+)` +\|/gm)].map(([, name]) => name)).toEqual([
    ...INVARIANTS.keys(),
  ]);
});
