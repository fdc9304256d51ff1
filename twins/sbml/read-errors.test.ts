import { describe, expect, test } from "vitest";
import { SbmlError, SbmlRefusal } from "./sbml-error.ts";
import { applied, assignmentRule, leaf, math, parameter, rateRule, sbml, TIME } from "./testing/sbml-text.ts";
import { readSbml } from "./twin-of.ts";

function errorOf(text: string): SbmlError {
  try {
    readSbml(text, "m.xml");
  } catch (error) {
    if (error instanceof SbmlError) return error;
    throw error;
  }
  throw new Error("no error");
}

const SBML3 = "http://www.sbml.org/sbml/level3/version2/core";
const reaction = (inside: string, attributes = "") =>
  sbml({
    compartments: '<compartment id="c" spatialDimensions="3" size="1" constant="true"/>',
    species:
      '<species id="S" compartment="c" initialAmount="1" hasOnlySubstanceUnits="false" boundaryCondition="false" constant="false"/>',
    reactions: `<reaction id="r" ${attributes}>${inside}</reaction>`,
  });
const event = (inside: string, parameters = parameter("p", 1)) =>
  sbml({ parameters, events: `<event>${inside}</event>` });
const trigger = `<trigger>${math(applied("gt", TIME, 1))}</trigger>`;

describe("what is wrong is one line, with its place", () => {
  test.each<[string, string, string]>([
    ["no XML", "PK\u0003\u0004", "m.xml:1:3: not well-formed XML: disallowed character."],
    ["a tag left open", "<sbml><model></sbml>", "m.xml:1:20: not well-formed XML: unexpected close tag."],
    [
      "a document type",
      '<!DOCTYPE sbml [<!ENTITY a "b">]><sbml/>',
      "m.xml:1:33: a document type (<!DOCTYPE>) has no place in SBML: remove it",
    ],
    [
      "other XML",
      "<html/>",
      "m.xml:1:1: this is not SBML: the root is <html>, not <sbml> in an SBML namespace",
    ],
    [
      "Level 1",
      '<sbml xmlns="http://www.sbml.org/sbml/level1" level="1" version="2"><model/></sbml>',
      "m.xml:1:1: SBML Level 1 Version 2 is not read: Level 2 Version 1 to 5 and Level 3 Version 1 and 2 are",
    ],
    [
      "a version to come",
      `<sbml xmlns="${SBML3}" level="3" version="3"><model/></sbml>`,
      "m.xml:1:1: SBML Level 3 Version 3 is not read: Level 2 Version 1 to 5 and Level 3 Version 1 and 2 are",
    ],
    ["no model", `<sbml xmlns="${SBML3}" level="3" version="2"/>`, "m.xml:1:1: the file holds no model"],
    [
      "an unknown name",
      sbml({ parameters: parameter("p", 1), rules: rateRule("p", leaf("q")) }),
      'm.xml:5:86: "q" is not defined',
    ],
    [
      "an unknown function",
      sbml({ parameters: parameter("p", 1), rules: rateRule("p", "<apply><ci>f</ci><ci>p</ci></apply>") }),
      'm.xml:5:86: function "f" is not defined',
    ],
    [
      "too many operands",
      sbml({ parameters: parameter("p", 1), rules: rateRule("p", applied("divide", 1, 2, 3)) }),
      "m.xml:5:86: <divide> does not take 3 operands",
    ],
    [
      "a rule for nothing",
      sbml({ rules: rateRule("p", leaf(1)) }),
      'm.xml:4:14: a rule sets "p", which is not declared',
    ],
    [
      "rules that need each other",
      sbml({
        parameters: parameter("a") + parameter("b"),
        rules: assignmentRule("a", leaf("b")) + assignmentRule("b", leaf("a")),
      }),
      "m.xml:3:1: these depend on each other: a -> b -> a",
    ],
    [
      "a name twice",
      sbml({ parameters: parameter("p", 1) + parameter("p", 2) }),
      'm.xml:4:65: "p" is declared twice',
    ],
    [
      "no number",
      sbml({ parameters: '<parameter id="p" value="many"/>' }),
      'm.xml:4:19: value="many" is not a number',
    ],
    [
      "an event on a ruled quantity",
      sbml({
        parameters: parameter("p"),
        rules: assignmentRule("p", leaf(1)),
        events: `<event>${trigger}<listOfEventAssignments><eventAssignment variable="p">${math(leaf(1))}</eventAssignment></listOfEventAssignments></event>`,
      }),
      'm.xml:6:241: an event sets "p", whose value a rule or a reaction gives',
    ],
  ])("%s", (_, text, message) => {
    const error = errorOf(text);
    expect(error).not.toBeInstanceOf(SbmlRefusal);
    expect(error.message).not.toContain("\n");
    expect(error.message).toBe(message);
    expect(error.message).toMatch(/^m\.xml:\d+:\d+: /);
  });
});

describe("what is not supported is refused by name", () => {
  const delay = `<apply><csymbol definitionURL="http://www.sbml.org/sbml/symbols/delay">d</csymbol><ci>p</ci><cn>1</cn></apply>`;
  const comp = 'xmlns:comp="http://www.sbml.org/sbml/level3/version1/comp/version1" comp:required="true"';
  test.each<[string, string]>([
    ["algebraic rule", sbml({ rules: `<algebraicRule>${math(leaf(1))}</algebraicRule>` })],
    ["fast reaction", reaction("", 'fast="true"')],
    ["delay (csymbol)", sbml({ parameters: parameter("p", 1), rules: rateRule("p", delay) })],
    ["package comp", sbml({ root: comp })],
    [
      "quantity without a value",
      sbml({ parameters: parameter("p") + parameter("q", 1), rules: rateRule("q", leaf("p")) }),
    ],
    ["timeUnits of <kineticLaw>", reaction(`<kineticLaw timeUnits="hour">${math(leaf(1))}</kineticLaw>`)],
    ["timeUnits of <event>", event(trigger).replace("<event>", '<event timeUnits="hour">')],
  ])("%s", (feature, text) => {
    const error = errorOf(text);
    expect(error).toBeInstanceOf(SbmlRefusal);
    expect((error as SbmlRefusal).feature).toBe(feature);
    expect(error.message).toMatch(/^m\.xml:\d+:\d+: .* is not supported/);
  });

  test("a package that need not be understood is left aside", () => {
    const layout =
      'xmlns:layout="http://www.sbml.org/sbml/level3/version1/layout/version1" layout:required="false"';
    expect(readSbml(sbml({ root: layout }), "m.xml").twin.name).toBe("m");
  });
});
