/** Every fault of link, host and disk in a small virtual world: what it does, and its receipt. */
import type { Connection } from "@helix/hal";
import { describe, expect, test } from "vitest";
import type { Station, World } from "../../world/index.ts";
import { inWorld } from "../../world/testing/in-process.ts";
import { faultKind } from "../catalogue.ts";
import type { FaultTrace } from "../fault-kind.ts";
import { planned } from "../testing.ts";
import type { HostedProcess, Restart } from "./access.ts";
import { virtualDisk } from "./virtual-disk-access.ts";
import { virtualHost } from "./virtual-host.ts";
import { virtualLink } from "./virtual-link.ts";

interface Plant {
  readonly world: World;
  readonly device: Station;
  readonly driver: Station;
  readonly connection: Connection;
  /** What the driver has heard. */
  readonly heard: Uint8Array[];
  /** How the driver's connection ended. */
  readonly ends: string[];
  readonly starts: string[];
}

/** A device that echoes, a driver connected to it, and a fault in force while `meanwhile` happens. */
async function under(
  inject: string,
  parameters: Readonly<Record<string, string>>,
  meanwhile: (plant: Plant) => Promise<void>,
  after: (plant: Plant) => Promise<void> = async () => {},
): Promise<FaultTrace | undefined> {
  const { result } = await inWorld(async (world) => {
    const device = world.addStation("device");
    const driver = world.addStation("runtime");
    world.network.change(device.host, driver.host, { latencyUs: 1000, jitterUs: 0, bandwidth: 0 });
    await device.platform.net.listen({ host: "0.0.0.0", port: 502 }, (connection) => void echo(connection));
    const connection = await driver.platform.net.connect({ host: "device", port: 502 });
    const plant: Plant = { world, device, driver, connection, heard: [], ends: [], starts: [] };
    void listen(plant);
    await world.sleep(100);

    const inForce = faultKind(inject).begin(planned(inject, parameters), {
      link: virtualLink(world.network, driver.host, device.host),
      host: virtualHost(world.network, driver, hosted(plant)),
      disk: virtualDisk(driver.disk),
    });
    await meanwhile(plant);
    const trace = await inForce.end(50);
    await world.sleep(5000);
    await after(plant);
    return trace;
  });
  return result;
}

const RESTART: Restart = { found: { verdict: "TORN_TAIL", records: 41n }, records: 45n, failure: undefined };

/** A process that notes what happens to it. */
const hosted = ({ starts }: Pick<Plant, "starts">): HostedProcess => ({
  died: (how) => starts.push(how),
  startAgain: async () => {
    starts.push("again");
    return RESTART;
  },
});

async function echo(connection: Connection): Promise<void> {
  try {
    for await (const bytes of connection.incoming) await connection.write(bytes);
  } catch {
    // The link has broken the connection.
  }
}

async function listen({ connection, heard, ends }: Plant): Promise<void> {
  try {
    for await (const bytes of connection.incoming) heard.push(bytes);
    ends.push("end");
  } catch (error) {
    ends.push((error as NodeJS.ErrnoException).code ?? String(error));
  }
}

const say =
  (times = 1, gapMs = 1000, size = 100) =>
  async ({ world, connection }: Plant): Promise<void> => {
    for (let i = 0; i < times; i++) {
      // A broken connection refuses to write; what the test looks at is what came of it.
      await connection.write(new Uint8Array(size).fill(7)).catch(() => {});
      await world.sleep(gapMs);
    }
  };

const nothing = async ({ world }: Plant) => world.sleep(1000);
const bytesIn = (chunks: readonly Uint8Array[]) => chunks.reduce((sum, { length }) => sum + length, 0);
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: NodeJS.ErrnoException) => error.code,
  );

