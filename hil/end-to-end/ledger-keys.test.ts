/** `helix up` and its ledger: the passphrase of its key, and the emergency folder behind it. */
import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { whenAllIsOver } from "./testing/cleanup.ts";
import { temporaryFolder } from "./testing/folder.ts";
import { helix, startHelix } from "./testing/helix.ts";
import { verifiedLedger } from "./testing/ledger.ts";
import { biostatTable, writeHelixToml } from "./testing/plant.ts";

const UNUSED_PORT = 1;
const idle = biostatTable(UNUSED_PORT).replace("\n\n", "\nauto_connect = false\n\n");
const PASSPHRASE = { HELIX_LEDGER_PASSPHRASE: "tulip" };

/** Starts and ends HELIX once. */
async function upOnce(cwd: string, env: Readonly<Record<string, string>> = {}) {
  const up = startHelix(["up"], { cwd, env });
  await up.said(/Ctrl-C stops/);
  up.interrupt();
  return up.ended;
}

/** Types and events of the records found. */
async function search(cwd: string, ...options: string[]) {
  const { code, stdout } = await helix(["ledger", "search", "ledger", "--json", ...options], { cwd });
  expect(code).toBe(0);
  const found = JSON.parse(stdout) as { records: { origin: string; event: Record<string, unknown> }[] };
  return found.records;
}

test("a passphrase in the environment seals the ledger's key; a wrong one, or none, opens nothing", async () => {
  const cwd = await temporaryFolder();
  await writeHelixToml(cwd, idle);
  expect((await upOnce(cwd, PASSPHRASE)).code).toBe(0);
  const key = await readFile(join(cwd, "ledger", "ledger.key"), "utf8");
  expect(key).toMatch(/^helix-ledger-key\/1 scrypt aes-256-gcm\n/);
  expect(key).not.toContain("tulip");
  for (const env of [{}, { HELIX_LEDGER_PASSPHRASE: "rose" }]) {
    const { code, stderr } = await helix(["up"], { cwd, env });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/^helix: ledger \S+ stays shut: .*; nothing was changed\n$/),
    });
  }
  expect((await upOnce(cwd, PASSPHRASE)).code).toBe(0);
  expect(await verifiedLedger("ledger", { cwd })).toMatchObject({ verdict: "CLEAN" });
});

test("records of helix up say who started it at which machine, and that the plant is physical", async () => {
  const cwd = await temporaryFolder();
  await writeHelixToml(cwd, idle);
  await upOnce(cwd);
  const [started] = await search(cwd, "--what", "RUNTIME_STARTED");
  expect(started).toMatchObject({
    origin: "physical",
    event: {
      actor: { id: expect.stringMatching(/^account:./), role: "service", station: hostname() },
      origin: "physical",
    },
  });
});

test("a disk that fails under helix up: the stop goes into the emergency folder, and is merged at the next start", async ({
  skip,
}) => {
  const cwd = await temporaryFolder();
  const config = await writeHelixToml(cwd, idle);
  const text = await readFile(config, "utf8");
  await writeFile(config, text.replace('"ledger"', '"ledger"\nemergency_folder = "emergency"'));
  const up = startHelix(["up"], { cwd });
  await up.said(/Ctrl-C stops/);
  const failing = await failSyncs(up.pid, join(cwd, "ledger", "seg-0000-00000000.hlx"));
  if (!failing) return skip("needs strace and the right to trace, apt-get install strace");
  up.interrupt();
  const { code, stderr } = await up.ended;
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringMatching(/ledger \S+ takes no more records: .*EIO.*\n.*acknowledged before is safe/),
  });
  expect(await verifiedLedger("emergency", { cwd })).toMatchObject({ verdict: "CLEAN" });

  expect((await upOnce(cwd)).code).toBe(0);
  const merged = await search(cwd, "--what", "EMERGENCY_MERGED,DEVIATION");
  expect(merged.map(({ event }) => event)).toMatchObject([
    {
      type: "DEVIATION",
      mandatory: true,
      description: expect.stringContaining("the ledger was unavailable"),
    },
    { type: "EMERGENCY_MERGED", reason: expect.stringContaining("EIO") },
  ]);
  // The refused record may be on the medium or not: it is in the ledger once, either way.
  const stops = await search(cwd, "--what", "RUNTIME_STOPPED,EMERGENCY_RECORD");
  expect(stops).toHaveLength(2);
  expect(await verifiedLedger("ledger", { cwd })).toMatchObject({ verdict: "CLEAN" });
});

test("when the emergency folder fails too, the record is told on standard error, whole", async ({ skip }) => {
  const cwd = await temporaryFolder();
  const config = await writeHelixToml(cwd, idle);
  const text = await readFile(config, "utf8");
  await writeFile(config, text.replace('"ledger"', '"ledger"\nemergency_folder = "emergency"'));
  const up = startHelix(["up"], { cwd });
  await up.said(/Ctrl-C stops/);
  const files = ["ledger", "emergency"].map((folder) => join(cwd, folder, "seg-0000-00000000.hlx"));
  if (!(await failSyncs(up.pid, ...files)))
    return skip("needs strace and the right to trace, apt-get install strace");
  up.interrupt();
  const { code, stderr } = await up.ended;
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringMatching(
      /^helix: neither the ledger nor its emergency log takes this safety record \(.*EIO.*\): [0-9a-f-]{36} \{"type":"RUNTIME_STOPPED","reason":"[^"]+"\}$/m,
    ),
  });
  expect((await upOnce(cwd)).code).toBe(0);
});

/** Every later datasync of the files fails. False where processes cannot be traced. */
async function failSyncs(pid: number, ...files: string[]): Promise<boolean> {
  const inject = [
    ...files.flatMap((file) => ["-P", file]),
    "-e",
    "trace=fdatasync",
    "-e",
    "inject=fdatasync:error=EIO",
  ];
  const tracer = spawn("strace", ["-f", "-p", `${pid}`, ...inject], { stdio: ["ignore", "ignore", "pipe"] });
  whenAllIsOver(() => void tracer.kill());
  return new Promise((resolve) => {
    let said = "";
    tracer.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (/attached/.test(said)) resolve(true);
    });
    tracer.once("error", () => resolve(false));
    tracer.once("close", () => resolve(false));
  });
}
