import type { RunRecordLine } from "@helix/run-record";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renderJunit } from "../junit.ts";
import { readRecord } from "../read-record.ts";
import { sampleLines, toText } from "../sample-record.ts";
import { allElements, elementsNamed, parseXml, textOf } from "../test-support/well-formed.ts";
import { renderHtml } from "./report-page.ts";

const short = sampleLines().filter((line, index) => line.kind !== "sample" || index % 997 === 0);

describe("no text of a record breaks out", () => {
  /** Fields that hold free text; the others are checked when the record is read. */
  const FREE = new Set(
    "scenario title covers scenarioHash twin helixVersion node replay key instrumentId displayName driver simulator name unit instrument channel status reason errorKind message recovery id description rationale inject on summary before after driverSaw text expected actual evidence folder root checkpoint rate".split(
      " ",
    ),
  );
  const poisoned = (value: unknown, poison: string, field = ""): unknown => {
    if (typeof value === "string") return FREE.has(field) ? poison : value;
    if (Array.isArray(value)) return value.map((item) => poisoned(item, poison, field));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [
        name === "rate" || name === "bytesHeld" ? poison : name,
        poisoned(item, poison, name),
      ]),
    );
  };
  const attacks = [
    '<script>alert(1)</script>"><img src=x onerror=alert(1)>',
    "</style></title></script><script>alert(1)</script>",
    "' onmouseover='alert(1)",
    "]]><!--&lt;&#x3c;",
    "\u0000\u0008\u001b[31m\u202egpj.exe\ud800",
    "javascript:alert(1)",
    "line\r\nbreak\ttab",
    "toString",
  ];
  const hostile = fc.oneof(fc.constantFrom(...attacks), fc.string({ unit: "binary", minLength: 1 }));

  test("of HTML and JUnit: the same elements as ever, one script, no handler", () => {
    const shape = (text: string): string =>
      allElements(parseXml(text))
        .map(({ name, attributes }) => `${name} ${[...attributes.keys()].join(" ")}`)
        .filter((tag) => /script|style|handler| on|src/.test(tag))
        .join("\n");
    fc.assert(
      fc.property(hostile, (poison) => {
        const poisonedLines = short.map((line) => poisoned(line, poison) as RunRecordLine);
        const record = readRecord(toText(poisonedLines));
        const html = renderHtml(record);
        expect(shape(html)).toBe("style \nscript ");
        expect(html.match(/<script/gi)?.length).toBe(1);
        expect(shape(renderJunit(record))).toBe("");
      }),
      { numRuns: 60 },
    );
  });

  test("and it is shown as it is written", () => {
    const poisonedLines = short.map((line) => poisoned(line, attacks[0] ?? "") as RunRecordLine);
    const html = parseXml(renderHtml(readRecord(toText(poisonedLines))));
    expect(elementsNamed(html, "h1").map(textOf)).toEqual([attacks[0]]);
  });
});
