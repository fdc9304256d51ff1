/** Ctrl-C and SIGTERM of `helix up` beside a live instrument: sessions closed, ledger closed, in time. */
import { beforeAll, expect, test } from "vitest";
import { temporaryFolder } from "./testing/folder.ts";
import { startHelix, survivors } from "./testing/helix.ts";
import { verifiedLedger } from "./testing/ledger.ts";
import { biostatTable, startPlant, WITH_PASSWORD, writeHelixToml } from "./testing/plant.ts";
import { after, drawMoments } from "./testing/stopped-run.ts";
import { expectOrderlyEnd } from "./testing/stopped-up.ts";

const SEED = 20_260_106;
let folder: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  const plant = await startPlant(folder);
  await writeHelixToml(folder, biostatTable(plant.port));
});

test.each(drawMoments(SEED, { count: 8, fromMs: 100, toMs: 1300 }))(
  `Ctrl-C after %i ms (seed ${SEED})`,
  async (ms) => {
    const up = startHelix(["up"], { cwd: folder, env: WITH_PASSWORD });
    await after(ms);
    await expectOrderlyEnd(up, folder, "SIGINT");
  },
);

test.each(["SIGINT", "SIGTERM"] as const)("%s while it streams: the stop is on record", async (signal) => {
  const up = startHelix(["up"], { cwd: folder, env: WITH_PASSWORD });
  await up.said(/Streaming/);
  const before = await verifiedLedger("ledger", { cwd: folder });
  await expectOrderlyEnd(up, folder, signal);
  expect(up.stdout).toMatch(/streams stopped, sessions closed\nledger .* closed, (\d+) records\n$/);
  const now = await verifiedLedger("ledger", { cwd: folder });
  expect(now.records).toBeGreaterThan(before.records);
});

test("a second Ctrl-C ends at once; the next start finds the ledger whole", async () => {
  const up = startHelix(["up"], { cwd: folder, env: WITH_PASSWORD });
  await up.said(/Streaming/);
  up.interrupt();
  await after(400); // Closer together they are one key press.
  if (!up.hasEnded) up.interrupt();
  expect((await up.ended).code).toBeOneOf([0, 130]);
  expect(survivors(up.pid)).toEqual([]);
  expect((await verifiedLedger("ledger", { cwd: folder })).verdict).toMatch(/CLEAN|TORN_TAIL/);
  const next = startHelix(["up"], { cwd: folder, env: WITH_PASSWORD });
  await next.said(/Streaming/);
  await expectOrderlyEnd(next, folder, "SIGINT");
});

test("SIGKILL while it streams: no acknowledged record is lost, and the next start goes on", async () => {
  const up = startHelix(["up"], { cwd: folder, env: WITH_PASSWORD });
  await up.said(/Streaming/);
  // Read beside the writer: what it counts is durable.
  const before = await verifiedLedger("ledger", { cwd: folder });
  up.kill("SIGKILL");
  await up.ended;
  const left = await verifiedLedger("ledger", { cwd: folder });
  expect(left.verdict).toMatch(/CLEAN|TORN_TAIL/);
  expect(left.records).toBeGreaterThanOrEqual(before.records);
  const next = startHelix(["up"], { cwd: folder, env: WITH_PASSWORD });
  await next.said(/Streaming/);
  await expectOrderlyEnd(next, folder, "SIGINT");
});
