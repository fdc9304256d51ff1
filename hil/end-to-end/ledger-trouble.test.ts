/** `helix up` when its ledger cannot be had, or cannot go on: one line, exit code 2, and the folder as it was. */
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "./testing/folder.ts";
import { helix, startHelix, survivors } from "./testing/helix.ts";
import { verifiedLedger } from "./testing/ledger.ts";
import { biostatTable, startPlant, WITH_PASSWORD, writeHelixToml } from "./testing/plant.ts";
import { mountSmallDisk } from "./testing/small-disk.ts";

const UNUSED_PORT = 1;
const idle = biostatTable(UNUSED_PORT).replace("\n\n", "\nauto_connect = false\n\n");

/** A folder with a helix.toml that connects nothing. */
async function idlePlant(): Promise<string> {
  const folder = await temporaryFolder();
  await writeHelixToml(folder, idle);
  return folder;
}

/** Every file in the folder, byte for byte. */
async function contentOf(folder: string): Promise<Record<string, string>> {
  const names = await readdir(folder);
  const files = names.map(async (name) => [name, (await readFile(join(folder, name))).toString("base64")]);
  return Object.fromEntries(await Promise.all(files));
}

/** Starts and ends HELIX once, so that there is a ledger. */
async function makeLedger(cwd: string): Promise<string> {
  const up = startHelix(["up"], { cwd });
  await up.said(/Ctrl-C stops/);
  up.interrupt();
  expect((await up.ended).code).toBe(0);
  return join(cwd, "ledger");
}

/** `helix up` is refused with this one line. */
async function expectRefusal(cwd: string, line: RegExp): Promise<void> {
  const up = startHelix(["up", "--json"], { cwd });
  const { code, stdout, stderr } = await up.ended;
  expect(stderr).toMatch(new RegExp(`^helix: ${line.source}\n$`));
  expect({ code, left: survivors(up.pid) }).toEqual({ code: 2, left: [] });
  expect(JSON.parse(stdout)).toMatchObject({ error: { kind: "invalid-input" }, exitCode: 2 });
}

test("in use: the second helix up names the process; the first goes on", async () => {
  const cwd = await idlePlant();
  const first = startHelix(["up"], { cwd });
  await first.said(/Ctrl-C stops/);
  await expectRefusal(
    cwd,
    new RegExp(
      `ledger ${join(cwd, "ledger")} is in use by process ${first.pid}; stop that one first, or choose another folder`,
    ),
  );
  expect(first.hasEnded).toBe(false);
  first.interrupt();
  expect((await first.ended).code).toBe(0);
  expect(await verifiedLedger("ledger", { cwd })).toMatchObject({ verdict: "CLEAN" });
});

test("not a ledger: what is in the folder stays untouched", async () => {
  const cwd = await idlePlant();
  await mkdir(join(cwd, "ledger"));
  await writeFile(join(cwd, "ledger", "notes.txt"), "mine");
  await expectRefusal(
    cwd,
    /\S+ is not a ledger: it holds notes\.txt and no ledger\.policy; name a ledger, .*/,
  );
  expect(await contentOf(join(cwd, "ledger"))).toEqual({
    "notes.txt": Buffer.from("mine").toString("base64"),
  });
});

test("one flipped byte: refused with the record and its place, nothing changed", async () => {
  const cwd = await idlePlant();
  const folder = await makeLedger(cwd);
  const segment = join(folder, "seg-0000-00000000.hlx");
  const bytes = await readFile(segment);
  const at = bytes.indexOf("RUNTIME_STARTED");
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await writeFile(segment, bytes);
  const damaged = await contentOf(folder);
  await expectRefusal(
    cwd,
    /ledger \S+ is damaged: CORRUPT at record 0, seg-0000-00000000\.hlx byte \d+: .*; nothing was changed, restore .*/,
  );
  expect(await contentOf(folder)).toEqual(damaged);
  expect(await verifiedLedger("ledger", { cwd })).toMatchObject({
    exitCode: 1,
    verdict: "CORRUPT",
    firstBad: { sequence: "0" },
  });
});

