import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type InstrumentConfig, ProblemsError, readHelixConfig } from "@helix/config";
import type { DriverContext } from "@helix/hal";
import { createSystemPlatform } from "@helix/platform";
import { afterAll, expect, test } from "vitest";
import { DriverLoadError, type ImportedCode } from "./driver-host.ts";
import { createInProcessHost } from "./in-process-host.ts";

const folder = mkdtempSync(join(tmpdir(), "helix-loader-"));
afterAll(() => rmSync(folder, { recursive: true }));
const host = createInProcessHost(createSystemPlatform().disk);

const SCHEMA = `{ "~standard": { version: 1, vendor: "by-hand", validate: (value) =>
  typeof value.host === "string" ? { value } : { issues: [{ message: "a host name is needed", path: ["host"] }] } } }`;
const manifest = (fields: string) =>
  `export const helixDriverManifest = { abiVersion: 4, driverName: "d", driverVersion: "1.0.0", supportedModels: [],
     minHelixVersion: "0.1.0", configSchema: ${SCHEMA}, destroyInstance: async () => { globalThis.destroyed = true; }, ${fields} };`;
const instance = (capabilities: string) => `createInstance: () => ({ capabilities: ${capabilities} })`;
const NOTHING = "{ streamsTelemetry: false, acceptsCommands: false, supportsCalibration: false }";

/** Loads a driver of this source, configured by this text. */
async function load(name: string, source: string | undefined, config = 'host = "h"') {
  if (source !== undefined) writeFileSync(join(folder, `${name}.mjs`), source);
  const toml = `[instruments.brx]\ndriver_library = "./${name}.mjs"\n[instruments.brx.config]\n${config}\n`;
  const helix = await readHelixConfig(toml, join(folder, "helix.toml"));
  return host.load(
    helix.instruments[0] as InstrumentConfig,
    helix.source,
    {} as DriverContext,
    () => undefined,
  );
}

test("a driver is loaded with the BLAKE3 of its file, and ended through its manifest", async () => {
  const driver = await load("good", manifest(instance(NOTHING)));
  expect(driver.moduleHash).toMatch(/^[0-9a-f]{64}$/);
  await driver.destroy();
  expect((globalThis as { destroyed?: boolean }).destroyed).toBe(true);
});

test("instruments of one driver read its code once, and each is admitted for itself", async () => {
  writeFileSync(join(folder, "shared.mjs"), manifest(instance(NOTHING)));
  const { disk } = createSystemPlatform();
  const reads: string[] = [];
  const readFile = (path: string) => {
    reads.push(path);
    return disk.readFile(path);
  };
  const counting = createInProcessHost({ ...disk, readFile });
  const driver = 'driver_library = "./shared.mjs"';
  const config = '[instruments.KEY.config]\nhost = "h"\n';
  const both = ["a", "b"].map((key) => `[instruments.${key}]\n${driver}\n${config.replace("KEY", key)}`);
  const helix = await readHelixConfig(both.join(""), join(folder, "helix.toml"));
  const asked: string[] = [];
  const imported: ImportedCode = new Map();
  for (const one of helix.instruments) {
    const admit = () => void asked.push(one.key);
    await counting.load(one, helix.source, {} as DriverContext, admit, imported);
  }
  expect(asked).toEqual(["a", "b"]);
  // Before it is imported and after: a change in between would be seen.
  expect(reads.filter((path) => path === join(folder, "shared.mjs"))).toHaveLength(2);
});

test.each<[string, string | undefined, string]>([
  ["missing", undefined, "there is no driver at"],
  ["no-manifest", "export const other = 1;", "does not export helixDriverManifest"],
  ["broken", "export const x = ;", "could not be loaded"],
  ["other-abi", manifest(`${instance(NOTHING)}, abiVersion: 3`), "is built for HAL ABI 3"],
])("%s: one clear problem at driver_library", async (name, source, message) => {
  const failure = await load(name, source).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ProblemsError);
  expect((failure as ProblemsError).problems).toMatchObject([
    { line: 2, column: 18, message: expect.stringContaining(message), expected: expect.any(String) },
  ]);
});

test("the nearest module beside a misspelt one is suggested", async () => {
  await load("sartorius", manifest(instance(NOTHING)));
  const failure = await load("sartorus", undefined).catch((error: unknown) => error);
  expect(failure).toMatchObject({ problems: [{ suggestion: join(folder, "sartorius.mjs") }] });
});

test("a driver that boasts is refused, with what it does not implement", async () => {
  const boastful = "{ streamsTelemetry: true, acceptsCommands: false, supportsCalibration: false }";
  const failure = await load("boastful", manifest(instance(boastful))).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(DriverLoadError);
  expect((failure as DriverLoadError).message).toBe(
    "driver d declares capabilities that it does not implement: channels, streamTelemetry, streamingStats",
  );
  expect((failure as DriverLoadError).advice).not.toBe("");
});

test("what is wrong in the driver's own settings has file, line and column", async () => {
  const failure = await load("settings", manifest(instance(NOTHING)), "host = 7").catch(
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(ProblemsError);
  expect((failure as ProblemsError).problems).toMatchObject([
    { line: 4, column: 8, message: expect.stringContaining("a host name is needed") },
  ]);
});
