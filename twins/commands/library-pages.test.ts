import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { LIBRARY, PARTS } from "../library/library.ts";
import { caller } from "./command-call.test-support.ts";
import { command as twin } from "./twin.ts";

const PAGES = join(import.meta.dirname, "..", "library", "pages");
/** Of a coordinate, px: what the last digit of a solver's error can move. */
const SAME_PLACE_PX = 0.25;

const { call, folder } = await caller();

describe.each(LIBRARY)("the page of %s", (name) => {
  const again = `helix twin show ${name} --page twins/library/pages/${name}.md`;
  const files = call(twin, "show", { model: name }, { page: `${name}.md` }).then(async () => {
    const both = (file: string) =>
      Promise.all([readFile(join(PAGES, file), "utf8"), readFile(join(folder, file), "utf8")]);
    return { page: await both(`${name}.md`), picture: await both(`${name}.svg`) };
  });

  test("is what the model makes of it today", async () => {
    const [kept, made] = (await files).page;
    expect(kept, `write it anew: ${again}`).toBe(made);
  });

  test("says of every mass balance that it holds, and gives every parameter its source or what it is", async () => {
    const [kept] = (await files).page;
    expect(kept.match(/\| holds \|/g)?.length).toBeGreaterThanOrEqual(3);
    expect(kept).not.toContain("BROKEN");
    const rows =
      kept
        .split("## Parameters")[1]
        ?.split("\n## ")[0]
        ?.match(/^\| `.*$/gm) ?? [];
    expect(rows.length).toBeGreaterThan(10);
    for (const row of rows) {
      const [, , value, unit, , text, source] = row
        .split(" | ")
        .map((cell) => cell.replaceAll(/^\||\|$/g, "").trim());
      expect(
        [value, unit, `${text}${source}`].every((cell) => cell !== ""),
        row,
      ).toBe(true);
    }
  });

  test("has a picture that shows the run of today", async () => {
    const [kept, made] = (await files).picture;
    const form = (svg: string) => svg.replaceAll(/-?\d+(?:\.\d+)?/g, "#");
    const numbers = (svg: string) => (svg.match(/-?\d+(?:\.\d+)?/g) ?? []).map(Number);
    expect(form(kept), `draw it anew: ${again}`).toBe(form(made));
    const today = numbers(made);
    const off = numbers(kept).map((value, i) => Math.abs(value - (today[i] ?? Number.NaN)));
    expect(
      off.reduce((most, one) => Math.max(most, one), 0),
      `draw it anew: ${again}`,
    ).toBeLessThan(SAME_PLACE_PX);
  });
});

describe.each(PARTS)("the page of part %s", (name) => {
  test("is what the part makes of it today", async () => {
    await call(twin, "show", { model: name }, { page: `${name}.md` });
    const [kept, made] = await Promise.all([
      readFile(join(PAGES, "parts", `${name}.md`), "utf8"),
      readFile(join(folder, `${name}.md`), "utf8"),
    ]);
    const again = `helix twin show ${name} --page twins/library/pages/parts/${name}.md`;
    expect(kept, `write it anew: ${again}`).toBe(made);
    expect(kept).not.toContain("BROKEN");
    const picture = kept.includes("](") ? readFile(join(PAGES, "parts", `${name}.svg`), "utf8") : undefined;
    expect(await picture).toEqual(picture && expect.stringContaining("<polyline"));
  });
});

test("a page that is not Markdown is refused", async () => {
  await expect(call(twin, "show", { model: "cho-fed-batch" }, { page: "cho.html" })).rejects.toThrow(
    "--page cho.html: the page is Markdown, and the picture lies beside it",
  );
});
