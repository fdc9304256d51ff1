/** Every fault of a link on real sockets, through the proxy: what it does, and its receipt. */
import type { Connection, Listener } from "@helix/hal";
import { createSystemPlatform } from "@helix/platform";
import { afterEach, describe, expect, test, vi } from "vitest";
import { faultKind } from "../catalogue.ts";
import type { FaultTrace } from "../fault-kind.ts";
import { startTcpFaultProxy, type TcpFaultProxy } from "../tcp-fault-proxy.ts";
import { planned } from "../testing.ts";

const LIMIT = { timeout: 20_000, interval: 5 };
const platform = createSystemPlatform("wire-access-test");
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

interface Bench {
  readonly proxy: TcpFaultProxy;
  readonly client: Connection;
  /** What the driver has heard, and how its connection ended. */
  readonly heard: Uint8Array[];
  readonly ends: string[];
  /** Sends `size` bytes and waits until they are back. */
  exchange(size?: number): Promise<void>;
}

/** An instrument that echoes, a proxy before it, a driver's connection that has worked. */
async function bench(): Promise<Bench> {
  const connections: Connection[] = [];
  const server: Listener = await platform.net.listen({ host: "127.0.0.1", port: 0 }, (connection) => {
    connections.push(connection);
    void echo(connection);
  });
  const proxy = await startTcpFaultProxy(platform, server);
  const client = await platform.net.connect(proxy);
  opened.push(
    { close: () => server.close() },
    { close: async () => connections.forEach((connection) => connection.reset()) },
    { close: () => proxy.close() },
    { close: async () => client.reset() },
  );
  const heard: Uint8Array[] = [];
  const ends: string[] = [];
  void listen(client, heard, ends);
  async function exchange(size = 100): Promise<void> {
    const wanted = bytesIn(heard) + size;
    await client.write(new Uint8Array(size).fill(7));
    await vi.waitFor(() => expect(bytesIn(heard)).toBe(wanted), LIMIT);
  }
  await exchange(1);
  heard.length = 0;
  return { proxy, client, heard, ends, exchange };
}

async function echo(connection: Connection): Promise<void> {
  try {
    for await (const bytes of connection.incoming) await connection.write(bytes);
  } catch {
    // The proxy has broken the connection.
  }
}

async function listen(client: Connection, heard: Uint8Array[], ends: string[]): Promise<void> {
  try {
    for await (const bytes of client.incoming) heard.push(bytes);
    ends.push("end");
  } catch (error) {
    ends.push((error as NodeJS.ErrnoException).code ?? String(error));
  }
}

const bytesIn = (chunks: readonly Uint8Array[]) => chunks.reduce((sum, { length }) => sum + length, 0);

async function under(
  inject: string,
  parameters: Readonly<Record<string, string>>,
  meanwhile: (bench: Bench) => Promise<unknown>,
): Promise<FaultTrace | undefined> {
  const on = await bench();
  const inForce = faultKind(inject).begin(planned(inject, parameters), { link: on.proxy });
  await meanwhile(on);
  return inForce.end(50);
}

