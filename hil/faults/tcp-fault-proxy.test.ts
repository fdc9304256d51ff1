import type { Connection, Listener, Net } from "@helix/hal";
import { createSystemPlatform } from "@helix/platform";
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { startTcpFaultProxy, type TcpFaultProxy } from "./tcp-fault-proxy.ts";

const platform = createSystemPlatform("proxy-test");
const net: Net = platform.net;
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

const LIMIT = { timeout: 20_000, interval: 5 };

/** An instrument that answers every byte with the same byte, and ends when its peer ends. */
async function echoServer(): Promise<Listener & { connections: Connection[] }> {
  const connections: Connection[] = [];
  const listener = await net.listen({ host: "127.0.0.1", port: 0 }, (connection) => {
    connections.push(connection);
    void (async () => {
      try {
        for await (const chunk of connection.incoming) await connection.write(chunk);
        await connection.end();
      } catch {
        // The peer has reset the connection: nothing is left to answer.
      }
    })();
  });
  const server = {
    host: listener.host,
    port: listener.port,
    connections,
    async close() {
      await listener.close();
      for (const connection of connections) connection.reset();
    },
  };
  opened.push(server);
  return server;
}

async function proxyTo(target: { host: string; port: number }): Promise<TcpFaultProxy> {
  const proxy = await startTcpFaultProxy(platform, target);
  opened.push(proxy);
  return proxy;
}

/** Collects what arrives; `over` settles at the end of the stream or with its error. */
function collect(connection: Connection) {
  const chunks: Uint8Array[] = [];
  const over = (async () => {
    for await (const chunk of connection.incoming) chunks.push(chunk);
  })();
  over.catch(() => {});
  return { text: () => Buffer.concat(chunks).toString("latin1"), over };
}

const bytes = (text: string) => Buffer.from(text, "latin1");

