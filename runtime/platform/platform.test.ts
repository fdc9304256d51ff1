import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Connection } from "@helix/hal";
import fc from "fast-check";
import { afterAll, describe, expect, test, vi } from "vitest";
import {
  createSeededRandom,
  createSystemPlatform,
  DeadlineError,
  LockHeldError,
  startProcess,
  withDeadline,
} from "./index.ts";
import { ManualClock } from "./manual-clock.test-support.ts";

const folder = mkdtempSync(join(tmpdir(), "helix-platform-"));
afterAll(() => rmSync(folder, { recursive: true }));
const { clock, disk, net, serial } = createSystemPlatform();

describe("chance", () => {
  const draw = (seed: number, ...labels: string[]) => {
    const stream = labels.reduce((random, label) => random.fork(label), createSeededRandom(seed));
    return Array.from({ length: 5 }, () => stream.uniform());
  };

  test("the same seed and labels give the same stream; another seed or label another", () => {
    expect(draw(7, "a", "b")).toEqual(draw(7, "a", "b"));
    expect(draw(7, "a", "b")).not.toEqual(draw(8, "a", "b"));
    expect(draw(7, "a", "b")).not.toEqual(draw(7, "b", "a"));
    expect(draw(7, "ab")).not.toEqual(draw(7, "a", "b"));
    expect(draw(7, "a/1:b")).not.toEqual(draw(7, "a", "b"));
  });

  test("a new consumer of one stream shifts no other", () => {
    const alone = createSeededRandom(1).fork("link").uniform();
    const root = createSeededRandom(1);
    root.uniform();
    root.fork("newcomer").bytes(100);
    expect(root.fork("link").uniform()).toBe(alone);
  });

  test("uniform is in [0, 1) with mean 1/2; normal has mean 0 and variance 1", () => {
    const random = createSeededRandom(42);
    const n = 20_000;
    const uniform = Array.from({ length: n }, () => random.uniform());
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...uniform)).toBeLessThan(1);
    expect(uniform.reduce((a, b) => a + b) / n).toBeCloseTo(0.5, 1.7);
    const normal = Array.from({ length: n }, () => random.normal());
    expect(Math.abs(normal.reduce((a, b) => a + b) / n)).toBeLessThan(0.03);
    expect(normal.reduce((a, b) => a + b * b, 0) / n).toBeCloseTo(1, 1);
  });

  test("integers cover their range and nothing else", () => {
    fc.assert(
      fc.property(fc.integer({ min: -50, max: 50 }), fc.nat(20), fc.nat(), (low, span, seed) => {
        const random = createSeededRandom(seed);
        for (let i = 0; i < 20; i++) {
          const value = random.integer(low, low + span);
          expect(value >= low && value <= low + span && Number.isInteger(value)).toBe(true);
        }
      }),
    );
  });
});

describe("deadline", () => {
  test("settles when the budget is spent, although the work ignores its signal", async () => {
    const manual = new ManualClock();
    const late = withDeadline(manual, "reading", 500, () => new Promise<never>(() => {})).catch(
      (error) => error,
    );
    await manual.advance(500);
    expect(await late).toEqual(new DeadlineError("reading", 500));
    expect(manual.pending).toBe(0);
  });

  test("passes results, errors and the outer abort on, and leaves no timer", async () => {
    const manual = new ManualClock();
    expect(await withDeadline(manual, "x", 10, async () => 7)).toBe(7);
    await expect(withDeadline(manual, "x", 10, () => Promise.reject(new Error("broken")))).rejects.toThrow(
      "broken",
    );
    const outer = new AbortController();
    const stopped = withDeadline(manual, "x", 10, () => new Promise<never>(() => {}), outer.signal);
    outer.abort(new Error("stopping"));
    await expect(stopped).rejects.toThrow("stopping");
    expect(manual.pending).toBe(0);
  });
});

describe("clock", () => {
  test("an interval does not drift by the time its callback takes", () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    try {
      const ticks: number[] = [];
      const start = performance.now();
      const ticking = clock.interval(20, () => {
        ticks.push(performance.now() - start);
        vi.advanceTimersByTime(8);
      });
      while (ticks.length < 10) vi.advanceTimersToNextTimer();
      ticking.cancel();
      expect(ticks).toEqual([20, 40, 60, 80, 100, 120, 140, 160, 180, 200]);
    } finally {
      vi.useRealTimers();
    }
  });

  test("an aborted sleep rejects with the reason", async () => {
    const stop = new AbortController();
    const sleeping = clock.sleep(60_000, stop.signal);
    stop.abort(new Error("enough"));
    await expect(sleeping).rejects.toThrow("enough");
  });
});

