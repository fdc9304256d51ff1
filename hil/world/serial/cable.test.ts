import type { SerialConnection, SerialLine } from "@helix/hal";
import { expect, test } from "vitest";
import { inWorld } from "../testing/in-process.ts";
import type { World } from "../world.ts";
import type { Cable } from "./cable.ts";

const LINE: SerialLine = { path: "/dev/ttyUSB0", baudRate: 9600, dataBits: 8, parity: "none", stopBits: 1 };

interface Bench {
  readonly world: World;
  readonly cable: Cable;
  readonly balance: SerialConnection;
  readonly driver: SerialConnection;
  readonly heard: { readonly ms: number; readonly bytes: number[] }[];
  readonly ends: string[];
}

function bench<T>(work: (bench: Bench) => Promise<T>, deviceLine: Partial<SerialLine> = {}, seed = 1) {
  return inWorld(
    async (world) => {
      const [a, b] = [world.addStation("balance"), world.addStation("driver")];
      const cable = world.serial.addCable(
        { host: a.host, path: "/dev/ttyS0" },
        { host: b.host, path: "/dev/ttyUSB0" },
      );
      const balance = await a.platform.serial.open({ ...LINE, path: "/dev/ttyS0", ...deviceLine });
      const driver = await b.platform.serial.open(LINE);
      const heard: Bench["heard"] = [];
      const ends: string[] = [];
      void listen(world, driver, heard, ends);
      return work({ world, cable, balance, driver, heard, ends });
    },
    { seed },
  );
}

async function listen(
  world: World,
  line: SerialConnection,
  heard: Bench["heard"],
  ends: string[],
): Promise<void> {
  try {
    for await (const bytes of line.incoming) heard.push({ ms: world.seconds * 1000, bytes: [...bytes] });
    ends.push("end");
  } catch (error) {
    ends.push((error as NodeJS.ErrnoException).code ?? String(error));
  }
}

const bytesOf = (heard: Bench["heard"]) => heard.flatMap(({ bytes }) => bytes);
const COUNTING = Uint8Array.from({ length: 64 }, (_, i) => i);

test("bytes take their time: ten bits each at 9600 baud, in chunks of the FIFO", async () => {
  const { result } = await bench(async ({ world, balance, heard }) => {
    const startMs = world.seconds * 1000;
    await balance.write(COUNTING);
    const writtenMs = world.seconds * 1000 - startMs;
    await world.sleep(100);
    return { writtenMs, at: heard.map(({ ms }) => ms - startMs), bytes: bytesOf(heard) };
  });
  expect(result.bytes).toEqual([...COUNTING]);
  expect(result.writtenMs).toBeCloseTo(640_000 / 9600, 2);
  expect(result.at[0]).toBeCloseTo(160_000 / 9600, 2);
  // The last chunk waits for the converter's latency timer.
  expect(result.at.at(-1)).toBeCloseTo(640_000 / 9600 + 1, 2);
});

test("both ends must agree on the line, or it is noise", async () => {
  const { result } = await bench(
    async ({ world, balance, heard }) => {
      await balance.write(COUNTING);
      await world.sleep(1000);
      return bytesOf(heard);
    },
    { baudRate: 19_200 },
  );
  expect(result).toHaveLength(64);
  expect(result).not.toEqual([...COUNTING]);
});

test.for([
  ["drop", { drop: 0.5 }, (n: number) => n > 10 && n < 54],
  ["noise", { noise: 0.5 }, (n: number) => n > 74],
  ["cut", { cut: true }, (n: number) => n === 0],
] as const)("%s changes how many bytes arrive", async ([, faults, fits]) => {
  const { result } = await bench(async ({ world, cable, balance, heard }) => {
    cable.change(faults);
    await balance.write(COUNTING);
    await world.sleep(1000);
    return bytesOf(heard).length;
  });
  expect(fits(result)).toBe(true);
});

test("corruption turns single bits", async () => {
  const { result } = await bench(async ({ world, cable, balance, heard }) => {
    cable.change({ corruption: 0.5 });
    await balance.write(new Uint8Array(64));
    await world.sleep(1000);
    return bytesOf(heard);
  });
  const wrong = result.filter((byte) => byte !== 0);
  expect(result).toHaveLength(64);
  expect(wrong.length).toBeGreaterThan(10);
  for (const byte of wrong) expect(Math.log2(byte) % 1).toBe(0);
});

test("a break is one zero byte, and nothing passes while it lasts", async () => {
  const { result } = await bench(async ({ world, cable, balance, heard }) => {
    cable.sendBreak(0, 250_000);
    await balance.write(Uint8Array.of(9));
    await world.sleep(500);
    await balance.write(Uint8Array.of(8));
    await world.sleep(500);
    return bytesOf(heard);
  });
  expect(result).toEqual([0, 8]);
});

test("unplugged: the open port fails with EIO, cannot be opened, and works again when plugged in", async () => {
  const { result } = await bench(async ({ world, cable, balance, driver, ends }) => {
    cable.unplug(1);
    await driver.closed;
    const serial = world.station("driver").platform.serial;
    const gone = await serial.open(LINE).catch((error) => error.code);
    cable.plug(1);
    const again = await serial.open(LINE);
    const heard: Bench["heard"] = [];
    void listen(world, again, heard, ends);
    await balance.write(Uint8Array.of(5));
    await world.sleep(100);
    return { gone, ends: [...ends], bytes: bytesOf(heard) };
  });
  expect(result).toEqual({ gone: "ENOENT", ends: ["EIO"], bytes: [5] });
});

test("a port is open once; its host's crash frees it", async () => {
  const { result } = await bench(async ({ world }) => {
    const { host, platform } = world.station("driver");
    const busy = await platform.serial.open(LINE).catch((error) => error.code);
    host.crash();
    host.reboot();
    const again = await host.start(() => platform.serial.open(LINE).then(() => "open"));
    return { busy, again };
  });
  expect(result).toEqual({ busy: "EBUSY", again: "open" });
});

test("discarded input is not read later", async () => {
  const { result } = await bench(async ({ world, balance }) => {
    const { platform } = world.station("driver");
    world.station("driver").host.kill();
    world.station("driver").host.reboot();
    const driver = await platform.serial.open(LINE);
    await balance.write(Uint8Array.of(1, 2, 3));
    await world.sleep(100);
    await driver.discardInput();
    const heard: Bench["heard"] = [];
    void listen(world, driver, heard, []);
    await balance.write(Uint8Array.of(4));
    await world.sleep(100);
    return bytesOf(heard);
  });
  expect(result).toEqual([4]);
});
