/**
 * What a newcomer does: the sources of this working tree in an empty folder, whatever Node called
 * npm, and nothing installed. Takes a minute and needs the package registry.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const repository = fileURLToPath(new URL("..", import.meta.url));
let clone: string;

beforeAll(() => {
  clone = mkdtempSync(join(tmpdir(), "helix-clone-"));
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: repository,
    encoding: "utf8",
  });
  for (const file of new Set(listed.split("\0"))) {
    // A file that was deleted and not yet committed is listed too.
    if (file !== "" && existsSync(join(repository, file)))
      cpSync(join(repository, file), join(clone, file), { force: true });
  }
});
afterAll(() => rmSync(clone, { recursive: true, force: true }));

/** As from a newcomer's shell: no npm around it, no node_modules on the PATH. */
function call(command: string, args: readonly string[]) {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_|^VITEST|^NODE_/i.test(name)),
  );
  const path = (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => !folder.includes("node_modules"));
  return spawnSync(command, args, {
    cwd: clone,
    encoding: "utf8",
    env: { ...env, PATH: path.join(delimiter) },
    shell: process.platform === "win32",
  });
}

test("the first npm test installs everything and then runs on the pinned Node", () => {
  const first = call("npm", ["test", "--", "tools/setup.test.ts"]);
  expect(first.stderr).toContain("helix: first use, or the lockfile has changed: installing dependencies");
  // Among its tests is one that is passed only on the pinned Node.
  expect(first.stdout).toContain("setup.test.ts");
  expect(first.status).toBe(0);
});

test("the second has nothing to set up", () => {
  const second = call("npm", ["test", "--", "tools/setup.test.ts"]);
  expect(second.stderr).not.toContain("installing");
  expect(second.status).toBe(0);
});

test("npx helix is this helix", () => {
  const { stdout, status } = call("npx", ["--no-install", "helix", "--version"]);
  expect({ stdout, status }).toEqual({ stdout: "0.1.0\n", status: 0 });
});

test("helix called before anything is installed installs first", () => {
  rmSync(join(clone, "node_modules"), { recursive: true });
  const { stdout, stderr, status } = call("node", ["runtime/cli/bin/helix.mjs", "--version"]);
  expect(stderr).toContain("installing dependencies");
  expect({ stdout, status }).toEqual({ stdout: "0.1.0\n", status: 0 });
});
