import { expect, test } from "vitest";
import { inWorld } from "./testing/in-process.ts";

/** Ticks once a second on its own clock until it dies. */
function startTicking(
  clock: { interval(ms: number, callback: () => void): unknown },
  ticks: number[],
  now: () => number,
) {
  clock.interval(1000, () => ticks.push(now()));
}

test("a power cut ends a host's timers, and only that host's", async () => {
  const { result } = await inWorld(async (world) => {
    const ticks: Record<string, number[]> = { a: [], b: [] };
    const [a, b] = ["a", "b"].map((name) => {
      const station = world.addStation(name);
      startTicking(station.platform.clock, ticks[name] ?? [], () => world.seconds);
      return station;
    });
    await world.sleep(2500);
    a?.host.crash();
    await world.sleep(2000);
    expect(b?.host.running).toBe(true);
    return ticks;
  });
  expect(result).toEqual({ a: [1, 2], b: [1, 2, 3, 4] });
});

test("a program started after the reboot runs; the old one never comes back", async () => {
  const { result } = await inWorld(async (world) => {
    const { host, platform } = world.addStation("a");
    const said: string[] = [];
    const program = (name: string) => async () => {
      for (;;) {
        await platform.clock.sleep(1000);
        said.push(`${name} ${world.seconds}`);
      }
    };
    void host.start(program("old"));
    await world.sleep(1500);
    host.kill();
    await world.sleep(1000);
    host.reboot();
    void host.start(program("new"));
    await world.sleep(2100);
    return said;
  });
  expect(result).toEqual(["old 1", "new 3.5", "new 4.5"]);
});

test("rebooting a host that runs is refused", async () => {
  await expect(inWorld(async (world) => world.addStation("a").host.reboot())).rejects.toThrow(
    "a is running: crash() or kill() it before reboot()",
  );
});

test("a clock step moves wall time and no timer; drift accumulates", async () => {
  const { result } = await inWorld(async (world) => {
    const { host, platform } = world.addStation("a");
    const { clock } = platform;
    const wallMs = () => Number(clock.wallUtcNs() / 1_000_000n) - world.kernel.epochMs;
    const seen: number[][] = [];
    const look = () => seen.push([world.seconds, wallMs(), Number(clock.monotonicNs() / 1_000_000n)]);
    const wake = clock.sleep(3000).then(look);
    await world.sleep(1000);
    host.clock.step(-3_600_000_000);
    look();
    await wake;
    host.clock.drift(100, world.kernel.nowUs);
    await world.sleep(1_000_000);
    look();
    return seen;
  });
  expect(result).toEqual([
    [1, 1000 - 3_600_000, 1000],
    [3, 3000 - 3_600_000, 3000],
    // 100 ppm over 1000 s is 100 ms.
    [1003, 1_003_000 + 100 - 3_600_000, 1_003_000],
  ]);
});

test("a host more shifts nobody's chance", async () => {
  const draw = (names: string[]) =>
    inWorld(async (world) => {
      const stations = names.map((name) => world.addStation(name));
      return stations.map(({ host, platform }) => [host.name, platform.random.uniform()]);
    });
  const two = Object.fromEntries((await draw(["a", "b"])).result);
  const three = Object.fromEntries((await draw(["x", "b", "a"])).result);
  expect(three).toMatchObject(two);
  expect(two.a).not.toBe(two.b);
});