describe("TCP fault proxy", () => {
  test("is transparent: any bytes in any chunking come back the same, then the end", async () => {
    const proxy = await proxyTo(await echoServer());
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 3000 }), { maxLength: 12 }),
        async (chunks) => {
          const client = await net.connect(proxy);
          const received = collect(client);
          for (const chunk of chunks) await client.write(chunk);
          await client.end();
          await received.over;
          expect(received.text()).toBe(Buffer.concat(chunks).toString("latin1"));
        },
      ),
      { numRuns: 25 },
    );
  });

  test("more bytes than it holds pass while the reader is slow", async () => {
    const proxy = await proxyTo(await echoServer());
    const client = await net.connect(proxy);
    const sent = Buffer.alloc(3 << 20, "0123456789abcdef");
    const received = collect(client);
    await client.write(sent);
    await client.end();
    await received.over;
    expect(received.text() === sent.toString("latin1")).toBe(true);
  });

  test("partition holds both directions; healed, the held bytes flow on in order", async () => {
    const server = await echoServer();
    const proxy = await proxyTo(server);
    const client = await net.connect(proxy);
    const received = collect(client);
    await client.write(bytes("before;"));
    await vi.waitFor(() => expect(received.text()).toBe("before;"), LIMIT);

    const partition = proxy.partition();
    await client.write(bytes("request;"));
    await (server.connections[0] as Connection).write(bytes("report;"));
    // A connection beside the partition shows that time enough has passed for bytes to arrive.
    const witness = await net.connect(server);
    const witnessed = collect(witness);
    await witness.write(bytes("here"));
    await vi.waitFor(() => expect(witnessed.text()).toBe("here"), LIMIT);
    expect(received.text()).toBe("before;");

    await client.write(bytes("again;"));
    const figures = partition.end();
    await vi.waitFor(() => expect(received.text()).toBe("before;report;request;again;"), LIMIT);
    expect(figures.bytesHeldToInstrument).toBeGreaterThanOrEqual("request;".length);
    expect(figures.bytesHeldToDriver).toBe("report;".length);
    expect(figures.connectionsCut).toBe(1);
    expect(figures.connectionAttempts).toBe(0);
  });

  test("a connection opened during a partition hears nothing, and is bridged when it heals", async () => {
    const server = await echoServer();
    const proxy = await proxyTo(server);
    const partition = proxy.partition();
    const client = await net.connect(proxy);
    const received = collect(client);
    await client.write(bytes("hello"));
    await vi.waitFor(() => expect(proxy.connections).toBe(1), LIMIT);
    expect(server.connections).toHaveLength(0);
    const figures = partition.end();
    expect(figures.connectionAttempts).toBe(1);
    await vi.waitFor(() => expect(received.text()).toBe("hello"), LIMIT);
  });

  test("a client that left during a partition is forgotten when it heals", async () => {
    const server = await echoServer();
    const proxy = await proxyTo(server);
    const partition = proxy.partition();
    const gone = await net.connect(proxy);
    await vi.waitFor(() => expect(proxy.connections).toBe(1), LIMIT);
    gone.reset();
    await vi.waitFor(() => expect(proxy.connections).toBe(0), LIMIT);
    const stays = await net.connect(proxy);
    const received = collect(stays);
    await stays.write(bytes("x"));
    await vi.waitFor(() => expect(proxy.connections).toBe(1), LIMIT);
    const figures = partition.end();
    await vi.waitFor(() => expect(received.text()).toBe("x"), LIMIT);
    expect(figures.connectionAttempts).toBe(2);
    expect(server.connections).toHaveLength(1);
  });

  test("a partition that nothing met has figures of zero", async () => {
    const proxy = await proxyTo(await echoServer());
    expect(proxy.partition().end()).toEqual({
      fate: "held",
      bytesHeldToInstrument: 0,
      bytesHeldToDriver: 0,
      connectionsCut: 0,
      connectionAttempts: 0,
    });
  });

  test("an instrument that is not there resets the driver's connection", async () => {
    const server = await echoServer();
    const proxy = await proxyTo({ host: server.host, port: server.port });
    await server.close();
    const client = await net.connect(proxy);
    const received = collect(client);
    await client.closed;
    await received.over.catch(() => {});
    expect(received.text()).toBe("");
  });

  test("an instrument that dies resets the driver's connection", async () => {
    const server = await echoServer();
    const proxy = await proxyTo(server);
    const client = await net.connect(proxy);
    const received = collect(client);
    await client.write(bytes("up"));
    await vi.waitFor(() => expect(received.text()).toBe("up"), LIMIT);
    (server.connections[0] as Connection).reset();
    await client.closed;
  });

  test("no bit is turned on the way to a real instrument, and every answer has one turned", async () => {
    const server = await echoServer();
    const proxy = await startTcpFaultProxy(platform, { host: server.host, port: server.port, isReal: true });
    opened.push(proxy);
    const effect = proxy.shape({ corruption: 1 });
    const client = await net.connect(proxy);
    const received = collect(client);
    // The server sends back what has reached it: one bit off, and not two, is what the answer alone suffered.
    for (let sent = 1; sent <= 50; sent += 1) {
      await client.write(Uint8Array.of(0));
      await vi.waitFor(() => expect(received.text()).toHaveLength(sent), LIMIT);
    }
    const bits = [...bytes(received.text())].map((byte) => byte.toString(2).replaceAll("0", "").length);
    expect(new Set(bits)).toEqual(new Set([1]));
    expect(effect.end()).toMatchObject({ corrupted: 50, segments: 100 });
  });

  test("closing breaks what is open and frees the port", async () => {
    const server = await echoServer();
    const proxy = await startTcpFaultProxy(platform, server);
    const client = await net.connect(proxy);
    const received = collect(client);
    await client.write(bytes("up"));
    await vi.waitFor(() => expect(received.text()).toBe("up"), LIMIT);
    await proxy.close();
    await client.closed;
    await expect(net.connect(proxy)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});