describe("link", () => {
  test("latency: segments take that long, before and after are told", async () => {
    const trace = await under("latency", { delay: "250 ms" }, say(4));
    expect(trace).toMatchObject({ before: "1 ms on the way", figures: { segments: 8, bytes: 800 } });
    expect(trace?.figures["shortestUs"]).toBe(250_000);
  });

  test("jitter: segments take different times within it", async () => {
    const trace = await under("jitter", { spread: "80 ms" }, say(20));
    const { shortestUs = 0, longestUs = 0 } = trace?.figures ?? {};
    expect(shortestUs).toBeGreaterThanOrEqual(1000);
    expect(longestUs).toBeLessThanOrEqual(81_000);
    expect(longestUs - shortestUs).toBeGreaterThan(20_000);
  });

  test("bandwidth: a segment takes its bytes over the rate", async () => {
    const trace = await under("bandwidth", { rate: "8 kbit/s" }, say(1, 10_000, 960));
    // 960 bytes and 40 of header at 1000 By/s, and the latency.
    expect(trace?.figures).toMatchObject({ bytes: 1920, longestUs: 1_001_000 });
    expect(trace?.before).toBe("unlimited");
  });

  test("loss: segments are sent again and come late; nothing is missing", async () => {
    const trace = await under("loss", { share: "30 %" }, say(30, 5000), async ({ heard }) => {
      expect(bytesIn(heard)).toBe(3000);
    });
    expect(trace?.figures["losses"]).toBeGreaterThan(5);
    expect(trace?.figures["longestUs"]).toBeGreaterThanOrEqual(201_000);
  });

  test("drip: bytes come one by one", async () => {
    const trace = await under("drip", { gap: "2 ms" }, say(1, 5000, 50), async ({ heard }) => {
      expect(heard.filter(({ length }) => length === 1)).toHaveLength(50);
    });
    expect(trace?.figures).toMatchObject({ segments: 100, bytes: 100 });
  });

  test("corrupt bytes: one bit, told with its place", async () => {
    const trace = await under("corrupt-bytes", { share: "100 %" }, say(1), async ({ heard }) => {
      const wrong = Buffer.concat(heard).filter((byte) => byte !== 7);
      expect(wrong.length).toBeGreaterThan(0);
    });
    expect(trace?.before).toMatch(/^0x07 at byte \d+$/);
    expect(trace?.after).toMatch(/^0x(06|05|03|0f|17|27|47|87) at byte \d+$/);
    expect(trace?.figures["corrupted"]).toBe(2);
  });

  test("truncated message: the driver gets its beginning, then a break", async () => {
    let kept = 0;
    const trace = await under("truncated-message", {}, say(1), async ({ heard, ends }) => {
      kept = bytesIn(heard);
      expect(ends).toEqual(["ECONNRESET"]);
    });
    expect(trace?.figures).toEqual({ length: 100, kept });
    expect(kept).toBeLessThan(100);
  });

  test("partition: bytes and attempts are held, and go on when it ends", async () => {
    const trace = await under(
      "partition",
      {},
      async (plant) => {
        await say(2)(plant);
        void plant.driver.platform.net.connect({ host: "device", port: 502 }).catch(() => {});
        await plant.world.sleep(500);
        expect(plant.heard).toEqual([]);
      },
      async ({ heard }) => expect(bytesIn(heard)).toBe(200),
    );
    expect(trace?.figures).toEqual({
      bytesHeldToInstrument: 200,
      bytesHeldToDriver: 0,
      connectionAttempts: 1,
      connectionsCut: 1,
    });
  });

  test("half-open: silence, until the driver sends", async () => {
    const trace = await under(
      "half-open",
      {},
      async (plant) => {
        await nothing(plant);
        expect(plant.ends).toEqual([]);
        await say(1)(plant);
      },
      async ({ ends, heard }) => {
        expect(ends).toEqual(["ECONNRESET"]);
        expect(heard).toEqual([]);
      },
    );
    expect(trace?.figures).toEqual({ connections: 1 });
  });

  test("reset: the driver knows at once, and connects again", async () => {
    const trace = await under("reset", {}, nothing, async ({ ends, driver }) => {
      expect(ends).toEqual(["ECONNRESET"]);
      const again = await driver.platform.net.connect({ host: "device", port: 502 });
      again.reset();
    });
    expect(trace?.figures).toEqual({ connections: 1 });
  });

  test("two shapes at once: each ends by itself, and the link is as it was", async () => {
    await inWorld(async (world) => {
      const [device, driver] = [world.addStation("device"), world.addStation("runtime")];
      const before = world.network.link(driver.host, device.host).settings;
      const link = virtualLink(world.network, driver.host, device.host);
      const slow = link.shape({ latencyUs: 9 });
      const lossy = link.shape({ loss: 0.5 });
      slow.end();
      expect(world.network.link(device.host, driver.host).settings).toEqual({ ...before, loss: 0.5 });
      lossy.end();
      lossy.end();
      expect(world.network.link(device.host, driver.host).settings).toEqual(before);
    });
  });
});

