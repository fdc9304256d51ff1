import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  createSharedMemory,
  MAX_OUTSTANDING,
  RING_BYTES,
  SharedConsumer,
  SharedProducer,
} from "./shared-queue.ts";

const draft = (length: number, fill: number) => new Uint8Array(length).fill(fill & 0xff);

describe("the ring between callers and writer", () => {
  test("gives back what was put in, in order, whatever the sizes and however often it wraps", () => {
    const step = fc.record({
      length: fc.integer({ min: 1, max: Math.floor(RING_BYTES / 3) }),
      take: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 60 }), (steps) => {
        const memory = createSharedMemory();
        const [producer, consumer] = [new SharedProducer(memory), new SharedConsumer(memory)];
        const expected: Uint8Array[] = [];
        const takeAll = () => {
          for (;;) {
            const drafts = consumer.take(3, RING_BYTES);
            if (drafts.length === 0) return;
            for (const taken of drafts) {
              const put = expected.shift() as Uint8Array;
              expect([taken.length, taken[0], taken.at(-1)]).toEqual([put.length, put[0], put.at(-1)]);
            }
            consumer.release();
          }
        };
        steps.forEach(({ length, take }, i) => {
          const one = draft(length, i + 1);
          if (!producer.submit(one)) {
            takeAll();
            // Two thirds are always free in an empty ring, wherever it stands.
            expect(producer.submit(one)).toBe(true);
          }
          producer.wakeWriter();
          expected.push(one);
          if (take) takeAll();
        });
        takeAll();
        expect(expected).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  test("what is taken keeps its room until it is released", () => {
    const memory = createSharedMemory();
    const [producer, consumer] = [new SharedProducer(memory), new SharedConsumer(memory)];
    const half = RING_BYTES / 2 - 100;
    expect([
      producer.submit(draft(half, 1)),
      producer.submit(draft(half, 2)),
      producer.submit(draft(half, 3)),
    ]).toEqual([true, true, false]);
    producer.wakeWriter();
    const [first] = consumer.take(1, RING_BYTES);
    expect(producer.submit(draft(half - 1000, 3))).toBe(false);
    expect(first?.[0]).toBe(1);
    consumer.release();
    expect(producer.submit(draft(half - 1000, 3))).toBe(true);
    producer.wakeWriter();
    expect(consumer.hasTaken(2)).toBe(false);
    expect(consumer.take(2, RING_BYTES).map((taken) => taken[0])).toEqual([2, 3]);
    expect(consumer.hasTaken(3)).toBe(true);
  });

  test("hashes of the last records are there for their receipts", () => {
    const memory = createSharedMemory();
    const [producer, consumer] = [new SharedProducer(memory), new SharedConsumer(memory)];
    for (let i = 0; i < MAX_OUTSTANDING + 5; i++) consumer.publish([draft(32, i)]);
    expect(producer.durable).toBe(MAX_OUTSTANDING + 5);
    expect(producer.covered).toBe(0);
    consumer.publishCovered();
    expect(producer.covered).toBe(MAX_OUTSTANDING + 5);
    const byte = ((MAX_OUTSTANDING + 4) & 0xff).toString(16).padStart(2, "0");
    expect(producer.hashOf(MAX_OUTSTANDING + 4)).toBe(byte.repeat(32));
  });

  test("what one turn hands over is found by the writer all at once, when it is woken", () => {
    const memory = createSharedMemory();
    const [producer, consumer] = [new SharedProducer(memory), new SharedConsumer(memory)];
    for (let i = 0; i < 64; i++) producer.submit(draft(200, i));
    expect(consumer.take(100, RING_BYTES)).toEqual([]);
    producer.wakeWriter();
    expect(consumer.take(100, RING_BYTES).map((taken) => taken[0])).toEqual([...Array(64).keys()]);
  });
});
