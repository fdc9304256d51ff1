/** FORMAT.md names every event, so that another team finds it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const text = (name: string) => readFileSync(join(import.meta.dirname, name), "utf8");

test("every type of event stands in the table of FORMAT.md", () => {
  const types = [...text("events.ts").matchAll(/readonly type: "([A-Z_]+)"/g)].map(([, type]) => type);
  expect(types.length).toBeGreaterThan(30);
  const rows = text("FORMAT.md")
    .split("\n")
    .filter((line) => /^\| [A-Z]+_?[A-Z_]+/.test(line));
  const named = new Set(rows.flatMap((row) => row.match(/\b[A-Z]+(_[A-Z]+)*\b/g) ?? []));
  expect(types.filter((type) => type !== undefined && !named.has(type))).toEqual([]);
});
