/**
 * The world's own thread: builds the world, puts it under everything that is loaded from then on, and
 * runs one program in it.
 */
import { parentPort, workerData } from "node:worker_threads";
import { Beacon } from "../kernel/beacon.ts";
import { Kernel, type RunEnd, WorldGuardError } from "../kernel/kernel.ts";
import { native } from "../kernel/native.ts";
import { Trace, type TraceLine } from "../kernel/trace.ts";
import { installPatches } from "../patches/install.ts";
import { installSerialBinding } from "../serial/serialport-binding.ts";
import { World, type WorldProgram } from "../world.ts";
import { startLeakAudit } from "./leak-audit.ts";
import type { HostDeath, WorkerInput, WorkerOutput, WorldRun } from "./messages.ts";

const LONGEST_SECONDS = 100 * 86_400;
const MEBIBYTE = 1 << 20;
const STACK_FRAMES = 30;

const { settings, beacon, scratchFolder } = workerData as WorkerInput;
const lines: TraceLine[] = [];
const deaths: HostDeath[] = [];
/** Whose code it is put down to that the world was ended. */
let blamed: string | undefined;
const trace = new Trace({
  ...(settings.checkpointEvery === undefined ? {} : { checkpointEvery: settings.checkpointEvery }),
  ...(settings.window === undefined ? {} : { window: settings.window, write: (line) => lines.push(line) }),
});
const kernel = new Kernel({
  trace,
  beacon: new Beacon(beacon),
  ...(settings.epochMs === undefined ? {} : { epochMs: settings.epochMs }),
  ...(settings.drain === undefined ? {} : { drain: settings.drain }),
  ...(settings.window === undefined ? {} : { keepStacks: true, maxEvents: settings.window[1] }),
  onUncaught(host, error) {
    if (settings.uncaught !== "host-dies" || host === undefined) {
      blamed ??= host?.name;
      return false;
    }
    deaths.push({ host: host.name, timeUs: kernel.nowUs, error: textOf(error) });
    host.kill();
    return true;
  },
});

function tell(message: WorkerOutput): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a MessagePort has no origin
  parentPort?.postMessage(message);
}

// A replay that hunts a difference shows where events come from: past the world's own frames.
if (settings.window !== undefined) Error.stackTraceLimit = STACK_FRAMES;

const startCpu = cpuSeconds();
let loadedCpu = startCpu;
const world = new World(kernel, {
  seed: settings.seed,
  scratchFolder,
  report: (message) =>
    tell({
      type: "progress",
      message,
      virtualSeconds: world.seconds,
      events: trace.events,
      cpuSeconds: cpuSeconds() - loadedCpu,
    }),
});
installPatches(kernel, world.network, world.random.fork("stacks"));
installSerialBinding(world.serial, world.network);

try {
  tell({ type: "done", run: await runProgram() });
} catch (error) {
  tell({
    type: "failed",
    error: textOf(error),
    timeUs: kernel.nowUs,
    guard: error instanceof WorldGuardError,
    host: blamed,
  });
}

async function runProgram(): Promise<WorldRun> {
  let result: unknown;
  let audit: ReturnType<typeof startLeakAudit> | undefined;
  const main = async () => {
    const loaded = await kernel.fenced("import", () => import(settings.module));
    const program = loaded.default as WorldProgram;
    if (typeof program !== "function") throw new Error(`${settings.module} has no default export to run`);
    audit = startLeakAudit(kernel);
    loadedCpu = cpuSeconds();
    result = await program(world, settings.options);
  };
  kernel.immediate("main", () => {
    main().then(
      () => kernel.stop(),
      (error) => {
        kernel.fail(error);
      },
    );
  });
  const limitSeconds = settings.limitVirtualSeconds ?? LONGEST_SECONDS;
  const end = await kernel.run(limitSeconds * 1e6);
  const leaks = audit?.stop() ?? [];
  checkEnd(end, limitSeconds);
  const [leak] = leaks;
  if (leak !== undefined && settings.leaks !== "report") {
    blamed = leak.host;
    throw new Error(
      `real asynchronous work in the world: ${leak.type} x ${leak.count}, first started ${placeIn(leak.stack)}\n${leak.stack}`,
    );
  }
  return {
    traceHash: trace.close(kernel.nowUs),
    checkpoints: trace.checkpoints,
    events: trace.events,
    virtualSeconds: world.seconds,
    cpuSeconds: cpuSeconds() - loadedCpu,
    loadCpuSeconds: loadedCpu - startCpu,
    residentMiB: native.memoryUsage().rss / MEBIBYTE,
    result,
    leaks,
    deaths,
    lines,
  };
}

function checkEnd(end: RunEnd, limitSeconds: number): void {
  if (end === "horizon") throw new Error(`the program has not ended after ${limitSeconds} virtual seconds`);
  if (end === "nothing-left") {
    throw new Error(`nothing is left to happen at ${world.seconds} s, and the program waits for something`);
  }
}

/** The nearest frame that is not Node's own: a function and its place. */
function placeIn(stack: string): string {
  const frames = stack.split("\n").map((line) => line.trim());
  return frames.find((frame) => frame.startsWith("at ") && !frame.includes("node:")) ?? "by Node itself";
}

function cpuSeconds(): number {
  const { user, system } = native.threadCpuUsage();
  return (user + system) / 1e6;
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `\ncaused by ${textOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
