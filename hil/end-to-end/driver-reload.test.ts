/** `helix driver ...` beside a running `helix up`: a live Biostat, and a driver whose code changes meanwhile. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "./testing/folder.ts";
import { helix, startHelix } from "./testing/helix.ts";
import { verifiedLedger } from "./testing/ledger.ts";
import { biostatTable, startPlant, WITH_PASSWORD, writeHelixToml } from "./testing/plant.ts";

/** Its version stands in a module of its own: what a driver imports must be new, too. */
async function writeDriver(folder: string, version: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, "package.json"),
    '{ "name": "d", "type": "module", "exports": "./index.mjs" }',
  );
  await writeFile(join(folder, "version.mjs"), `export const version = "${version}";\n`);
  await writeFile(
    join(folder, "index.mjs"),
    `import { version } from "./version.mjs";
const instance = {
  instrumentId: "maker:model:1", displayName: "d", status: { state: "Connected" },
  capabilities: { streamsTelemetry: false, acceptsCommands: false, supportsCalibration: false },
  driverInfo: { driverName: "d", driverVersion: version, driverAuthor: "t", supportedProtocols: [], minFirmwareVersion: "1" },
  connect: async () => {}, disconnect: async () => {},
  healthCheck: async () => ({ status: { state: "Connected" }, roundTripLatencyUs: 1, firmwareVersion: version,
    activeAlarms: [], diagnostics: new Map() }),
};
export const helixDriverManifest = {
  abiVersion: 4, driverName: "d", driverVersion: version, supportedModels: [], minHelixVersion: "0.1.0",
  configSchema: { "~standard": { version: 1, vendor: "t", validate: (value) => ({ value }) } },
  createInstance: () => instance, destroyInstance: async () => {},
};
`,
  );
}

test("a changed driver is refused until it is registered, then replaces the old one while the Biostat streams", async () => {
  const cwd = await temporaryFolder();
  const plant = await startPlant(cwd);
  await writeDriver(join(cwd, "driver"), "1.0.0");
  await writeHelixToml(cwd, biostatTable(plant.port), '[instruments.x]\ndriver_library = "./driver"\n');
  const driver = (...args: string[]) => helix(["driver", ...args], { cwd });
  const reload = (instrument: string) => driver("reload", "--instrument", instrument, "--reason", "bug fix");

  expect(await driver("register")).toMatchObject({ code: 2, stderr: expect.stringContaining("--reason") });
  const registered = await driver("register", "--reason", "certified");
  expect(registered.stdout).toMatch(
    /^helix-sartorius-biostat .* may be loaded: .*\nd 1\.0\.0 .* may be loaded: .*\n$/,
  );
  const up = startHelix(["up"], { cwd, env: WITH_PASSWORD });
  await up.said(/brx-07: Streaming/);
  await up.said(/x: Connected/);
  expect(up.stdout).not.toContain("nobody vouches");

  await writeDriver(join(cwd, "driver"), "1.1.0");
  expect(await reload("x")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("not the registered one"),
  });
  expect(await driver("register", "--reason", "version 1.1.0")).toMatchObject({ code: 0 });
  expect(await reload("x")).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/d 1\.0\.0 .* replaced by d 1\.1\.0/),
  });
  const { stdout } = await driver("list", "--json");
  expect(JSON.parse(stdout).instruments).toMatchObject([
    { instrument: "brx-07", state: "Active", onDisk: "Registered" },
    { instrument: "x", state: "Active", running: { version: "1.1.0" } },
  ]);
  // The real stack is ended and begun again, over a real connection.
  expect(await reload("brx-07")).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/now (Connected|Streaming)/),
  });
  expect(await reload("z")).toMatchObject({ code: 2, stderr: expect.stringContaining('no instrument "z"') });
  await up.said(/measuring again/);
  up.interrupt();
  expect((await up.ended).code).toBe(0);
  expect(await reload("x")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("no HELIX is running"),
  });

  expect(await verifiedLedger("ledger", { cwd })).toMatchObject({ verdict: "CLEAN" });
  const what =
    "CONNECTED,CONNECTION_LOST,DRIVER_RELOADED,DRIVER_RELOAD_REFUSED,TELEMETRY_INTERRUPTED,TELEMETRY_GAP,DEVIATION";
  const records = JSON.parse(
    (await helix(["ledger", "search", "ledger", "--what", what, "--json"], { cwd })).stdout,
  );
  const happened = records.records.map(
    ({ event }: { event: { type: string; instrument: string } }) => `${event.type} ${event.instrument}`,
  );
  expect(happened.slice(2)).toEqual([
    "DRIVER_RELOAD_REFUSED x",
    "DRIVER_RELOADED x",
    "CONNECTED x",
    "DRIVER_RELOADED brx-07",
    "CONNECTED brx-07",
    "TELEMETRY_INTERRUPTED brx-07",
  ]);

  await writeDriver(join(cwd, "driver"), "1.2.0");
  const refused = await helix(["up"], { cwd, env: WITH_PASSWORD });
  expect(refused).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("helix driver register --reason"),
  });
  const last = await helix(["ledger", "show", "ledger", "--last", "1"], { cwd });
  expect(last.stdout).toMatch(/DRIVER_REFUSED +x .*is not the registered one/);
});
