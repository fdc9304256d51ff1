import { expect, test } from "vitest";
import { inWorld } from "../testing/in-process.ts";
import type { World } from "../world.ts";

const PORT = 502;

/** A connection from `client` to `server`, both ends as our own code has them. */
async function connected(world: World) {
  const [client, server] = [world.addStation("client"), world.addStation("server")];
  const accepted = Promise.withResolvers<Awaited<ReturnType<typeof client.platform.net.connect>>>();
  await server.host.start(() =>
    server.platform.net.listen({ host: "0.0.0.0", port: PORT }, accepted.resolve),
  );
  const near = await client.host.start(() => client.platform.net.connect({ host: "server", port: PORT }));
  return { client: client.host, server: server.host, near, far: await accepted.promise };
}

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
const bytes = (words: string) => Buffer.from(words);

test("bytes that came before anybody read are read in order, then those that come while one waits", async () => {
  const { result } = await inWorld(async (world) => {
    const { near, far } = await connected(world);
    await near.write(bytes("a"));
    await near.write(bytes("b"));
    await world.sleep(10);
    const read: string[] = [];
    const reading = (async () => {
      for await (const chunk of far.incoming) read.push(`${text(chunk)} at ${Math.floor(world.seconds)} s`);
    })();
    await world.sleep(1000);
    await near.write(bytes("c"));
    await near.end();
    await reading;
    return read;
  });
  expect(result).toEqual(["a at 0 s", "b at 0 s", "c at 1 s"]);
});

test("the peer's end closes both when both have said it, read or not", async () => {
  const { result } = await inWorld(async (world) => {
    const { near, far } = await connected(world);
    await near.end();
    await far.end();
    await Promise.all([near.closed, far.closed]);
    return world.seconds < 1;
  });
  expect(result).toBe(true);
});

test("a reset is thrown once, also at bytes not yet taken; then there is nothing more", async () => {
  const { result } = await inWorld(async (world) => {
    const { near, far } = await connected(world);
    const reader = far.incoming[Symbol.asyncIterator]();
    await near.write(bytes("lost"));
    near.reset();
    await far.closed;
    const thrown = await reader.next().catch((error: unknown) => error);
    return { code: (thrown as { code?: string }).code, after: await reader.next() };
  });
  expect(result).toEqual({ code: "ECONNRESET", after: { done: true, value: undefined } });
});

test("whoever waits for bytes hears that this side has closed", async () => {
  const { result } = await inWorld(async (world) => {
    const { near } = await connected(world);
    const reader = near.incoming[Symbol.asyncIterator]();
    const waiting = reader.next().catch((error: unknown) => (error as { code?: string }).code);
    near.reset();
    return [await waiting, (await reader.next()).done];
  });
  expect(result).toEqual(["ERR_STREAM_PREMATURE_CLOSE", true]);
});

test("a reader that stops closes the connection", async () => {
  const { result } = await inWorld(async (world) => {
    const { near, far } = await connected(world);
    await near.write(bytes("enough"));
    for await (const chunk of far.incoming) {
      if (text(chunk) === "enough") break;
    }
    await far.closed;
    return far.write(bytes("more")).catch((error: unknown) => error instanceof Error);
  });
  expect(result).toBe(true);
});

test("a write past the system's buffer waits until the way is free again, and all arrives in order", async () => {
  const { result } = await inWorld(async (world) => {
    const { near, far, client, server } = await connected(world);
    world.network.change(client, server, { down: true });
    const writtenAt: number[] = [];
    const blocks = Array.from({ length: 8 }, (_, i) => Buffer.alloc(64 * 1024, i));
    const writes = blocks.map((block) => near.write(block).then(() => writtenAt.push(world.seconds)));
    await world.sleep(5000);
    const atOnce = writtenAt.length;
    world.network.change(client, server, { down: false });
    let seen = 0;
    let inOrder = true;
    let last = 0;
    for await (const chunk of far.incoming) {
      for (const byte of chunk) {
        inOrder &&= byte >= last;
        last = byte;
      }
      seen += chunk.length;
      if (seen === 8 * 64 * 1024) break;
    }
    await Promise.allSettled(writes);
    return { some: atOnce > 0 && atOnce < 8, late: (writtenAt[7] ?? 0) > 5, inOrder, seen };
  });
  expect(result).toEqual({ some: true, late: true, inOrder: true, seen: 8 * 64 * 1024 });
});
