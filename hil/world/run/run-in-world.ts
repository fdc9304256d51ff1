/**
 * Runs a program in a world of its own, in a thread of its own. This thread stays in real time: it
 * takes progress, and ends a world that hangs (an endless loop, microtasks without end) and says where.
 */
import { mkdtemp, rm } from "node:fs/promises";
import module from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setInterval as everyRealMs } from "node:timers";
import { setTimeout as wait } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { Beacon, type BeaconReading } from "../kernel/beacon.ts";
import type { Progress, WorkerInput, WorkerOutput, WorldRun, WorldSettings } from "./messages.ts";

export interface Watchdog {
  /**
   * Processor time of the world's thread without any event after which it counts as hung, ms; default 30,000;
   * where it gets, or uses, less, WAITS_LONGER times as much real time. While it begins or loads modules it has
   * a minute at least.
   */
  readonly stallMs?: number;
  /** Real time in all, ms; default none. */
  readonly limitMs?: number;
}

export interface WorldRunOptions extends Omit<WorldSettings, "seed"> {
  readonly seed: number | bigint | string;
  readonly watchdog?: Watchdog;
  readonly onProgress?: (progress: Progress) => void;
  /** Takes what the stacks print; absent: standard error. */
  readonly onOutput?: (text: string) => void;
  /** Limit of the world's heap, MiB; default 4096. */
  readonly heapMiB?: number;
  /** Ends the world at once, whatever it is doing: for a run of which nothing is kept. */
  readonly signal?: AbortSignal;
}

interface WorldFailure {
  readonly virtualSeconds: number;
  readonly error: string;
  readonly byGuard?: boolean;
  readonly host?: string | undefined;
  readonly lastEvent: BeaconReading;
}

/** The program failed, or the world under it. */
export class WorldFailedError extends Error {
  override readonly name: string = "WorldFailedError";
  readonly virtualSeconds: number;
  /** Ended by one of the guards: busy wait or livelock. */
  readonly byGuard: boolean;
  /** Whose code threw what nobody caught, or began real asynchronous work; undefined for any other failure. */
  readonly host: string | undefined;
  /** The event in which it failed, or after which it was found to have. */
  readonly lastEvent: BeaconReading;
  /** What went wrong, with its stack. */
  readonly error: string;

  constructor(seed: string, failure: WorldFailure) {
    const { virtualSeconds, error, byGuard = false, host, lastEvent } = failure;
    super(`the world of seed ${seed} failed at ${virtualSeconds} s: ${error}`);
    this.virtualSeconds = virtualSeconds;
    this.byGuard = byGuard;
    this.host = host;
    this.lastEvent = lastEvent;
    this.error = error;
  }
}

/** The world was ended because it made no progress. */
export class WorldHungError extends Error {
  override readonly name = "WorldHungError";
  /** The event in which it hung. */
  readonly lastEvent: BeaconReading;

  constructor(seed: string, why: string, lastEvent: BeaconReading) {
    const { events, host, kind, timeUs } = lastEvent;
    super(
      `the world of seed ${seed} ${why}; last event: no. ${events}, ${kind} on ${host} at ${timeUs / 1e6} s`,
    );
    this.lastEvent = lastEvent;
  }
}

const CHECK_EVERY_MS = 100;
const LOADING_MS = 60_000;
const WAITS_LONGER = 6;
const FAREWELL_MS = 300;
/** A machine set up plainly, whatever this one is set to. */
const ENVIRONMENT = {
  TZ: "UTC",
  LANG: "C.UTF-8",
  LC_ALL: "C.UTF-8",
  OPCUA_PKI_DISABLE_FILE_WATCHERS: "true",
};

/** Modules that were compiled for one world are there for the next, where this process keeps them at all. */
function compileCache(): Record<string, string> {
  const folder = module.getCompileCacheDir();
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) };
}

/** @throws WorldFailedError, WorldHungError; the signal's reason; DataCloneError when `options.options` cannot be cloned */
export async function runInWorld<Result = unknown>(options: WorldRunOptions): Promise<WorldRun<Result>> {
  const { watchdog, onProgress, onOutput, heapMiB = 4096, signal, ...given } = options;
  const settings: WorldSettings = { ...given, seed: String(options.seed) };
  const scratchFolder = await mkdtemp(join(tmpdir(), "helix-world-"));
  try {
    return await runThread<Result>({
      settings,
      scratchFolder,
      watchdog,
      onProgress,
      onOutput,
      heapMiB,
      signal,
    });
  } finally {
    await rm(scratchFolder, { recursive: true, force: true });
  }
}

interface ThreadOptions {
  readonly settings: WorldSettings;
  readonly scratchFolder: string;
  readonly watchdog: Watchdog | undefined;
  readonly onProgress: WorldRunOptions["onProgress"];
  readonly onOutput: WorldRunOptions["onOutput"];
  readonly heapMiB: number;
  readonly signal: AbortSignal | undefined;
}