describe("a link on real sockets", () => {
  test("latency: both ways take that long at least", async () => {
    const trace = await under("latency", { delay: "60 ms" }, ({ exchange }) => exchange());
    expect(trace?.before).toBe("0 ms on the way");
    expect(trace?.figures["shortestUs"]).toBeGreaterThanOrEqual(60_000);
    expect(trace?.figures["bytes"]).toBe(200);
  });

  test("jitter: segments take different times", async () => {
    const trace = await under("jitter", { spread: "60 ms" }, async ({ exchange }) => {
      for (let i = 0; i < 8; i++) await exchange();
    });
    expect(trace?.figures["longestUs"]).toBeGreaterThan((trace?.figures["shortestUs"] ?? 0) + 10_000);
  });

  test("bandwidth: bytes take their time", async () => {
    const trace = await under("bandwidth", { rate: "1 kBy/s" }, ({ exchange }) => exchange(100));
    expect(trace?.figures["longestUs"]).toBeGreaterThanOrEqual(100_000);
  });

  test("loss: what was lost comes late, and nothing is missing", async () => {
    const trace = await under("loss", { share: "50 %" }, async ({ exchange }) => {
      for (let i = 0; i < 5; i++) await exchange();
    });
    expect(trace?.figures["losses"]).toBeGreaterThan(0);
    expect(trace?.figures["longestUs"]).toBeGreaterThanOrEqual(200_000);
  });

  test("drip: one byte after the other", async () => {
    const trace = await under("drip", { gap: "3 ms" }, ({ exchange }) => exchange(20));
    expect(trace?.figures).toMatchObject({ segments: 40, bytes: 40 });
  });

  test("corrupt bytes: the driver gets other bytes than were sent", async () => {
    const trace = await under("corrupt-bytes", { share: "100 %" }, async ({ exchange, heard }) => {
      await exchange();
      expect(Buffer.concat(heard).some((byte) => byte !== 7)).toBe(true);
    });
    expect(trace?.before).toMatch(/^0x07 at byte \d+$/);
    expect(trace?.figures["corrupted"]).toBeGreaterThanOrEqual(2);
  });

  test("truncated message: its beginning arrives, then the connection is gone", async () => {
    let kept = 0;
    const trace = await under("truncated-message", {}, async ({ client, heard, ends }) => {
      await client.write(new Uint8Array(100).fill(7));
      await vi.waitFor(() => expect(ends).toHaveLength(1), LIMIT);
      kept = bytesIn(heard);
    });
    expect(trace?.figures["length"]).toBe(100);
    // A reset may overtake bytes that the driver has not yet read.
    expect(kept).toBeLessThanOrEqual(trace?.figures["kept"] ?? 0);
    expect(trace?.figures["kept"]).toBeLessThan(100);
  });

  test("half-open: nothing is said until the driver sends, then it is reset", async () => {
    const trace = await under("half-open", {}, async ({ client, ends, proxy }) => {
      // The end of the witness shows that time enough has passed for a farewell to arrive.
      const witness = await platform.net.connect(proxy);
      const witnessed: Uint8Array[] = [];
      void listen(witness, witnessed, []);
      await witness.write(new Uint8Array(5));
      await vi.waitFor(() => expect(bytesIn(witnessed)).toBe(5), LIMIT);
      witness.reset();
      expect(ends).toEqual([]);
      await vi.waitFor(async () => {
        await client.write(new Uint8Array(5)).catch(() => {});
        expect(ends).toHaveLength(1);
      }, LIMIT);
    });
    expect(trace?.figures).toEqual({ connections: 1 });
  });

  test("reset: the driver knows, and a new connection is served", async () => {
    const trace = await under("reset", {}, async ({ ends, proxy }) => {
      await vi.waitFor(() => expect(ends).toHaveLength(1), LIMIT);
      const again = await platform.net.connect(proxy);
      const heard: Uint8Array[] = [];
      void listen(again, heard, []);
      await again.write(new Uint8Array(5));
      await vi.waitFor(() => expect(bytesIn(heard)).toBe(5), LIMIT);
      again.reset();
    });
    expect(trace?.figures).toEqual({ connections: 1 });
  });

  test("partition: bytes are held and counted", async () => {
    const trace = await under("partition", {}, async ({ client, proxy }) => {
      await client.write(new Uint8Array(30));
      const attempt = await platform.net.connect(proxy);
      await vi.waitFor(() => expect(proxy.connections).toBe(2), LIMIT);
      attempt.reset();
    });
    expect(trace?.figures).toMatchObject({ connectionsCut: 1, connectionAttempts: 1 });
  });

  test.each<[string, Record<string, string>]>([
    ["latency", { delay: "60 ms" }],
    ["jitter", { spread: "60 ms" }],
    ["bandwidth", { rate: "9600 bit/s" }],
    ["loss", { share: "50 %" }],
    ["drip", { gap: "3 ms" }],
    ["corrupt-bytes", { share: "100 %" }],
    ["truncated-message", {}],
    ["partition", {}],
  ])("%s that nothing met leaves no receipt", async (inject, parameters) => {
    expect(await under(inject, parameters, async () => {})).toBeUndefined();
  });
});
