import type { Connection } from "@helix/hal";
import { describe, expect, test } from "vitest";
import { inWorld } from "../testing/in-process.ts";
import type { Station, World } from "../world.ts";
import type { LinkSettings } from "./link.ts";

interface Plant {
  readonly world: World;
  readonly device: Station;
  readonly driver: Station;
  /** What the device has received: time in ms, and the bytes. */
  readonly heard: { readonly ms: number; readonly bytes: Uint8Array }[];
  /** What ended the device's last connection. */
  readonly ends: string[];
  readonly connection: Connection;
}

/** A device that listens and a driver connected to it over a link without jitter. */
function plant<T>(work: (plant: Plant) => Promise<T>, link: Partial<LinkSettings> = {}, seed = 1) {
  return inWorld(
    async (world) => {
      const device = world.addStation("device");
      const driver = world.addStation("driver");
      world.network.change(device.host, driver.host, { latencyUs: 1000, jitterUs: 0, bandwidth: 0, ...link });
      const heard: Plant["heard"] = [];
      const ends: string[] = [];
      await device.platform.net.listen({ host: "0.0.0.0", port: 502 }, (connection) => {
        void listen(world, connection, heard, ends);
      });
      const connection = await driver.platform.net.connect({ host: "device", port: 502 });
      return work({ world, device, driver, heard, ends, connection });
    },
    { seed },
  );
}

async function listen(
  world: World,
  connection: Connection,
  heard: Plant["heard"],
  ends: string[],
): Promise<void> {
  try {
    for await (const bytes of connection.incoming) heard.push({ ms: world.seconds * 1000, bytes });
    ends.push("end");
  } catch (error) {
    ends.push((error as NodeJS.ErrnoException).code ?? String(error));
  }
}

/** Error code of a promise that must reject. */
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "no error",
    (error: NodeJS.ErrnoException) => error.code,
  );

