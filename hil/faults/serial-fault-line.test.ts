/** The fault line between two real pseudo-terminals: transparent, and every fault of it with its receipt. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SerialConnection } from "@helix/hal";
import { createSystemPlatform, missingForSerialPairs, startSerialPair } from "@helix/platform";
import { afterEach, describe, expect, test, vi } from "vitest";
import { faultKind } from "./catalogue.ts";
import { type SerialFaultLine, startSerialFaultLine } from "./serial-fault-line.ts";
import { planned } from "./testing.ts";

const LIMIT = { timeout: 20_000, interval: 5 };
const LINE = { baudRate: 19_200, dataBits: 8, parity: "even", stopBits: 1 } as const;
const platform = createSystemPlatform("serial-fault-line-test");
const opened: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

interface Bench {
  readonly line: SerialFaultLine;
  readonly device: SerialConnection;
  readonly driver: SerialConnection;
  /** What the driver has read. */
  readonly heard: number[];
}

async function bench(settings: { readonly isReal?: boolean } = {}): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), "serial-"));
  opened.push(() => rm(folder, { recursive: true, force: true }));
  const path = (name: string) => join(folder, name);
  const near = await startSerialPair(platform.clock, [path("device"), path("device-proxy")]);
  opened.push(() => near.close());
  const far = await startSerialPair(platform.clock, [path("driver"), path("driver-proxy")]);
  opened.push(() => far.close());
  const ends = { instrument: near.ends[1], driver: far.ends[1] };
  const line = await startSerialFaultLine(platform, ends, { ...LINE, ...settings });
  opened.push(() => line.close());
  const device = await platform.serial.open({ ...LINE, path: near.ends[0] });
  opened.push(() => device.close());
  const driver = await platform.serial.open({ ...LINE, path: far.ends[0] });
  opened.push(() => driver.close());
  const heard: number[] = [];
  void (async () => {
    for await (const bytes of driver.incoming) heard.push(...bytes);
  })().catch(() => {});
  return { line, device, driver, heard };
}

const COUNTING = Uint8Array.from({ length: 60 }, (_, i) => i);
const missing = missingForSerialPairs() === undefined ? undefined : "needs socat, apt-get install socat";

describe.skipIf(missing !== undefined)(`serial fault line${missing ? ` (skipped: ${missing})` : ""}`, () => {
  test("bytes pass as they are, no sooner than the baud rate lets them", async () => {
    const { line, device, heard } = await bench();
    const inForce = faultKind("latency").begin(planned("latency", { delay: "50 ms" }), { link: line });
    await device.write(COUNTING);
    await vi.waitFor(() => expect(heard).toEqual([...COUNTING]), LIMIT);
    const trace = await inForce.end(50);
    // 11 bits each.
    expect(trace?.figures["longestUs"]).toBeGreaterThanOrEqual(50_000 + (60 * 11 * 1e6) / 19_200);
  });

  test("a cut cable loses what is said meanwhile, and brings what is said later", async () => {
    const { line, device, heard } = await bench();
    const fault = planned("partition");
    const inForce = faultKind("partition").begin(fault, { link: line });
    await device.write(Uint8Array.of(1, 2, 3));
    await vi.waitFor(() => expect(line.passed).toBe(3), LIMIT);
    const trace = await inForce.end(50);
    await device.write(Uint8Array.of(4));
    await vi.waitFor(() => expect(heard).toEqual([4]), LIMIT);
    expect(trace).toMatchObject({ figures: { bytesLostToDriver: 3 } });
  });

  test.each([
    ["corrupt-bytes", { share: "50 %" }, /^one bit turned in \d+ bytes? of 60$/],
    ["loss", { share: "50 %" }, /^\d+ bytes? lost of 60$/],
    ["drip", { gap: "1 ms" }, /^60 bytes came one by one/],
    ["bandwidth", { rate: "300 By/s" }, /^60 bytes at 300 By\/s/],
  ])("%s leaves its receipt", async (inject, parameters, summary) => {
    const { line, device, heard } = await bench();
    const inForce = faultKind(inject).begin(planned(inject, parameters), { link: line });
    await device.write(COUNTING);
    await vi.waitFor(() => expect(line.passed).toBe(60), LIMIT);
    const trace = await inForce.end(50);
    expect(trace?.summary).toMatch(summary);
    expect(heard.length).toBeLessThanOrEqual(60);
  });

  test("no bit is turned on the way to a real instrument, and every byte from it has one turned", async () => {
    const { line, device, driver, heard } = await bench({ isReal: true });
    const told: number[] = [];
    void (async () => {
      for await (const bytes of device.incoming) told.push(...bytes);
    })().catch(() => {});
    const inForce = faultKind("corrupt-bytes").begin(planned("corrupt-bytes", { share: "100 %" }), {
      link: line,
    });
    await driver.write(COUNTING);
    await device.write(COUNTING);
    await vi.waitFor(() => expect([told.length, heard.length]).toEqual([60, 60]), LIMIT);
    expect(told).toEqual([...COUNTING]);
    const turned = heard.map((byte, i) => (byte ^ i).toString(2).replaceAll("0", "").length);
    expect(new Set(turned)).toEqual(new Set([1]));
    expect((await inForce.end(50))?.figures["corrupted"]).toBe(60);
  });

  test("a message is cut short once", async () => {
    const { line, device, heard } = await bench();
    const inForce = faultKind("truncated-message").begin(planned("truncated-message"), { link: line });
    await device.write(COUNTING);
    await vi.waitFor(() => expect(line.passed).toBeGreaterThan(0), LIMIT);
    const trace = await inForce.end(50);
    await vi.waitFor(
      () => expect(heard.length).toBeGreaterThanOrEqual(Number(trace?.figures["kept"])),
      LIMIT,
    );
    expect(Number(trace?.figures["kept"])).toBeLessThan(Number(trace?.figures["length"]));
  });
});
