/** Reads everything that could tell one run from another: clocks, chance, identity, places, order of events. */
import crypto from "node:crypto";
import dns from "node:dns";
import fs from "node:fs";
import os from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay, PerformanceObserver } from "node:perf_hooks";
import timers from "node:timers/promises";
import tty from "node:tty";
import { promisify } from "node:util";
import v8 from "node:v8";
import { runInNewContext } from "node:vm";
import zlib from "node:zlib";
import type { WorldProgram } from "../world.ts";

const HERE = import.meta.filename;
const WASM = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);

const refused = (read: () => unknown): string => {
  try {
    return `not refused: ${String(read())}`;
  } catch (error) {
    return (error as Error).message;
  }
};

function collect(): void {
  v8.setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}

const SOURCES: Readonly<Record<string, (nowUs: () => number) => unknown>> = {
  "Date.now": () => Date.now(),
  "new Date": () => new Date().toISOString(),
  "Date()": () => Date(),
  "local date": () =>
    `${new Date(2030, 5, 1, 12).toISOString()} ${new Date("2030-06-01T12:00").toISOString()}`,
  "date parts": () => [new Date(0).getHours(), new Date(0).getTimezoneOffset(), new Date(0).toString()],
  toLocaleString: () => [new Date(0).toLocaleString(), (1234.5).toLocaleString()],
  localeCompare: () => ["ä", "z", "a", "Z"].sort((a, b) => a.localeCompare(b)).join(),
  "more languages": () => [
    navigator.language,
    1234n.toLocaleString(),
    "iI".toLocaleUpperCase(),
    new Intl.Segmenter().resolvedOptions().locale,
  ],
  Intl: () => [Intl.DateTimeFormat().resolvedOptions().timeZone, new Intl.NumberFormat().format(1e6)],
  "format of now": () => new Intl.DateTimeFormat("en", { timeStyle: "long" }).format(),
  "subclass of Date": () => {
    class Mine extends Date {}
    return [new Mine().getTime(), new Mine() instanceof Date, new Date() instanceof Date];
  },
  performance: () => [performance.now(), performance.timeOrigin, performance.mark("a").startTime],
  "performance.measure": () => [performance.measure("a").duration, performance.measure("b", "a").startTime],
  hrtime: () => [process.hrtime(), String(process.hrtime.bigint())],
  uptime: () => [process.uptime(), os.uptime()],
  "event time": () => new Event("x").timeStamp,
  "Math.random": () => Math.random(),
  randomBytes: () => crypto.randomBytes(8).toString("hex"),
  "randomBytes later": () => promisify(crypto.randomBytes)(8).then((bytes) => bytes.toString("hex")),
  randomUUID: () => [crypto.randomUUID(), globalThis.crypto.randomUUID()],
  getRandomValues: () => [...globalThis.crypto.getRandomValues(new Uint8Array(4))],
  randomInt: () => crypto.randomInt(1e9),
  randomFill: () => crypto.randomFillSync(Buffer.alloc(4)).toString("hex"),
  identity: () => [process.pid, process.ppid, os.hostname(), JSON.stringify(os.networkInterfaces())],
  user: () => [
    { ...os.userInfo() },
    os.homedir(),
    process.getuid?.(),
    process.getegid?.(),
    process.getgroups?.(),
    process.umask(),
  ],
  "operating system": () => [os.release(), os.version(), os.machine(), os.tmpdir(), dns.getServers()],
  processors: () => [os.cpus(), os.availableParallelism(), navigator.hardwareConcurrency, os.loadavg()],
  memory: () => [os.freemem(), os.totalmem(), process.availableMemory(), process.constrainedMemory()],
  "memory of the process": () => [process.memoryUsage(), process.memoryUsage.rss()],
  "limit of the heap": () => v8.getHeapStatistics().heap_size_limit,
  niceness: () => os.getPriority(),
  "processor time": () => [process.cpuUsage(), process.threadCpuUsage(), process.resourceUsage()],
  "name of the process": () => [process.title, process.execArgv],
  terminal: () => [tty.isatty(0), tty.isatty(1), tty.isatty(2)],
  refused: () =>
    [
      () => os.setPriority(3),
      () => v8.getHeapSpaceStatistics(),
      () => new v8.GCProfiler(),
      () => process.report.getReport(),
      () => monitorEventLoopDelay(),
      () => new PerformanceObserver(() => {}).observe({ entryTypes: ["gc"] }),
      () => new PerformanceObserver(() => {}).observe({ type: "gc" }),
    ].map(refused),
  environment: () => ({ ...process.env }),
  "file times": () => fs.statSync(HERE).mtimeMs,
  "file times in ns": () => String(fs.statSync(HERE, { bigint: true }).mtimeNs),
  "times of a file just opened": () => {
    const file = fs.openSync(HERE, "r");
    const { mtimeMs } = fs.fstatSync(file);
    fs.closeSync(file);
    return mtimeMs;
  },
  "file in memory": () => [
    new File([], "a").lastModified,
    new File([], "a", { lastModified: 5 }).lastModified,
  ],
  "time since start": () => performance.nodeTiming.duration,
  readFile: async (nowUs) => [(await fs.promises.readFile(HERE)).length, nowUs()],
  stream: async (nowUs) => {
    let bytes = 0;
    for await (const chunk of fs.createReadStream(HERE).pipe(zlib.createGzip()))
      bytes += (chunk as Buffer).length;
    return [bytes > 0, nowUs()];
  },
  gzip: async (nowUs) => [(await promisify(zlib.gzip)("x")).length, nowUs()],
  pbkdf2: () => promisify(crypto.pbkdf2)("a", "b", 10, 8, "sha256").then((key) => key.toString("hex")),
  "subtle digest": async () =>
    Buffer.from(await crypto.subtle.digest("SHA-256", Buffer.from("x"))).toString("hex"),
  "subtle in the pool": async (nowUs) => {
    const key = await crypto.subtle.importKey("raw", Buffer.alloc(32), "AES-GCM", false, ["encrypt"]);
    const sealed = await crypto.subtle.encrypt(
      { name: "AES-GCM", iv: Buffer.alloc(12) },
      key,
      Buffer.from("x"),
    );
    return [Buffer.from(sealed).toString("hex"), nowUs()];
  },
  "timers/promises": async (nowUs) => [
    await timers.setTimeout(250, "v"),
    await timers.setImmediate("i"),
    nowUs(),
  ],
  "timer order": async (nowUs) => {
    const order: string[] = [];
    setTimeout(() => order.push("timeout"), 0);
    setImmediate(() => order.push("immediate"));
    process.nextTick(() => order.push("tick"));
    await timers.setTimeout(5);
    return [order, nowUs()];
  },
  interval: async (nowUs) => {
    const ticks = timers.setInterval(5)[Symbol.asyncIterator]();
    for (let i = 0; i < 3; i++) await ticks.next();
    return nowUs();
  },
  "AbortSignal.timeout": async (nowUs) => {
    await new Promise((resolve) => AbortSignal.timeout(500).addEventListener("abort", resolve));
    return nowUs();
  },
  "names of hosts": () => promisify(dns.lookup)("other"),
  "unknown name": () => promisify(dns.lookup)("nobody").catch((error: NodeJS.ErrnoException) => error.code),
  "wait on shared memory": () =>
    refused(() => Atomics.waitAsync(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)),
  "folder of a drawn name": () => refused(() => fs.mkdtempSync(join(os.tmpdir(), "helix-"))),
  "garbage collector": async () => {
    let told = 0;
    const registry = new FinalizationRegistry(() => {
      told += 1;
    });
    for (let i = 0; i < 100; i++) registry.register({}, i);
    collect();
    // Longer than the thread goes without a turn of its own loop.
    for (let i = 0; i < 100_000; i++) await timers.setTimeout(1);
    return told;
  },
  "weak reference": async () => {
    const references = Array.from({ length: 100 }, (_, i) => new WeakRef({ i }));
    // What a reference is asked for lives as long as the turn in which it is made.
    await timers.setTimeout(1);
    collect();
    return [
      references.filter((reference) => reference.deref() !== undefined).length,
      references[7]?.deref(),
      references[0] instanceof WeakRef,
      refused(() => new WeakRef("no object" as unknown as object)),
    ];
  },
  WebAssembly: async (nowUs) => {
    const { WebAssembly } = globalThis as unknown as {
      WebAssembly: { compile(bytes: Uint8Array): Promise<object> };
    };
    return [typeof (await WebAssembly.compile(WASM)), nowUs()];
  },
};

const run: WorldProgram<unknown, Record<string, unknown>> = async (world) => {
  world.addStation("other");
  return world.addStation("probe").host.start(async () => {
    const found: Record<string, unknown> = {};
    for (const [name, read] of Object.entries(SOURCES)) {
      found[name] = await read(() => world.kernel.nowUs);
      world.note(`${name} ${JSON.stringify(found[name])}`);
    }
    return found;
  });
};
export default run;