function runThread<Result>(options: ThreadOptions): Promise<WorldRun<Result>> {
  const { settings, scratchFolder, watchdog, onProgress, onOutput, heapMiB, signal } = options;
  const beacon = new Beacon();
  const worker = new Worker(new URL("./worker.ts", import.meta.url), {
    workerData: { settings, scratchFolder, beacon: beacon.memory } satisfies WorkerInput,
    env: { ...ENVIRONMENT, ...compileCache() },
    execArgv: [],
    // The stacks chat on standard output, where the one JSON object of a command belongs.
    stdout: true,
    stderr: onOutput !== undefined,
    resourceLimits: { maxOldGenerationSizeMb: heapMiB },
  });
  if (onOutput === undefined) worker.stdout.pipe(process.stderr);
  else for (const stream of [worker.stdout, worker.stderr]) stream.setEncoding("utf8").on("data", onOutput);
  return new Promise<WorldRun<Result>>((resolve, reject) => {
    const stopWatching = watch(worker, beacon, watchdog ?? {}, (why) => {
      finish(() => reject(new WorldHungError(settings.seed, why, beacon.read())));
    });
    const finish = (settle: () => void) => {
      stopWatching();
      signal?.removeEventListener("abort", onAbort);
      worker.removeAllListeners();
      void farewell(worker).then(settle);
    };
    const onAbort = () => finish(() => reject(signal?.reason));
    signal?.addEventListener("abort", onAbort);
    if (signal?.aborted) onAbort();
    const failed = (error: string, more: Partial<WorldFailure> = {}) => {
      const lastEvent = beacon.read();
      const failure = { virtualSeconds: lastEvent.timeUs / 1e6, error, lastEvent, ...more };
      finish(() => reject(new WorldFailedError(settings.seed, failure)));
    };
    worker.on("message", (message: WorkerOutput) => {
      if (message.type === "progress") onProgress?.(message);
      else if (message.type === "done") finish(() => resolve(message.run as WorldRun<Result>));
      else {
        const { error, timeUs, guard, host } = message;
        failed(error, { virtualSeconds: timeUs / 1e6, byGuard: guard, host });
      }
    });
    worker.on("error", (error) => failed(error.stack ?? error.message));
    worker.on("exit", (code) => failed(`its thread ended with code ${code} before the program did`));
  });
}

/** What it wrote to its standard output comes first; a thread that hangs ends only when it is told. */
async function farewell(worker: Worker): Promise<void> {
  const patience = new AbortController();
  const ended = new Promise((exit) => worker.once("exit", exit));
  const patienceEnds = wait(FAREWELL_MS, undefined, { signal: patience.signal }).catch(() => {});
  await Promise.race([ended, patienceEnds]);
  patience.abort();
  await worker.terminate();
}

/**
 * A world hangs when it has had as much processor time as its patience without an event, or was waited for
 * WAITS_LONGER times as long: on a machine with too much to do, a sound world may stand still for a while.
 */
function watch(
  worker: Worker,
  beacon: Beacon,
  { stallMs = 30_000, limitMs }: Watchdog,
  hung: (why: string) => void,
): () => void {
  const startMs = performance.now();
  const cpuMs = async () => {
    const { user, system } = await worker.cpuUsage();
    return (user + system) / 1000;
  };
  let seen = -1;
  let wasHeld = false;
  let movedMs = startMs;
  /** Processor time when it was first seen to stand still; undefined while it moves. */
  let stoodCpuMs: number | undefined;
  let isAsking = false;
  let isOver = false;
  const look = async () => {
    const nowMs = performance.now();
    const { events, isHeld } = beacon.read();
    const patienceMs = events === 0 || isHeld ? Math.max(stallMs, LOADING_MS) : stallMs;
    if (limitMs !== undefined && nowMs - startMs > limitMs)
      return hung(`ran longer than ${limitMs} ms and was ended`);
    if (events !== seen || isHeld !== wasHeld) {
      seen = events;
      wasHeld = isHeld;
      movedMs = nowMs;
      stoodCpuMs = undefined;
      return;
    }
    if (nowMs - movedMs > WAITS_LONGER * patienceMs)
      return hung(`made no progress for ${WAITS_LONGER * patienceMs} ms and was ended`);
    const nowCpuMs = await cpuMs();
    stoodCpuMs ??= nowCpuMs;
    if (!isOver && nowCpuMs - stoodCpuMs > patienceMs && beacon.read().events === seen)
      hung(`made no progress for ${patienceMs} ms of processor time and was ended`);
  };
  const timer = everyRealMs(() => {
    if (isAsking) return;
    isAsking = true;
    look()
      .catch((error: unknown) => {
        // Its end tells of itself.
        if (isOver || (error as NodeJS.ErrnoException).code === "ERR_WORKER_NOT_RUNNING") return;
        hung(`could not be watched and was ended: ${String(error)}`);
      })
      .finally(() => {
        isAsking = false;
      });
  }, CHECK_EVERY_MS);
  return () => {
    isOver = true;
    clearInterval(timer);
  };
}
