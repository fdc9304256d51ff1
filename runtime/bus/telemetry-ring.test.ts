import { Worker } from "node:worker_threads";
import { decodeFrame, encodeFrame, FRAME_BYTES } from "@helix/hal";
import { frame } from "@helix/hal/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { TelemetryRing } from "./index.ts";

function encoded(sequence: bigint): Uint8Array {
  const bytes = new Uint8Array(FRAME_BYTES);
  encodeFrame(frame({ sequence }), bytes);
  return bytes;
}

test("every reader gets every frame, in order, while it keeps up", () => {
  const ring = TelemetryRing.create(8);
  const writer = ring.writer();
  const readers = [ring.reader(), ring.reader()];
  const into = new Uint8Array(FRAME_BYTES);
  for (let sequence = 1n; sequence <= 100n; sequence++) {
    writer.write(encoded(sequence));
    for (const reader of readers) {
      expect(reader.read(into)).toBe(true);
      expect(decodeFrame(into).sequence).toBe(sequence);
      expect(reader.read(into)).toBe(false);
    }
  }
  expect(readers.map((reader) => reader.missed)).toEqual([0n, 0n]);
});

test("read and missed frames always add up to what was written", () => {
  const step = fc.record({ write: fc.nat(30), read: fc.nat(30) });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 16 }), fc.array(step, { maxLength: 20 }), (capacity, steps) => {
      const ring = TelemetryRing.create(capacity);
      const writer = ring.writer();
      const reader = ring.reader("oldest");
      const into = new Uint8Array(FRAME_BYTES);
      let written = 0n;
      let read = 0n;
      const take = () => {
        if (!reader.read(into)) return false;
        read += 1n;
        expect(decodeFrame(into).sequence).toBe(read + reader.missed);
        return true;
      };
      for (const { write, read: reads } of steps) {
        for (let i = 0; i < write; i++) writer.write(encoded(++written));
        for (let i = 0; i < reads; i++) take();
      }
      while (take());
      expect(read + reader.missed).toBe(written);
    }),
  );
});

test("a reader that begins late starts at the oldest frame still held", () => {
  const ring = TelemetryRing.create(4);
  const writer = ring.writer();
  for (let sequence = 1n; sequence <= 10n; sequence++) writer.write(encoded(sequence));
  const into = new Uint8Array(FRAME_BYTES);
  const reader = ring.reader("oldest");
  expect(reader.read(into)).toBe(true);
  expect(decodeFrame(into).sequence).toBe(7n);
  expect(ring.reader("next").read(into)).toBe(false);
});

test("a capacity that is no positive integer is refused", () => {
  expect(() => TelemetryRing.create(0)).toThrow("ring capacity 0 is not a positive integer");
});

test("threads: a writer at full speed never shows a torn frame, and nothing is unaccounted for", async () => {
  const ring = TelemetryRing.create(64);
  const total = 300_000;
  const worker = new Worker(new URL("./ring-writer.test-support.ts", import.meta.url), {
    workerData: { buffer: ring.buffer, total },
  });
  const reader = ring.reader("oldest");
  const into = new Uint8Array(FRAME_BYTES);
  const words = new Int32Array(into.buffer);
  let read = 0;
  let torn = 0;
  const done = new Promise<void>((resolve, reject) => {
    worker.once("error", reject);
    worker.once("exit", () => resolve());
  });
  let finished = false;
  void done.finally(() => {
    finished = true;
  });
  for (;;) {
    let idle = true;
    for (let burst = 0; burst < 10_000 && reader.read(into); burst++) {
      idle = false;
      read += 1;
      // The writer fills all 32 words of a frame with its number.
      if (words.some((word) => word !== words[0])) torn += 1;
      expect(words[0]).toBe(read + Number(reader.missed));
    }
    if (idle && finished) break;
    await new Promise((resolve) => setImmediate(resolve));
  }
  await done;
  expect(torn).toBe(0);
  expect(read + Number(reader.missed)).toBe(total);
  expect(read).toBeGreaterThan(0);
});
