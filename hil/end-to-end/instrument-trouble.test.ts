/** `helix up` when an instrument cannot be reached, or does not let us in: told once per attempt, and tried again. */
import { existsSync } from "node:fs";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeAll, expect, test } from "vitest";
import { temporaryFolder } from "./testing/folder.ts";
import { type RunningHelix, startHelix, survivors } from "./testing/helix.ts";
import { verifiedLedger } from "./testing/ledger.ts";
import {
  biostatTable,
  type LivePlant,
  opcUaTable,
  PASSWORD_VARIABLE,
  startPlant,
  WITH_PASSWORD,
  writeHelixToml,
} from "./testing/plant.ts";

/** Nothing listens there; a port that was free a moment ago is somebody else's the next. */
const DEAD_PORT = 1;
let plantFolder: string;
let plant: LivePlant;

beforeAll(async () => {
  plantFolder = await temporaryFolder();
  plant = await startPlant(plantFolder);
}, 120_000);

let up: RunningHelix;
afterEach(() => {
  if (!up.hasEnded) up.kill("SIGKILL");
});

/** Ctrl-C: ends in order and in time, and leaves a whole ledger. */
async function stopInOrder(folder: string): Promise<string> {
  up.interrupt();
  const { code, stdout, stderr } = await up.ended;
  expect(stdout).toMatch(/streams stopped, sessions closed\nledger .* closed, \d+ records\n$/);
  expect({ code, stderr, left: survivors(up.pid) }).toEqual({ code: 0, stderr: "", left: [] });
  expect(await verifiedLedger(join(folder, "ledger"), { cwd: folder })).toMatchObject({
    exitCode: 0,
    verdict: "CLEAN",
  });
  return stdout;
}

const linesOf = (stdout: string, instrument: string) =>
  stdout.split("\n").filter((line) => line.startsWith(`${instrument}:`));

test("endpoint down: one line per attempt with the endpoint and the next step, the waits growing", async () => {
  const folder = await temporaryFolder();
  await writeHelixToml(folder, biostatTable(DEAD_PORT));
  up = startHelix(["up"], { cwd: folder, env: WITH_PASSWORD });
  await up.said(/attempt 3\)/);
  const [first, ...attempts] = linesOf(await stopInOrder(folder), "brx-07");
  expect(first).toBe("brx-07: Connecting");
  const attempt =
    /^brx-07: connection refused by \S+ at opc\.tcp:\/\/127\.0\.0\.1:(\d+): nothing listens there \(ECONNREFUSED\); start the server or correct the address; reconnect in ([\d.]+) s \(attempt (\d)\)$/;
  const told = attempts.map((line) => attempt.exec(line)?.slice(1).map(Number) ?? line);
  expect(told).toMatchObject([
    [DEAD_PORT, expect.any(Number), 1],
    [DEAD_PORT, expect.any(Number), 2],
    [DEAD_PORT, expect.any(Number), 3],
  ]);
  // 1 s doubling, each +-20 % and shown to a tenth.
  for (const [index, line] of told.entries()) {
    const wait = Number(line[1]);
    expect(wait).toBeGreaterThanOrEqual(0.8 * 2 ** index - 0.05);
    expect(wait).toBeLessThanOrEqual(1.2 * 2 ** index + 0.05);
  }
});

test("attempts used up: an alarm says so, once", async () => {
  const folder = await temporaryFolder();
  await writeHelixToml(folder, biostatTable(DEAD_PORT).replace("\n\n", "\nreconnect_retries = 1\n\n"));
  up = startHelix(["up"], { cwd: folder, env: WITH_PASSWORD });
  await up.said(/ALARM/);
  expect(linesOf(await stopInOrder(folder), "brx-07").slice(2)).toEqual([
    expect.stringMatching(
      /^brx-07: ALARM isolated until HELIX starts again or its driver is reloaded: gave up after 1 attempts?: connection refused by .* nothing listens there/,
    ),
  ]);
});

