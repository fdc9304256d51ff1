import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { helix } from "./helix.test-support.ts";
import { snippetsOf } from "./snippets.ts";

const folder = mkdtempSync(join(tmpdir(), "helix-demo-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What differs from run to run on real sockets: figures, and how often a connection was tried. */
const shape = (line: string) => line.trim().replaceAll(/\d+(?:\.\d+)?/g, "N");

test("README: the demo prints what is shown, but for its figures", { timeout: 300_000 }, async () => {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
  const [shown] = snippetsOf(readme).filter(({ language }) => language === "text");
  const { code, stdout, stderr } = await helix(["demo", "--once"], folder);
  expect(code).toBe(0);
  const printed = new Set(`${stdout}\n${stderr}`.split("\n").map(shape));
  const missing = (shown?.text ?? "").split("\n").filter((line) => !printed.has(shape(line)));
  expect(missing).toEqual([]);
});