describe("host", () => {
  test.each([
    ["process-killed", "killed"],
    ["runtime-power-cut", "without power"],
  ])("%s: nothing runs, connections are lost, and it starts again when it ends", async (inject, how) => {
    let ticks = 0;
    const trace = await under(
      inject,
      {},
      async ({ world, driver }) => {
        expect(driver.host.running).toBe(false);
        driver.platform.clock.timer(10, () => {
          ticks += 1;
        });
        await world.sleep(2000);
      },
      async ({ driver, starts }) => {
        expect(driver.host.running).toBe(true);
        expect(starts).toEqual([how, "again"]);
      },
    );
    expect(ticks).toBe(0);
    expect(trace).toMatchObject({
      before: "running",
      after: how,
      summary: expect.stringMatching(
        /; 1 connection lost; .*ledger found TORN_TAIL with 41 records at the start; 45 records once it ran again$/,
      ),
      figures: { ended: 1, connectionsLost: 1, recordsFound: 41, recordsAfterStart: 45 },
    });
  });

  test.each([
    ["process-killed", 0, 4096],
    ["runtime-power-cut", 4096, 0],
  ])(
    "%s: of what was written and not synced, the receipt tells what is lost",
    async (inject, unsynced, least) => {
      const { result } = await inWorld(async (world) => {
        const station = world.addStation("runtime");
        const { host, disk } = station;
        const bytes = new Uint8Array(4096).fill(7);
        await disk.writeFile("/log", new Uint8Array(1));
        const file = await disk.open("/log", "read-write");
        await file.write(bytes, 0);
        const access = { host: virtualHost(world.network, station, hosted({ starts: [] })) };
        const trace = await faultKind(inject).begin(planned(inject), access).end(50);
        const left = await host.start(() => disk.readFile("/log"));
        return { trace, kept: left.filter((byte) => byte === 7).length };
      });
      const { lostBytes = Number.NaN, unsyncedBytes } = result.trace?.figures ?? {};
      expect(unsyncedBytes).toBe(unsynced);
      expect(result.kept).toBe(4096 - lostBytes);
      expect(result.kept).toBeGreaterThanOrEqual(least);
      if (unsynced > 0) expect(lostBytes).toBeGreaterThan(0);
    },
  );

  test("one that does not come up again: the receipt says why", async () => {
    const { result } = await inWorld(async (world) => {
      const failure = "ledger /l: the disk is full";
      const process: HostedProcess = {
        died: () => {},
        startAgain: async () => ({ found: undefined, records: undefined, failure }),
      };
      const host = virtualHost(world.network, world.addStation("runtime"), process);
      return faultKind("process-killed").begin(planned("process-killed"), { host }).end(50);
    });
    expect(result?.summary).toContain(
      "no ledger found at the start; it does not run again: ledger /l: the disk is full",
    );
  });

  test("clock step: wall time is off meanwhile, monotonic time is not", async () => {
    let wall = 0n;
    let monotonic = 0n;
    const trace = await under(
      "clock-step",
      { by: "-90 s" },
      async ({ driver }) => {
        wall = driver.platform.clock.wallUtcNs();
        monotonic = driver.platform.clock.monotonicNs();
      },
      async ({ driver }) => {
        const { clock } = driver.platform;
        expect(clock.wallUtcNs() - wall - (clock.monotonicNs() - monotonic)).toBe(90_000_000_000n);
      },
    );
    expect(trace?.summary).toBe("the wall clock moved by -90 s");
  });
});

describe("disk", () => {
  const write = ({ driver }: Plant, path: string) => driver.disk.writeFile(path, new Uint8Array(10));

  test("disk full: a write finds no room; afterwards it does", async () => {
    const trace = await under(
      "disk-full",
      {},
      async (plant) => expect(await codeOf(write(plant, "/a"))).toBe("ENOSPC"),
      async (plant) => expect(await codeOf(write(plant, "/b"))).toBe("done"),
    );
    expect(trace).toMatchObject({ after: "ENOSPC", figures: { calls: 1 } });
  });

  test("fsync error: the sync fails", async () => {
    const trace = await under(
      "fsync-error",
      {},
      async (plant) => expect(await codeOf(write(plant, "/a"))).toBe("EIO"),
      async (plant) => expect(await codeOf(write(plant, "/b"))).toBe("done"),
    );
    expect(trace).toMatchObject({ after: "EIO", figures: { calls: 1 } });
  });

  test("slow disk: calls take longer", async () => {
    const trace = await under("slow-disk", { delay: "200 ms" }, async ({ world, driver }) => {
      const begin = world.seconds;
      await driver.disk.stat("/a");
      expect(world.seconds - begin).toBeCloseTo(0.20002, 6);
    });
    expect(trace).toMatchObject({
      before: "0.02 ms a call",
      after: "200.02 ms a call",
      figures: { calls: 1 },
    });
  });
});

describe("a fault that touched nothing leaves no receipt", () => {
  test.each<[string, Record<string, string>]>([
    ["latency", { delay: "250 ms" }],
    ["jitter", { spread: "80 ms" }],
    ["bandwidth", { rate: "9600 bit/s" }],
    ["loss", { share: "5 %" }],
    ["drip", { gap: "2 ms" }],
    ["corrupt-bytes", { share: "2 %" }],
    ["truncated-message", {}],
    ["partition", {}],
    ["disk-full", {}],
    ["fsync-error", {}],
    ["slow-disk", { delay: "1 s" }],
  ])("%s", async (inject, parameters) => {
    expect(await under(inject, parameters, nothing)).toBeUndefined();
  });

  test.each(["reset", "half-open"])("%s without a connection", async (inject) => {
    const { result } = await inWorld(async (world) => {
      const [device, driver] = [world.addStation("device"), world.addStation("runtime")];
      const link = virtualLink(world.network, driver.host, device.host);
      return faultKind(inject).begin(planned(inject), { link }).end(50);
    });
    expect(result).toBeUndefined();
  });

  test.each(["process-killed", "runtime-power-cut"])("%s of what has died already", async (inject) => {
    const { result } = await inWorld(async (world) => {
      const station = world.addStation("runtime");
      station.host.kill();
      const access = { host: virtualHost(world.network, station, hosted({ starts: [] })) };
      return faultKind(inject).begin(planned(inject), access).end(50);
    });
    expect(result).toBeUndefined();
  });
});