test("wrong password: which user, which variable; the password itself is nowhere", async () => {
  await writeHelixToml(plantFolder, biostatTable(plant.port));
  up = startHelix(["up"], { cwd: plantFolder, env: { [PASSWORD_VARIABLE]: "wrong horse" } });
  await up.said(/attempt 1\)/);
  const stdout = await stopInOrder(plantFolder);
  expect(linesOf(stdout, "brx-07")[1]).toMatch(
    /user name or password of "operator" not accepted \(BadUserAccessDenied .*\); check the variable HELIX_E2E_PASSWORD; reconnect in/,
  );
  expect(stdout).not.toContain("wrong horse");
});

test("missing password variable: named once, nothing is tried", async () => {
  await writeHelixToml(plantFolder, biostatTable(plant.port));
  up = startHelix(["up"], { cwd: plantFolder });
  await up.said(/ALARM/);
  expect(linesOf(await stopInOrder(plantFolder), "brx-07")).toEqual([
    "brx-07: Connecting",
    'brx-07: ALARM isolated until HELIX starts again or its driver is reloaded: invalid configuration for helix-sartorius-biostat: password_env_var: environment variable HELIX_E2E_PASSWORD is not set; set it to the password of user "operator"',
  ]);
});

test("untrusted server certificate: moved as the line says, the next attempt connects", async () => {
  const folder = await temporaryFolder();
  const stranger = await startPlant(folder, { trusted: false });
  await writeHelixToml(folder, biostatTable(stranger.port));
  up = startHelix(["up"], { cwd: folder, env: WITH_PASSWORD });
  const [, file = "", target = ""] = await up.said(
    /is not trusted; it lies in (.*\.pem): if it is the instrument's, move it to (.*); reconnect in/,
  );
  expect(target).toBe(join(folder, "pki/brx-07/trusted/certs"));
  expect(existsSync(file)).toBe(true);
  await rename(file, join(target, "instrument.pem"));
  await up.said(/Streaming/);
  await stopInOrder(folder);
});

test("wrong node id: which channel, which node, what the server says", async () => {
  const key = "brx-07";
  await writeHelixToml(plantFolder, opcUaTable(plant.endpoint, key, "ns=2;s=No.Such.Node"));
  up = startHelix(["up"], { cwd: plantFolder, env: WITH_PASSWORD });
  await up.said(/BadNodeIdUnknown/);
  const told = linesOf(await stopInOrder(plantFolder), key).filter((line) => line.includes("No.Such.Node"));
  expect(told).toHaveLength(1);
  expect(told[0]).toMatch(/channel_map.*ns=2;s=No\.Such\.Node.*BadNodeIdUnknown/);
});

test("one of two instruments is down: the other streams undisturbed", async () => {
  await writeHelixToml(
    plantFolder,
    biostatTable(DEAD_PORT, "gone", 'serial_number = "SIM-gone"'),
    biostatTable(plant.port, "brx-07", 'serial_number = "SIM-brx-07"'),
  );
  up = startHelix(["up", "--json"], { cwd: plantFolder, env: WITH_PASSWORD });
  await up.said(/brx-07: Streaming/);
  await up.said(/gone: .*attempt 2\)/);
  up.interrupt();
  const { code, stdout, stderr } = await up.ended;
  expect(code).toBe(0);
  expect(linesOf(stderr, "brx-07")).toEqual(["brx-07: Connecting", "brx-07: Connected", "brx-07: Streaming"]);
  const result = JSON.parse(stdout) as { instruments: { key: string; frames: number }[] };
  const frames = Object.fromEntries(result.instruments.map((i) => [i.key, i.frames]));
  expect(frames["gone"]).toBe(0);
  expect(frames["brx-07"]).toBeGreaterThan(0);
});

test("the instrument goes and comes back: told, reconnected, and streaming again", async () => {
  const folder = await temporaryFolder();
  const first = await startPlant(folder);
  await writeHelixToml(folder, biostatTable(first.port));
  up = startHelix(["up"], { cwd: folder, env: WITH_PASSWORD });
  await up.said(/Streaming/);
  await first.kill();
  await up.said(/connection lost to .*; reconnect in .* \(attempt 1\)/);
  await startPlant(folder, { port: first.port });
  await up.said(/Streaming[^]*Streaming/);
  await stopInOrder(folder);
});
