import type { Connection } from "@helix/hal";
import { createSystemPlatform } from "@helix/platform";
import { expect, test } from "vitest";
import { encodeMbap, MbapReader } from "../codec/mbap.ts";
import type { ModbusRequest } from "../codec/request.ts";
import { ExchangeTimeout, LinkLostError } from "./link.ts";
import { MAX_IN_FLIGHT, TcpLink } from "./tcp-link.ts";

const { clock } = createSystemPlatform("tcp link");
const limits = { operation: "test", budgetMs: 20_000, signal: new AbortController().signal };
const read = (address: number): ModbusRequest => ({ functionCode: 3, address, quantity: 1 });

/** A peer in memory: what it was sent, and what it sends. */
class Peer implements Connection {
  readonly remote = { host: "peer", port: 502 };
  readonly requests: { readonly transactionId: number; readonly address: number }[] = [];
  readonly closed: Promise<void>;
  readonly #gone = Promise.withResolvers<void>();
  readonly #reader = new MbapReader();
  #chunks: Uint8Array[] = [];
  #arrived = Promise.withResolvers<void>();
  #isGone = false;

  constructor() {
    this.closed = this.#gone.promise;
  }

  get incoming(): AsyncIterable<Uint8Array> {
    return this.#incoming();
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (const { transactionId, pdu } of this.#reader.push(bytes)) {
      this.requests.push({ transactionId, address: ((pdu[1] ?? 0) << 8) | (pdu[2] ?? 0) });
    }
  }

  /** Answers with the register's own address as its value. */
  answer(...which: { readonly transactionId: number; readonly address: number }[]): void {
    const frames = which.map(({ transactionId, address }) =>
      encodeMbap(transactionId, 1, Uint8Array.of(3, 2, address >> 8, address & 0xff)),
    );
    this.send(Uint8Array.from(frames.flatMap((frame) => [...frame])));
  }

  send(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
    this.#arrived.resolve();
  }

  async end(): Promise<void> {
    this.reset();
  }

  reset(): void {
    this.#isGone = true;
    this.#gone.resolve();
    this.#arrived.resolve();
  }

  async *#incoming(): AsyncGenerator<Uint8Array> {
    while (!this.#isGone) {
      yield* this.#chunks.splice(0);
      this.#arrived = Promise.withResolvers();
      if (this.#chunks.length === 0 && !this.#isGone) await this.#arrived.promise;
    }
  }
}

const settled = () => clock.sleep(0);

test("no more than 16 requests are under way, and each gets its own answer in whatever order", async () => {
  const peer = new Peer();
  const link = new TcpLink(clock, peer, 1);
  const answers = Array.from({ length: 40 }, (_, address) => link.exchange(read(address), limits));
  let answered = 0;
  while (answered < 40) {
    await settled();
    const open = peer.requests.slice(answered);
    expect(open.length).toBeLessThanOrEqual(MAX_IN_FLIGHT);
    // The newest first, joined into one piece.
    peer.answer(...open.toReversed());
    answered += open.length;
  }
  for (const [address, answer] of answers.entries()) {
    expect(await answer).toEqual({ is: "registers", values: [address] });
  }
  await link.close();
});

test("an answer that comes after its request was given up is thrown away", async () => {
  const peer = new Peer();
  const link = new TcpLink(clock, peer, 1);
  const given = new AbortController();
  const first = link.exchange(read(1), { ...limits, signal: given.signal });
  given.abort();
  await expect(first).rejects.toThrow(ExchangeTimeout);
  const second = link.exchange(read(2), limits);
  await settled();
  peer.answer(...peer.requests);
  expect(await second).toEqual({ is: "registers", values: [2] });
  expect(link.lateAnswers).toBe(1);
  await link.close();
});

test("a write that never settles ends with the request's time", async () => {
  const peer = new Peer();
  peer.write = () => new Promise(() => {});
  const link = new TcpLink(clock, peer, 1);
  await expect(link.exchange(read(1), { ...limits, budgetMs: 20 })).rejects.toThrow(ExchangeTimeout);
  await link.close();
});

test("a transaction id that nobody sent ends the connection, with the bytes as evidence", async () => {
  const peer = new Peer();
  const link = new TcpLink(clock, peer, 1);
  const [first, second] = [link.exchange(read(1), limits), link.exchange(read(2), limits)];
  const losses = Promise.allSettled([first, second]);
  await settled();
  peer.answer({ transactionId: 999, address: 1 });
  const [blamed, other] = await losses;
  expect(blamed).toMatchObject({ reason: { name: "WireFault", description: "transaction id 999" } });
  expect(other).toMatchObject({ reason: expect.any(LinkLostError) });
  expect(link.isOpen).toBe(false);
  await expect(link.exchange(read(3), limits)).rejects.toThrow("broke the protocol");
});

test("a copy of an answer is thrown away, also of one that came late", async () => {
  const peer = new Peer();
  const link = new TcpLink(clock, peer, 1);
  const given = new AbortController();
  const late = link.exchange(read(1), { ...limits, signal: given.signal });
  given.abort();
  await expect(late).rejects.toThrow(ExchangeTimeout);
  for (let address = 2; address <= 4; address += 1) {
    const answer = link.exchange(read(address), limits);
    await settled();
    const asked = peer.requests.splice(0);
    peer.answer(...asked, ...asked);
    expect(await answer).toEqual({ is: "registers", values: [address] });
  }
  await settled();
  expect(link).toMatchObject({ isOpen: true, lateAnswers: 1, repeatedAnswers: 4 });
  await link.close();
});

test("a second answer that says something else ends the connection, and so does a copy of one long past", async () => {
  for (const [between, second] of [
    [0, 7],
    [100, 1],
  ] as const) {
    const peer = new Peer();
    const link = new TcpLink(clock, peer, 1);
    for (let address = 1; address <= between + 1; address += 1) {
      const answer = link.exchange(read(address), limits);
      await settled();
      peer.answer(...peer.requests.slice(-1));
      await answer;
    }
    peer.answer({ transactionId: peer.requests[0]?.transactionId ?? -1, address: second });
    expect(await link.lost).toContain("broke the protocol");
  }
});

test("closing it leaves nobody waiting", async () => {
  const peer = new Peer();
  const link = new TcpLink(clock, peer, 1);
  const waiting = Promise.allSettled([link.exchange(read(1), limits)]);
  await link.close();
  expect(await waiting).toMatchObject([{ reason: expect.any(LinkLostError) }]);
});
