import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { houseRuleViolations, readSourceTree, violationLine } from "./house-rules/index.ts";

/** A small house in which every rule is kept. */
const HOUSE = {
  "package.json": JSON.stringify({ name: "helix", devDependencies: { vitest: "1" } }),
  "runtime/hal/package.json": manifest("@helix/hal", []),
  "runtime/hal/index.ts": "export const ABI = 4;",
  "runtime/platform/package.json": manifest("@helix/platform", ["@helix/hal"]),
  "runtime/platform/index.ts":
    'import { ABI } from "@helix/hal"; import "node:net"; export const now = () => Date.now() + ABI;',
  "runtime/cli/package.json": manifest("@helix/cli", []),
  "runtime/cli/index.ts": "export const EXIT = 0;",
  "runtime/cli/main.ts": "export const args = process.argv;",
  "runtime/supervisor/package.json": manifest("@helix/supervisor", ["@helix/hal", "@helix/cli"]),
  "runtime/supervisor/index.ts": 'import type { ABI } from "@helix/hal"; export type T = typeof ABI;',
  "runtime/supervisor/commands/up.ts":
    'import { EXIT } from "@helix/cli"; import "../index.ts"; export const e = EXIT;',
  "drivers/opcua-generic/package.json": manifest("@helix/driver-opcua-generic", ["@helix/hal"]),
  "drivers/opcua-generic/index.ts": 'export { ABI } from "@helix/hal";',
  "drivers/biostat/package.json": manifest("@helix/driver-biostat", ["@helix/driver-opcua-generic"]),
  "drivers/biostat/index.ts": 'export * from "@helix/driver-opcua-generic";',
  "simulators/package.json": manifest("@helix/simulators", ["@helix/platform"]),
  "simulators/index.ts": 'export { now } from "@helix/platform";',
  "hil/package.json": manifest("@helix/hil", ["@helix/simulators", "@helix/driver-biostat"]),
  "hil/index.ts":
    'import "@helix/simulators"; export const driver = "@helix/driver-biostat"; export { a } from "./a.ts";',
  "hil/a.ts": "export const a = new Date(5);",
  "hil/a.test.ts": 'import { test } from "vitest"; test("", () => void setTimeout(() => Date.now(), 1));',
};

function manifest(name: string, dependencies: readonly string[], more: object = {}): string {
  const versions = Object.fromEntries(dependencies.map((dependency) => [dependency, "1"]));
  return JSON.stringify({ name, exports: "./index.ts", dependencies: versions, ...more }, null, 1);
}

const broken = (changes: Readonly<Record<string, string>>) =>
  houseRuleViolations(new Map(Object.entries({ ...HOUSE, ...changes }))).map(violationLine);

test("the small house keeps every rule", () => {
  expect(broken({})).toEqual([]);
});

test("this house keeps every rule", () => {
  const root = fileURLToPath(new URL("..", import.meta.url));
  expect(houseRuleViolations(readSourceTree(root)).map(violationLine)).toEqual([]);
});