test("a folder that may not be written", async ({ skip }) => {
  skip(process.getuid?.() === 0, "root may write everywhere");
  const cwd = await idlePlant();
  const folder = await makeLedger(cwd);
  await chmod(folder, 0o500);
  await expectRefusal(cwd, /ledger \S+: permission is missing; run HELIX as the user who owns it, .*/);
  await chmod(folder, 0o700);
  expect(await verifiedLedger("ledger", { cwd })).toMatchObject({ verdict: "CLEAN" });
});

test("a read-only disk: with a ledger on it, and without", async ({ skip }) => {
  const cwd = await idlePlant();
  const disk = await mountSmallDisk(join(cwd, "disk"), 256);
  if (disk === undefined) return skip("only root can mount a file system");
  const config = join(cwd, "helix.toml");
  const text = await readFile(config, "utf8");
  await writeFile(config, text.replace('folder = "ledger"', 'folder = "disk/ledger"'));
  const up = startHelix(["up"], { cwd });
  await up.said(/Ctrl-C stops/);
  up.interrupt();
  await up.ended;
  disk.makeReadOnly();
  const readOnly = /ledger \S+: the file system is read-only; mount it for writing, or choose another folder/;
  await expectRefusal(cwd, readOnly);
  expect(await verifiedLedger("disk/ledger", { cwd })).toMatchObject({ verdict: "CLEAN" });
  await writeFile(config, text.replace('folder = "ledger"', 'folder = "disk/deep/new"'));
  await expectRefusal(cwd, readOnly);
});

test("the disk fills up: an alarm, measuring goes on, and what was acknowledged is safe", async ({
  skip,
}) => {
  const cwd = await temporaryFolder();
  const disk = await mountSmallDisk(join(cwd, "disk"), 256);
  if (disk === undefined) return skip("only root can mount a file system");
  const plant = await startPlant(cwd);
  const config = await writeHelixToml(cwd, biostatTable(plant.port));
  const text = await readFile(config, "utf8");
  await writeFile(config, text.replace('folder = "ledger"', 'folder = "disk/ledger"'));
  const up = startHelix(["up", "--json"], { cwd, env: WITH_PASSWORD });
  await up.said(/Streaming/);
  await disk.fill();
  // What follows wants to be on record.
  await plant.kill();
  await up.said(/ALARM .*disk\/ledger.*; commands are refused/);
  await startPlant(cwd, { port: plant.port });
  await up.said(/Streaming[^]*Streaming/);
  up.interrupt();
  const { code, stderr } = await up.ended;
  expect(stderr.match(/ALARM/g)).toHaveLength(1);
  expect(stderr).toMatch(
    /\nhelix: ledger .* takes no more records: ENOSPC.*\n {2}All that was acknowledged before is safe\.\n$/,
  );
  expect({ code, left: survivors(up.pid) }).toEqual({ code: 1, left: [] });
  const { verdict, records } = await verifiedLedger("disk/ledger", { cwd });
  expect(["CLEAN", "TORN_TAIL"]).toContain(verdict);
  expect(records).toBeGreaterThanOrEqual(3);
});

test("the disk of a run fills up: the run is invalid, and says why", async ({ skip }) => {
  const cwd = await temporaryFolder();
  const disk = await mountSmallDisk(join(cwd, "disk"), 400);
  if (disk === undefined) return skip("only root can mount a file system");
  const { SCENARIOS } = await import("./testing/stopped-run.ts");
  const { code, stdout, stderr } = await helix(
    ["run", join(SCENARIOS, "calm.yaml"), "--speed", "3600", "--json"],
    {
      cwd: disk.folder,
    },
  );
  expect(code).toBe(3);
  expect(stderr).toMatch(
    /INVALID {2}calm: the record could not be written \(.*record\.jsonl.*\); is the disk full\?\n$/,
  );
  expect(JSON.parse(stdout)).toMatchObject({ verdict: "invalid", cause: "bench" });
  expect(await verifiedLedger("runs/calm-1-1/ledger", { cwd: disk.folder })).toMatchObject({
    verdict: expect.stringMatching(/CLEAN|TORN_TAIL/),
  });
});