describe("disk", () => {
  const path = (name: string) => join(folder, name);

  test("what is written is read back, at any position", async () => {
    const file = await disk.open(path("a"), "create-new");
    await file.write(Buffer.from("hello world"), 0);
    await file.write(Buffer.from("W"), 6);
    await file.datasync();
    expect(await file.size()).toBe(11);
    const into = new Uint8Array(32);
    expect(await file.read(into, 3)).toBe(8);
    expect(Buffer.from(into.subarray(0, 8)).toString()).toBe("lo World");
    await file.close();
  });

  test("writeFile replaces in one step and leaves no temporary", async () => {
    await disk.writeFile(path("b"), Buffer.from("one"));
    await disk.writeFile(path("b"), Buffer.from("two"));
    expect(readFileSync(path("b"), "utf8")).toBe("two");
    expect((await disk.list(folder)).filter((name) => name.startsWith("b"))).toEqual(["b"]);
    expect((await disk.stat(path("b")))?.mode).toBe(0o600);
  });

  test("create-new refuses an existing file; stat of nothing is undefined", async () => {
    await disk.writeFile(path("c"), new Uint8Array(1));
    await expect(disk.open(path("c"), "create-new")).rejects.toMatchObject({ code: "EEXIST" });
    expect(await disk.stat(path("nothing"))).toBeUndefined();
    expect(await disk.stat(join(path("c"), "below"))).toBeUndefined();
  });

  test("a lock excludes others, tells who holds it, and can be taken again after release", async () => {
    const lock = await disk.lock(path("lock"));
    await expect(disk.lock(path("lock"))).rejects.toThrow(new LockHeldError(path("lock"), process.pid));
    await lock.release();
    await (await disk.lock(path("lock"))).release();
  });

  test("a lock dies with its holder, even by SIGKILL", async () => {
    const child = startProcess<object, string>(
      new URL("./lock-holder.test-support.ts", import.meta.url).pathname,
      {
        args: [path("lock2")],
      },
    );
    await new Promise<void>((resolve) => child.onMessage(() => resolve()));
    await expect(disk.lock(path("lock2"))).rejects.toThrow(`held by process ${child.pid}`);
    child.kill("SIGKILL");
    expect(await child.exited).toMatchObject({ signal: "SIGKILL" });
    await (await disk.lock(path("lock2"))).release();
  });
});

describe("net", () => {
  async function pair(): Promise<{ client: Connection; server: Connection; close: () => Promise<void> }> {
    const accepted = Promise.withResolvers<Connection>();
    const listener = await net.listen({ host: "127.0.0.1", port: 0 }, accepted.resolve);
    const client = await net.connect({ host: "127.0.0.1", port: listener.port });
    return { client, server: await accepted.promise, close: () => listener.close() };
  }
  const read = async (connection: Connection) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of connection.incoming) chunks.push(chunk);
    return Buffer.concat(chunks);
  };

  test("bytes arrive whole, and each side says goodbye by itself", async () => {
    const { client, server, close } = await pair();
    const sent = Buffer.alloc(300_000, "helix");
    const received = read(server);
    await client.write(sent);
    await client.end();
    expect((await received).equals(sent)).toBe(true);
    const answer = read(client);
    await server.write(Buffer.from("bye"));
    await server.end();
    expect((await answer).toString()).toBe("bye");
    await Promise.all([client.closed, server.closed, close()]);
  });

  test("a reset ends the other side's reading with an error", async () => {
    const { client, server, close } = await pair();
    const reading = read(server);
    client.reset();
    await expect(reading).rejects.toMatchObject({ code: "ECONNRESET" });
    await Promise.all([client.closed, server.closed, close()]);
  });

  test("nobody there: ECONNREFUSED; port taken: EADDRINUSE; aborted: the reason", async () => {
    const listener = await net.listen({ host: "127.0.0.1", port: 0 }, () => {});
    await expect(net.listen({ host: "127.0.0.1", port: listener.port }, () => {})).rejects.toMatchObject({
      code: "EADDRINUSE",
    });
    await listener.close();
    await expect(net.connect({ host: "127.0.0.1", port: listener.port })).rejects.toMatchObject({
      code: "ECONNREFUSED",
    });
    await expect(
      net.connect({ host: "127.0.0.1", port: 1, signal: AbortSignal.abort(new Error("no")) }),
    ).rejects.toThrow("no");
  });
});

const socat = has("socat");
describe.skipIf(!socat)(socat ? "serial" : "serial (skipped: needs socat, apt-get install socat)", () => {
  test("bytes pass both ways, and unplugging is noticed", async () => {
    const [a, b] = [join(folder, "ttyA"), join(folder, "ttyB")];
    const cable = spawn("socat", [`pty,raw,echo=0,link=${a}`, `pty,raw,echo=0,link=${b}`]);
    try {
      while (!((await disk.stat(a)) && (await disk.stat(b)))) await wait(10);
      const line = { baudRate: 9600, dataBits: 8, parity: "none", stopBits: 1 } as const;
      const left = await serial.open({ path: a, ...line });
      const right = await serial.open({ path: b, ...line });
      await left.write(Buffer.from("ping"));
      const rightInput = right.incoming[Symbol.asyncIterator]();
      const leftInput = left.incoming[Symbol.asyncIterator]();
      expect(Buffer.from((await rightInput.next()).value ?? []).toString()).toBe("ping");
      await right.write(Buffer.from("pong"));
      expect(Buffer.from((await leftInput.next()).value ?? []).toString()).toBe("pong");
      const ended = Promise.allSettled([leftInput.next(), rightInput.next()]);
      cable.kill();
      // The binding sometimes misses it at one of the two ends; a driver's own time-out finds that.
      await Promise.race([left.closed, right.closed]);
      await Promise.all([left.close(), right.close()]);
      await ended;
    } finally {
      cable.kill();
    }
  });
});

test("no such serial port is told by its name", async () => {
  await expect(
    serial.open({ path: "/dev/ttyNone", baudRate: 9600, dataBits: 8, parity: "none", stopBits: 1 }),
  ).rejects.toThrow("/dev/ttyNone");
});

function has(program: string): boolean {
  try {
    execFileSync("which", [program]);
    return true;
  } catch {
    return false;
  }
}