describe("who may import whom", () => {
  const driver = manifest("@helix/driver-biostat", ["@helix/driver-opcua-generic", "@helix/simulators"]);
  const generic = 'export * from "@helix/driver-opcua-generic";\n';
  const forbidden = "drivers/biostat must not import simulators (@helix/simulators)";

  test.each([
    ["static", 'import "@helix/simulators";', 1],
    ["type", 'import type { now } from "@helix/simulators";', 1],
    ["named type", 'import { type now } from "@helix/simulators";', 1],
    ["export from", 'export { now } from "@helix/simulators";', 1],
    ["dynamic", 'export const s = () => import("@helix/simulators");', 31],
    ["type expression", 'export type S = import("@helix/simulators").now;', 24],
    ["require", 'const s = require("@helix/simulators");', 19],
    ["resolve", 'const s = import.meta.resolve("@helix/simulators");', 31],
  ])("a forbidden %s import is found", (_how, line, column) => {
    expect(
      broken({ "drivers/biostat/package.json": driver, "drivers/biostat/index.ts": generic + line }),
    ).toEqual([`drivers/biostat/index.ts:2:${column}: ${forbidden}`]);
  });

  test("a simulator must not import a driver", () => {
    expect(
      broken({
        "simulators/package.json": manifest("@helix/simulators", ["@helix/driver-biostat"]),
        "simulators/index.ts": 'export * from "@helix/driver-biostat";',
      }),
    ).toEqual([
      "simulators/index.ts:1:1: simulators must not import drivers/biostat (@helix/driver-biostat)",
    ]);
  });

  test("a generic driver must not import a maker's; nor one maker's another's", () => {
    expect(
      broken({
        "drivers/opcua-generic/package.json": manifest("@helix/driver-opcua-generic", [
          "@helix/driver-biostat",
        ]),
        "drivers/opcua-generic/index.ts": 'export * from "@helix/driver-biostat";',
      }),
    ).toEqual([
      "drivers/opcua-generic/index.ts:1:1: drivers/opcua-generic must not import drivers/biostat (@helix/driver-biostat)",
    ]);
  });

  test("only commands speak with the CLI", () => {
    expect(broken({ "runtime/supervisor/index.ts": 'import "@helix/hal"; import "@helix/cli";' })).toEqual([
      "runtime/supervisor/index.ts:1:22: runtime/supervisor must not import runtime/cli (@helix/cli)",
    ]);
  });

  test("a relative path does not cross a package's border", () => {
    expect(broken({ "hil/a.ts": 'export const a = 1; export * from "../simulators/index.ts";' })).toEqual([
      'hil/a.ts:1:21: relative path goes from hil into simulators, not by its name: "../simulators/index.ts"',
    ]);
    expect(broken({ "hil/a.ts": 'export const a = new URL("../x.ts", import.meta.url);' })).toEqual([
      'hil/a.ts:1:26: relative path leaves "../x.ts"',
    ]);
  });

  test("a package has the doors that it exports, and no others", () => {
    expect(broken({ "hil/a.ts": 'export const a = 1; import "@helix/simulators/private.ts";' })).toEqual([
      'hil/a.ts:1:21: @helix/simulators has no door "@helix/simulators/private.ts" (exports in simulators/package.json)',
    ]);
    expect(broken({ "hil/a.ts": 'export const a = 1; import "@helix/simulatrs";' })).toContain(
      "hil/a.ts:1:21: there is no package @helix/simulatrs",
    );
  });

  test("a new package must be put into the table", () => {
    expect(broken({ "plants/package.json": manifest("@helix/plants", []) })).toEqual([
      "plants/package.json:1:1: package plants is not in the import table (tools/house-rules/import-table.ts)",
    ]);
  });

  test("helix up reaches no bench, by whatever way", () => {
    const found = broken({
      "runtime/supervisor/package.json": manifest("@helix/supervisor", [
        "@helix/hal",
        "@helix/cli",
        "@helix/hil",
      ]),
      "runtime/supervisor/index.ts": 'import "@helix/hal";\nexport const rig = () => import("@helix/hil");',
    });
    expect(found).toContain(
      "runtime/supervisor/index.ts:2:33: helix up must not reach hil: runtime/supervisor/commands/up.ts -> runtime/supervisor/index.ts -> hil/index.ts",
    );
  });
});

