import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { checkDriverConfig, readHelixConfig } from "@helix/config";
import { helixDriverManifest } from "@helix/driver-sartorius-biostat";
import { unitByUcum } from "@helix/hal";
import { afterAll, expect, test } from "vitest";
import { helix } from "./helix.test-support.ts";
import { pathsOf, snippetsOf } from "./snippets.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const folder = mkdtempSync(join(tmpdir(), "helix-documents-"));
afterAll(() => rmSync(folder, { recursive: true }));

const DOCUMENTS = markdownBelow(ROOT);

test("the documents that a newcomer needs are there", () => {
  const names = [
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "README.md",
    "drivers/ADDING-A-DRIVER.md",
    "runtime/ledger/FORMAT.md",
  ];
  expect(DOCUMENTS).toEqual(expect.arrayContaining(names));
});

test.each(DOCUMENTS)("%s: every path it names is there", (document) => {
  const missing = pathsOf(read(document)).filter(
    (path) =>
      !isNoPath(path) && ![ROOT, join(ROOT, dirname(document))].some((from) => existsSync(join(from, path))),
  );
  expect(missing).toEqual([]);
});

test("README: the configuration shown is one that HELIX takes", async () => {
  const [toml] = snippetsOf(read("README.md")).filter(({ language }) => language === "toml");
  const config = await readHelixConfig(toml?.text ?? "", join(ROOT, "helix.toml"));
  const [instrument] = config.instruments;
  if (instrument === undefined) throw new Error("the README shows no instrument");
  expect(existsSync(instrument.driverLibrary)).toBe(true);
  await checkDriverConfig(helixDriverManifest, instrument, config.source);
});

test("README: the commands shown run one after another, as they stand", { timeout: 600_000 }, async () => {
  symlinkSync(join(ROOT, "scenarios"), join(folder, "scenarios"));
  const lines = snippetsOf(read("README.md"))
    .filter(({ language }) => language === "sh")
    .flatMap(({ text }) => text.split("\n"))
    .filter((line) => line.startsWith("npx helix "));
  expect(lines.length).toBeGreaterThanOrEqual(4);
  for (const line of lines) {
    const { code, stderr } = await helix(wordsOf(line).slice(2), folder);
    expect(code, `${line}\n${stderr}`).toBe(0);
  }
});

test("README: the table of commands names each command of `helix --help`, and no other", async () => {
  const shown = [...read("README.md").matchAll(/^\| `helix ([a-z-]+(?: [a-z-]+)?)/gm)].map(
    ([, name]) => name,
  );
  const { stdout } = await helix(["--help"], folder);
  const offered = [...stdout.matchAll(/^ {2}([a-z][a-z-]*(?: [a-z-]+)?)(?: [[<].*?)? {2,}/gm)].map(
    ([, name]) => name,
  );
  expect(new Set(shown)).toEqual(new Set(offered));
});

/** As a shell takes them, for lines without more than single quotes. */
const wordsOf = (line: string): string[] =>
  (line.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replaceAll("'", ""));

/** Made by running, a package's name, or a unit such as `mmol/L`. */
function isNoPath(text: string): boolean {
  return text.startsWith("runs/") || text.startsWith("@") || unitByUcum(text) !== undefined;
}

function markdownBelow(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".md") && !/(^|\/)(node_modules|runs)\//.test(path))
    .map((path) => relative(root, join(root, path)))
    .toSorted();
}
