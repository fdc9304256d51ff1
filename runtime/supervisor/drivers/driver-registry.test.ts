/** Which code of a driver may be loaded, and what its hash covers. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LedgerRecord } from "@helix/ledger";
import { createSystemPlatform } from "@helix/platform";
import { blake3 } from "hash-wasm";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { readDriverCode } from "./driver-code.ts";
import {
  type Registration,
  registrationOf,
  registrationProblem,
  takeRegistration,
} from "./driver-registry.ts";

const { disk } = createSystemPlatform();
const root = mkdtempSync(join(tmpdir(), "helix-registry-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const folder = join(root, "driver");
const module = join(folder, "index.mjs");
const write = (name: string, text: string) => {
  mkdirSync(join(folder, name, ".."), { recursive: true });
  writeFileSync(join(folder, name), text);
};
const hash = async () => (await readDriverCode(disk, module, module)).hash;

describe("the hash of a driver's code", () => {
  beforeEach(() => {
    rmSync(folder, { recursive: true, force: true });
    write("package.json", '{ "name": "d", "exports": "./index.mjs" }');
    write("index.mjs", "export const a = 1;");
    write("wire/codec.mjs", "export const b = 2;");
  });

  test("is the BLAKE3 of a listing that b3sum makes too", async () => {
    const lines = await Promise.all(
      [
        ["index.mjs", "export const a = 1;"],
        ["package.json", '{ "name": "d", "exports": "./index.mjs" }'],
        ["wire/codec.mjs", "export const b = 2;"],
      ].map(async ([name, text]) => `${await blake3(text ?? "")}  ${name}\n`),
    );
    expect(await hash()).toBe(await blake3(lines.join("")));
  });

  test.each([
    ["another byte in a module it imports", () => write("wire/codec.mjs", "export const b = 3;")],
    ["a file more", () => write("wire/extra.mjs", "")],
    [
      "another name",
      () => (rmSync(join(folder, "wire/codec.mjs")), write("wire/kodec.mjs", "export const b = 2;")),
    ],
    ["another entry in package.json", () => write("package.json", '{ "exports": "./index.mjs", "x": 1 }')],
  ])("changes with %s", async (_what, change) => {
    const before = await hash();
    change();
    expect(await hash()).not.toBe(before);
  });

  test("does not change with what is installed or hidden beside it", async () => {
    const before = await hash();
    write("node_modules/other/index.mjs", "1");
    write(".cache/x", "1");
    expect(await hash()).toBe(before);
  });

  test("covers the HELIX packages that the driver is built on, and not the contract", async () => {
    const dependencies = { "@helix/driver-base": "1", "@helix/hal": "1", other: "1" };
    write("package.json", JSON.stringify({ exports: "./index.mjs", dependencies }));
    const install = (name: string, text: string) => {
      write(`node_modules/${name}/package.json`, '{ "exports": { ".": "./index.mjs" } }');
      write(`node_modules/${name}/index.mjs`, text);
    };
    for (const name of Object.keys(dependencies)) install(name, "1");
    const before = await hash();
    for (const name of ["@helix/hal", "other"]) install(name, "2");
    expect(await hash()).toBe(before);
    install("@helix/driver-base", "2");
    expect(await hash()).not.toBe(before);
  });

  test("of a module that no package names is that of the file alone", async () => {
    const lone = join(root, "lone.mjs");
    writeFileSync(lone, "export {};");
    expect((await readDriverCode(disk, lone, lone)).hash).toBe(
      await blake3(`${await blake3("export {};")}  lone.mjs\n`),
    );
  });
});

describe("registration", () => {
  const code = { library: "/d", module: "/d", hash: "ab".repeat(32), folders: [] };
  const registered = (moduleHash: string, library = "/d") => {
    const into = new Map<string, Registration>();
    const fields = { library, driverName: "d", driverVersion: "1.0.0", abiVersion: 4, moduleHash };
    takeRegistration(
      { event: { type: "DRIVER_REGISTERED", ...fields }, sequence: 7n } as unknown as LedgerRecord,
      into,
    );
    return into;
  };

  test.each([
    ["nothing is registered and nothing asked for", new Map(), undefined, undefined],
    [
      "nothing is registered and it is demanded",
      new Map(),
      true,
      "is not registered (its code is abababababab)",
    ],
    ["another driver is registered", registered(code.hash, "/other"), undefined, "is not registered"],
    ["another driver is registered and nothing demanded", registered(code.hash, "/other"), false, undefined],
    ["this very code is registered", registered(code.hash), true, undefined],
    [
      "other code of it is registered",
      registered("cd".repeat(32)),
      undefined,
      "not the registered one: cdcdcdcdcdcd was registered in record 7, this is abababababab",
    ],
  ] as const)("%s", (_case, registrations, demanded, problem) => {
    const found = registrationProblem(code, registrations as ReadonlyMap<string, Registration>, demanded);
    if (problem === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(problem);
  });

  test("only the newest registration of a library vouches for its code", () => {
    const registrations = registered(code.hash);
    expect(registrationOf(code, registrations)?.sequence).toBe(7n);
    for (const [library, one] of registered("ef".repeat(32))) registrations.set(library, one);
    expect(registrationOf(code, registrations)).toBeUndefined();
  });
});