describe("the outside world", () => {
  test.each([
    ["Date.now()", "Date.now is the outside world: use the Clock you are given"],
    ["new Date()", "Date() is the outside world: use the Clock you are given"],
    ["Date()", "Date() is the outside world: use the Clock you are given"],
    ["setTimeout(f, 1)", "setTimeout is the outside world: use the Clock you are given"],
    ["[1].map(setImmediate)", "setImmediate is the outside world: use the Clock you are given"],
    ["globalThis.setInterval(f, 1)", "setInterval is the outside world: use the Clock you are given"],
    ["performance.now()", "performance.now is the outside world: use the Clock you are given"],
    ["process.hrtime.bigint()", "process.hrtime is the outside world: use the Clock you are given"],
    ["Math.random()", "Math.random is the outside world: use the Random you are given"],
    ["globalThis.Math.random()", "Math.random is the outside world: use the Random you are given"],
    ["crypto.randomUUID()", "crypto.randomUUID is the outside world: use the Random you are given"],
    ["fetch(u)", "fetch is the outside world: use the Net you are given"],
    ["process.env", "process.env is the outside world: take it as an argument"],
  ])("%s is forbidden", (code, message) => {
    const [line] = broken({ "hil/a.ts": `export const a = ${code};` });
    expect(line).toMatch(/^hil\/a\.ts:1:\d+: /);
    expect(line).toContain(message);
  });

  test.each([
    ['import "node:net";', "node:net is the outside world: use the Net you are given"],
    [
      'import { readFile } from "node:fs/promises";',
      "node:fs/promises is the outside world: use the Disk you are given",
    ],
    ['import { readFile } from "fs";', "fs is the outside world: use the Disk you are given"],
    [
      'await import("node:child_process");',
      "node:child_process is the outside world: use startProcess of @helix/platform",
    ],
    [
      'import { randomBytes } from "node:crypto";',
      "node:crypto (randomBytes) is chance: use the Random you are given",
    ],
    ['import * as c from "node:crypto";', "node:crypto (*) is chance: use the Random you are given"],
  ])("%s is forbidden", (code, message) => {
    expect(broken({ "hil/a.ts": `export const a = 1; ${code}` }).join()).toContain(message);
  });

  test("what only looks like it is not", () => {
    expect(
      broken({
        "hil/a.ts": `import type { Socket } from "node:net"; import { createHash } from "node:crypto"; import { join } from "node:path";
          export const a = [new Date(0), clock.setTimeout(1), { setTimeout: 2 }, my.Date.now, Math.round(1), "Date.now()"];
          export interface Timers { setTimeout(ms: number): void } // Date.now()
          export class Timer { setTimeout() {} }`,
      }),
    ).toEqual([]);
  });

  test("the platform, tests and their helpers may reach for it", () => {
    const code = 'import "node:fs"; export const now = Date.now();';
    for (const file of [
      "hil/b.test.ts",
      "hil/b.test-support.ts",
      "hil/testing/b.ts",
      "hil/world/b.ts",
      "runtime/platform/b.ts",
    ]) {
      expect(broken({ [file]: code })).toEqual([]);
    }
    expect(broken({ "hil/contest.ts": code })).toHaveLength(2);
  });
});

describe("package.json and imports agree", () => {
  test("what is imported is a dependency", () => {
    expect(broken({ "hil/a.ts": 'export const a = 1;\nimport "yaml";\nimport "@scope/name/deep";' })).toEqual(
      [
        "hil/a.ts:2:1: yaml is not among the dependencies of hil/package.json",
        "hil/a.ts:3:1: @scope/name is not among the dependencies of hil/package.json",
      ],
    );
  });

  test("a dependency is imported", () => {
    expect(broken({ "runtime/hal/package.json": manifest("@helix/hal", ["left-over"]) })).toEqual([
      "runtime/hal/package.json:5:3: left-over is used nowhere",
    ]);
  });

  test("what tests alone use is a devDependency, and the other way round", () => {
    expect(
      broken({
        "hil/package.json": manifest("@helix/hil", ["@helix/simulators", "@helix/driver-biostat", "oracle"], {
          devDependencies: { yaml: "1" },
        }),
        "hil/a.test.ts": 'import "oracle"; import "vitest";',
        "hil/a.ts": 'import "yaml"; export const a = 1;',
      }),
    ).toEqual([
      "hil/a.ts:1:1: yaml is not among the dependencies of hil/package.json",
      "hil/package.json:7:3: oracle is used by tests alone: a devDependency",
      "hil/package.json:10:3: yaml is used by more than tests: a dependency",
    ]);
  });

  test("the lockfile knows what every package.json asks for", () => {
    const hal = { dependencies: { "hash-wasm": "^4.0.0" } };
    const lock = (packages: object) => JSON.stringify({ packages });
    const files = {
      "package.json": JSON.stringify({ devDependencies: { vitest: "1" } }),
      "runtime/hal/package.json": JSON.stringify({ name: "@helix/hal", exports: "./index.ts", ...hal }),
      "runtime/hal/index.ts": 'import "hash-wasm";',
    };
    const root = { devDependencies: { vitest: "1" } };
    const lines = (packages: object) =>
      houseRuleViolations(new Map(Object.entries({ ...files, "package-lock.json": lock(packages) }))).map(
        violationLine,
      );
    expect(lines({ "": root, "runtime/hal": hal })).toEqual([]);
    const behind =
      "package-lock.json:1:1: is behind runtime/hal/package.json: npm install --package-lock-only";
    expect(lines({ "": root })).toEqual([behind]);
    expect(lines({ "": root, "runtime/hal": { dependencies: { "hash-wasm": "^3.0.0" } } })).toEqual([behind]);
  });
});
