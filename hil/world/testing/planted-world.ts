/** Worlds with something wrong in them, to show that it is found. */
import { readFile, readFileSync, readlinkSync } from "node:fs";
import { runInNewContext } from "node:vm";
import type { World, WorldProgram } from "../world.ts";

/** Another context has builtins of its own, real ones: how a leak can look that no patch reaches. */
const real = runInNewContext(`({
  now: Date.now,
  random: Math.random,
  zone: () => new Date(0).getTimezoneOffset(),
  locale: () => Intl.NumberFormat().resolvedOptions().locale,
  registry: (told) => new FinalizationRegistry(told),
})`) as {
  now(): number;
  random(): number;
  zone(): number;
  locale(): string;
  registry(told: () => void): { register(target: object, held: undefined): void };
};

/** In the second run of a check, which has another folder. */
const isElsewhere = process.cwd() === "/";

/** Of this thread, from the machine's own files: proc(5), field 19; the second holds a name in parentheses. */
const realNiceness = (): number =>
  Number(readFileSync("/proc/thread-self/stat", "utf8").split(") ").at(-1)?.split(" ")[16]);

/** Timers whenever the real garbage collector has run: how often it does is a matter of its limits. */
function timersByCollector(): void {
  const registry = real.registry(() => void setTimeout(() => {}, 1000));
  setInterval(() => {
    for (let i = 0; i < 100; i++) registry.register(new Float64Array(1000), undefined);
  }, 10);
}

export type Planted =
  | "real-clock"
  | "real-chance"
  | "real-zone"
  | "real-locale"
  | "real-niceness"
  | "real-collector"
  | "folder"
  | "nothing"
  | "tells"
  | "loop"
  | "microtasks"
  | "throws"
  | "leak"
  | "livelock"
  | "killed elsewhere"
  | "hangs elsewhere";

/** Several, each after 1 to 2 s: a single delay of so many whole milliseconds may come out the same in two runs. */
function timersAfter(...fractions: readonly number[]): void {
  for (const fraction of fractions) setTimeout(() => {}, 1000 + fraction * 1000);
}

const PLANTS: Readonly<Record<Planted, (world: World) => void>> = {
  "real-clock": () => timersAfter((real.now() / 1e3) % 1, (real.now() / 1e6) % 1),
  "real-chance": () => timersAfter(real.random(), real.random(), real.random(), real.random()),
  "real-zone": () => void setTimeout(() => {}, 1500 + real.zone() / 10),
  "real-locale": () => void setTimeout(() => {}, real.locale().startsWith("de") ? 1510 : 1630),
  "real-niceness": () => void setTimeout(() => {}, 1500 + 20 * realNiceness()),
  "real-collector": timersByCollector,
  folder: () => void setTimeout(() => {}, 1000 + process.cwd().length),
  nothing: () => {},
  tells: (world) => world.progress("tick 70"),
  loop: (world) => {
    world.progress("and now for ever");
    for (;;);
  },
  microtasks: () => {
    const again = (): void => void Promise.resolve().then(again);
    again();
  },
  throws: () => {
    throw new Error("a driver that nobody catches");
  },
  leak: () => new BroadcastChannel("outside").close(),
  livelock: () => {
    const again = () => void setImmediate(again);
    again();
  },
  "hangs elsewhere": () => {
    while (isElsewhere);
  },
  "killed elsewhere": () => {
    if (isElsewhere) process.kill(Number(readlinkSync("/proc/self")), "SIGKILL");
  },
};

const run: WorldProgram<{ readonly planted: Planted; readonly seconds: number }, number> = async (
  world,
  options,
) => {
  const { host } = world.addStation("device");
  let ticks = 0;
  void host.start(() => {
    setInterval(() => {
      ticks += 1;
      if (ticks === 70) PLANTS[options.planted](world);
    }, 100);
    readFile(import.meta.filename, () => {});
  });
  await world.sleep(options.seconds * 1000);
  return ticks;
};
export default run;
