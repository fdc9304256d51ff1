/** Every fault of a serial cable, in a small virtual world: what it does to the bytes, and its receipt. */
import type { SerialConnection, SerialLine } from "@helix/hal";
import { expect, test } from "vitest";
import type { Cable, World } from "../../world/index.ts";
import { inWorld } from "../../world/testing/in-process.ts";
import { faultKind } from "../catalogue.ts";
import { planned } from "../testing.ts";
import { virtualCable } from "./virtual-serial-link.ts";

const LINE: SerialLine = { path: "/dev/ttyS0", baudRate: 9600, dataBits: 8, parity: "none", stopBits: 1 };

interface Bench {
  readonly world: World;
  readonly cable: Cable;
  readonly device: SerialConnection;
  /** What the driver has read, and when, ms. */
  readonly heard: { readonly ms: number; readonly bytes: readonly number[] }[];
}

/** The device says 100 bytes, each with its number, one message; under the fault if `inject` names one. */
async function under(
  inject: string | undefined,
  parameters = {},
  meanwhile?: (bench: Bench) => Promise<void>,
) {
  const { result } = await inWorld(async (world) => {
    const [far, near] = [world.addStation("device"), world.addStation("runtime")];
    const cable = world.serial.addCable(
      { host: far.host, path: LINE.path },
      { host: near.host, path: "/dev/ttyUSB0" },
    );
    const device = await far.platform.serial.open(LINE);
    const driver = await near.platform.serial.open({ ...LINE, path: "/dev/ttyUSB0" });
    const bench: Bench = { world, cable, device, heard: [] };
    void listen(bench, driver);
    const inForce = inject && faultKind(inject).begin(planned(inject, parameters), virtualCable(cable));
    const beginMs = world.seconds * 1000;
    await device.write(Uint8Array.from({ length: 100 }, (_, i) => i));
    await world.sleep(2000);
    await meanwhile?.(bench);
    const trace = inForce ? await inForce.end(50) : undefined;
    const bytes = bench.heard.flatMap((chunk) => chunk.bytes);
    return { trace, bytes, lastMs: (bench.heard.at(-1)?.ms ?? Number.NaN) - beginMs };
  });
  return result;
}

async function listen({ world, heard }: Bench, driver: SerialConnection): Promise<void> {
  try {
    for await (const bytes of driver.incoming) heard.push({ ms: world.seconds * 1000, bytes: [...bytes] });
  } catch {
    // Pulled out: the test looks at what came before.
  }
}

const COUNTING = Array.from({ length: 100 }, (_, i) => i);

test("a sound cable brings all bytes, in their time", async () => {
  const { bytes, lastMs } = await under(undefined);
  expect(bytes).toEqual(COUNTING);
  expect(lastMs).toBeCloseTo(1_000_000 / 9600 + 1, 1);
});

test("partition: bytes are lost, not held", async () => {
  const { trace, bytes } = await under("partition");
  expect(bytes).toEqual([]);
  expect(trace).toMatchObject({
    summary: "100 bytes lost on the cut cable",
    figures: { bytesLostToDriver: 100, bytesLostToInstrument: 0 },
  });
});

test("latency and jitter come on top of the bytes' own time, and the order stays", async () => {
  const late = await under("latency", { delay: "300 ms" });
  expect(late.lastMs).toBeCloseTo(1_000_000 / 9600 + 301, 1);
  expect(late.trace?.summary).toMatch(/^100 bytes took 3\d\d\.?\d* ms or longer$/);
  const jittered = await under("jitter", { spread: "80 ms" });
  expect(jittered.bytes).toEqual(COUNTING);
  expect(jittered.trace?.figures["longestUs"]).toBeGreaterThan(1_000_000 / 9.6 / 1000);
});

test("bandwidth and drip make every byte slower", async () => {
  expect((await under("bandwidth", { rate: "100 By/s" })).lastMs).toBeCloseTo(1001, 0);
  const dripped = await under("drip", { gap: "5 ms" });
  expect(dripped.lastMs).toBeCloseTo(1_000_000 / 9600 + 501, 0);
  expect(dripped.trace?.summary).toContain("100 bytes came one by one");
});

test("loss: bytes are lost for good; corrupt-bytes: single bits turn", async () => {
  const lost = await under("loss", { share: "20 %" });
  expect(lost.bytes.length).toBe(100 - Number(lost.trace?.figures["losses"]));
  expect(lost.bytes.length).toBeLessThan(100);
  expect(lost.trace?.summary).toMatch(/^\d+ bytes lost of 100$/);
  const corrupted = await under("corrupt-bytes", { share: "20 %" });
  const flips = corrupted.bytes.flatMap((byte, i) => (byte === i ? [] : [byte ^ i]));
  expect(corrupted.bytes).toHaveLength(100);
  expect(corrupted.trace?.figures["corrupted"]).toBe(flips.length);
  for (const flip of flips) expect(Math.log2(flip) % 1).toBe(0);
});

test("truncated-message: the rest of one message does not come", async () => {
  const { trace, bytes } = await under("truncated-message");
  expect(bytes).toEqual(COUNTING.slice(0, Number(trace?.figures["kept"])));
  expect(trace).toMatchObject({ before: "100 bytes", figures: { length: 100 } });
});

test("unplug: the open port fails, and there is none to open until it is back", async () => {
  const { trace } = await under("unplug", {}, async ({ world }) => {
    const { serial } = world.station("runtime").platform;
    const port = { ...LINE, path: "/dev/ttyUSB0" };
    expect(await serial.open(port).catch((error: { code?: string }) => error.code)).toBe("ENOENT");
  });
  expect(trace).toMatchObject({ figures: { portsLost: 1, attempts: 1 } });
});

test("break: one zero byte, and nothing of the instrument", async () => {
  const { trace, bytes } = await under("break");
  expect(bytes).toEqual([0]);
  expect(trace).toMatchObject({ figures: { zeros: 1, bytesLost: 100 } });
});

test.each(["partition", "loss", "corrupt-bytes", "truncated-message"])(
  "%s: nothing touched, no receipt",
  async (inject) => {
    const trace = await inWorld(async (world) => {
      const [a, b] = [world.addStation("device"), world.addStation("runtime")];
      const cable = world.serial.addCable({ host: a.host, path: "a" }, { host: b.host, path: "b" });
      const fault = planned(inject, { share: "5 %" });
      return (await faultKind(inject).begin(fault, virtualCable(cable)).end(50)) ?? "none";
    });
    expect(trace.result).toBe("none");
  },
);

test("a serial line has no connection that could be reset", () => {
  expect(() => faultKind("reset").begin(planned("reset"), { link: virtualCable({} as Cable).link })).toThrow(
    "no connections",
  );
});