async function incomingEnd(connection: Connection): Promise<string> {
  try {
    for await (const bytes of connection.incoming) void bytes;
    return "end";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

const total = (heard: Plant["heard"]) => heard.reduce((sum, { bytes }) => sum + bytes.length, 0);

describe("a link", () => {
  test("latency: bytes arrive after it", async () => {
    const { result } = await plant(
      async ({ world, connection, heard }) => {
        const sentMs = world.seconds * 1000;
        await connection.write(new Uint8Array(10));
        await world.sleep(100);
        return (heard[0]?.ms ?? 0) - sentMs;
      },
      { latencyUs: 25_000 },
    );
    expect(result).toBeCloseTo(25, 6);
  });

  test("jitter: arrivals vary within it and stay in order", async () => {
    const { result } = await plant(
      async ({ world, connection, heard }) => {
        const delays: number[] = [];
        for (let i = 0; i < 50; i++) {
          const sentMs = world.seconds * 1000;
          await connection.write(Uint8Array.of(i));
          await world.sleep(50);
          delays.push((heard[i]?.ms ?? 0) - sentMs);
        }
        return { delays, order: heard.map(({ bytes }) => bytes[0]) };
      },
      { latencyUs: 5000, jitterUs: 4000 },
    );
    expect(result.order).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(Math.min(...result.delays)).toBeGreaterThanOrEqual(5);
    expect(Math.max(...result.delays)).toBeLessThanOrEqual(9);
    expect(new Set(result.delays).size).toBeGreaterThan(10);
  });

  test("bandwidth: a message takes its bytes over the rate", async () => {
    const { result } = await plant(
      async ({ world, connection, heard }) => {
        const sentMs = world.seconds * 1000;
        await connection.write(new Uint8Array(10_000));
        await world.sleep(60_000);
        return { ms: (heard.at(-1)?.ms ?? 0) - sentMs, bytes: total(heard) };
      },
      { bandwidth: 1000 },
    );
    expect(result.bytes).toBe(10_000);
    // 7 segments with 40 bytes of header each, and the latency.
    expect(result.ms).toBeCloseTo(10_000 + 7 * 40 + 1, 0);
  });

  test("loss: everything arrives, later, by retransmission", async () => {
    const lossy = await plant(
      async ({ world, connection, heard }) => {
        for (let i = 0; i < 40; i++) await connection.write(Uint8Array.of(i));
        await world.sleep(600_000);
        return { order: heard.flatMap(({ bytes }) => [...bytes]), lastMs: heard.at(-1)?.ms ?? 0 };
      },
      { loss: 0.3 },
    );
    expect(lossy.result.order).toEqual(Array.from({ length: 40 }, (_, i) => i));
    expect(lossy.result.lastMs).toBeGreaterThan(200);
  });

  test("loss that does not end: the sender's connection breaks with ETIMEDOUT", async () => {
    const { result } = await plant(async ({ world, device, driver, connection }) => {
      world.network.changeOneWay(driver.host, device.host, { loss: 1 });
      await connection.write(new Uint8Array(5));
      const ended = await incomingEnd(connection);
      return { ended, atSeconds: world.seconds };
    });
    expect(result.ended).toBe("ETIMEDOUT");
    expect(result.atSeconds).toBeGreaterThan(900);
  });

  test("partition: nothing passes, and after it everything does", async () => {
    const { result } = await plant(async ({ world, device, driver, connection, heard }) => {
      world.network.partition(device.host, driver.host);
      await connection.write(new Uint8Array(5));
      await world.sleep(20_000);
      const during = total(heard);
      world.network.heal(device.host, driver.host);
      await world.sleep(60_000);
      return { during, after: total(heard) };
    });
    expect(result).toEqual({ during: 0, after: 5 });
  });

  test("partition: a new connection gives up after 127 s", async () => {
    const { result } = await plant(async ({ world, device, driver }) => {
      world.network.partition(device.host, driver.host);
      const startS = world.seconds;
      const code = await codeOf(driver.platform.net.connect({ host: "device", port: 502 }));
      return { code, seconds: world.seconds - startS };
    });
    expect(result.code).toBe("ETIMEDOUT");
    expect(result.seconds).toBeCloseTo(127, 3);
  });

  test("one way down: the device hears, the driver does not", async () => {
    const { result } = await plant(async ({ world, device, driver, connection, heard }) => {
      world.network.changeOneWay(device.host, driver.host, { down: true });
      await connection.write(new Uint8Array(5));
      await world.sleep(1000);
      const code = codeOf(driver.platform.net.connect({ host: "device", port: 502 }));
      return { bytes: total(heard), code: await code };
    });
    expect(result).toEqual({ bytes: 5, code: "ETIMEDOUT" });
  });

  test("reset: both ends break", async () => {
    const { result } = await plant(async ({ world, device, driver, connection, ends }) => {
      const count = world.network.resetConnections(device.host, driver.host);
      const driverEnd = await incomingEnd(connection);
      await world.sleep(10);
      return { count, driverEnd, ends };
    });
    expect(result).toEqual({ count: 1, driverEnd: "ECONNRESET", ends: ["ECONNRESET"] });
  });

  test("half-open: the driver learns only when it sends", async () => {
    const { result } = await plant(async ({ world, device, driver, connection, ends }) => {
      const count = world.network.halfOpen(device.host, driver.host);
      const driverEnd = incomingEnd(connection);
      await world.sleep(3_600_000);
      const silentSeconds = world.seconds;
      await connection.write(new Uint8Array(1));
      return { count, ends, end: await driverEnd, silentSeconds };
    });
    expect(result).toMatchObject({ count: 1, ends: ["ECONNRESET"], end: "ECONNRESET" });
    expect(result.silentSeconds).toBeGreaterThan(3600);
  });

  test("corruption: one bit of a segment is turned", async () => {
    const { result } = await plant(
      async ({ world, connection, heard }) => {
        await connection.write(new Uint8Array(100));
        await world.sleep(100);
        return heard.flatMap(({ bytes }) => [...bytes]);
      },
      { corruption: 1 },
    );
    expect(result).toHaveLength(100);
    const wrong = result.filter((byte) => byte !== 0);
    expect(wrong).toHaveLength(1);
    expect(Math.log2(wrong[0] ?? 0) % 1).toBe(0);
  });

  test("truncation: a message arrives cut short and the connection breaks", async () => {
    const { result } = await plant(async ({ world, device, driver, connection, heard, ends }) => {
      world.network.link(driver.host, device.host).truncateNext();
      const driverEnd = incomingEnd(connection);
      await connection.write(new Uint8Array(50));
      await world.sleep(100);
      return { bytes: total(heard), ends, driverEnd: await driverEnd };
    });
    expect(result.bytes).toBeGreaterThan(0);
    expect(result.bytes).toBeLessThan(50);
    expect(result).toMatchObject({ ends: ["ECONNRESET"], driverEnd: "ECONNRESET" });
  });

  test("a message that resets: nothing of it arrives", async () => {
    const { result } = await plant(async ({ world, device, driver, connection, heard, ends }) => {
      world.network.link(driver.host, device.host).resetNext();
      const driverEnd = incomingEnd(connection);
      await connection.write(new Uint8Array(50));
      await world.sleep(100);
      return { bytes: total(heard), ends, driverEnd: await driverEnd };
    });
    expect(result).toEqual({ bytes: 0, ends: ["ECONNRESET"], driverEnd: "ECONNRESET" });
  });

  test("drip: a message arrives byte by byte", async () => {
    const { result } = await plant(
      async ({ world, connection, heard }) => {
        await connection.write(Uint8Array.of(1, 2, 3, 4));
        await world.sleep(100);
        return heard.map(({ ms, bytes }) => [Math.round(ms - (heard[0]?.ms ?? 0)), ...bytes]);
      },
      { dripUs: 10_000 },
    );
    expect(result).toEqual([
      [0, 1],
      [10, 2],
      [20, 3],
      [30, 4],
    ]);
  });

  test("split: message boundaries move, bytes do not", async () => {
    const { result } = await plant(
      async ({ world, connection, heard }) => {
        await connection.write(Uint8Array.from({ length: 200 }, (_, i) => i));
        await world.sleep(100);
        return { pieces: heard.length, bytes: heard.flatMap(({ bytes }) => [...bytes]) };
      },
      { split: 1 },
    );
    expect(result.bytes).toEqual(Array.from({ length: 200 }, (_, i) => i));
    expect(result.pieces).toBeGreaterThan(1);
  });

  test("the same seed gives the same trace, another seed another", async () => {
    const run = (seed: number) =>
      plant(
        async ({ world, connection }) => {
          for (let i = 0; i < 20; i++) await connection.write(new Uint8Array(100));
          await world.sleep(10_000);
        },
        { loss: 0.2, jitterUs: 500, corruption: 0.1, split: 0.3 },
        seed,
      );
    const [first, again, other] = [await run(1), await run(1), await run(2)];
    expect(again.traceHash).toBe(first.traceHash);
    expect(other.traceHash).not.toBe(first.traceHash);
  });
});

describe("a host that dies", () => {
  test("power cut: the peer hears nothing, until it sends to the rebooted host", async () => {
    const { result } = await plant(async ({ world, device, connection }) => {
      device.host.crash();
      const driverEnd = incomingEnd(connection);
      await world.sleep(60_000);
      device.host.reboot();
      await world.sleep(60_000);
      const silent = world.seconds;
      await connection.write(new Uint8Array(1));
      return { silent, end: await driverEnd };
    });
    expect(result.silent).toBeGreaterThan(119);
    expect(result.end).toBe("ECONNRESET");
  });

  test("kill: the system says goodbye, and refuses new connections", async () => {
    const { result } = await plant(async ({ device, driver, connection }) => {
      device.host.kill();
      const end = await incomingEnd(connection);
      return { end, code: await codeOf(driver.platform.net.connect({ host: "device", port: 502 })) };
    });
    expect(result).toEqual({ end: "end", code: "ECONNREFUSED" });
  });
});
