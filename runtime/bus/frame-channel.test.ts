import {
  type DropEvent,
  type DropPolicy,
  decodeFrame,
  sendWithPolicy,
  type TelemetryFrame,
} from "@helix/hal";
import { frame } from "@helix/hal/testing";
import { createSystemPlatform } from "@helix/platform";
import fc from "fast-check";
import { expect, test } from "vitest";
import { FrameChannel } from "./index.ts";

function channelOf(capacity: number) {
  const drops: DropEvent[] = [];
  let announcements = 0;
  const channel = new FrameChannel({
    instrumentId: "maker:model:1",
    capacity,
    clock: createSystemPlatform().clock,
    onDrop: (drop) => drops.push(drop),
    onFrames: () => {
      announcements += 1;
    },
  });
  const taken: TelemetryFrame[] = [];
  const drain = () => channel.drain((bytes, at) => taken.push(decodeFrame(bytes, at)));
  return { channel, drops, taken, drain, announcements: () => announcements };
}

const never = new AbortController().signal;
const sequences = (frames: readonly TelemetryFrame[]) => frames.map((f) => f.sequence);

test("frames come out in the order they went in, announced once per burst", () => {
  const { channel, drain, taken, announcements } = channelOf(4);
  for (const sequence of [1n, 2n, 3n]) expect(channel.trySend(frame({ sequence }))).toBe("sent");
  expect(announcements()).toBe(1);
  expect(drain()).toBe(3);
  expect(sequences(taken)).toEqual([1n, 2n, 3n]);
  channel.trySend(frame({ sequence: 4n }));
  expect(announcements()).toBe(2);
});

test.each<[DropPolicy, bigint[], bigint[]]>([
  [{ policy: "DropOldest" }, [3n, 4n], [1n, 2n]],
  [{ policy: "DropNewest" }, [1n, 2n], [3n, 4n]],
])("$policy: what stays and what is recorded as dropped", async (policy, stays, dropped) => {
  const { channel, drops, drain, taken } = channelOf(2);
  for (const sequence of [1n, 2n, 3n, 4n]) await sendWithPolicy(channel, frame({ sequence }), policy, never);
  drain();
  expect(sequences(taken)).toEqual(stays);
  expect(drops.map((drop) => drop.droppedSequence)).toEqual(dropped);
  expect(drops.every((drop) => drop.channelDepthAtDrop === 2 && drop.channelCapacity === 2)).toBe(true);
});

test("DropLowQualityFirst: bad frames go before good ones, then the oldest", async () => {
  const { channel, drops, drain, taken } = channelOf(3);
  const policy: DropPolicy = { policy: "DropLowQualityFirst", thresholdQuality: 0xc0 };
  const send = (sequence: bigint, qualityFlags: number) =>
    sendWithPolicy(channel, frame({ sequence, qualityFlags }), policy, never);
  await send(1n, 0xc0);
  await send(2n, 0x40);
  await send(3n, 0xc0);
  await send(4n, 0xc0);
  await send(5n, 0xc0);
  drain();
  expect(sequences(taken)).toEqual([3n, 4n, 5n]);
  expect(drops.map((drop) => [drop.droppedSequence, drop.dropReason])).toEqual([
    [2n, { reason: "PolicyDropLowQuality", qualityCode: 0x40 }],
    [1n, { reason: "PolicyDropOldest" }],
  ]);
});

test("Backpressure: the sender waits until the consumer has taken something, and nothing is dropped", async () => {
  const { channel, drops, drain, taken } = channelOf(1);
  channel.trySend(frame({ sequence: 1n }));
  let sent = false;
  const waiting = channel.send(frame({ sequence: 2n }), never).then(() => {
    sent = true;
  });
  await Promise.resolve();
  expect(sent).toBe(false);
  drain();
  await waiting;
  drain();
  expect(sequences(taken)).toEqual([1n, 2n]);
  expect(drops).toEqual([]);
});

test("Backpressure: an aborted sender stops waiting; a closed channel says so", async () => {
  const { channel } = channelOf(1);
  channel.trySend(frame());
  const stop = new AbortController();
  const aborted = channel.send(frame(), stop.signal);
  stop.abort(new Error("stopping"));
  await expect(aborted).rejects.toThrow("stopping");
  const closed = channel.send(frame(), never);
  channel.close();
  expect(await closed).toBe("closed");
});

test("the signal rises with the fill level, says when frames are dropped, and falls again", () => {
  const { channel, drain } = channelOf(100);
  const levels: string[] = [];
  channel.signals.subscribe((signal) => {
    if (levels.at(-1) !== signal.level) levels.push(signal.level);
  });
  for (let i = 0; i < 100; i++) channel.trySend(frame({ sequence: BigInt(i + 1) }));
  channel.forceDropOldest();
  drain();
  expect(levels).toEqual(["Normal", "Warning", "Critical", "Dropping", "Normal"]);
});

test("every frame sent is either taken or recorded as dropped, under any policy and any timing", async () => {
  const policies = fc.constantFrom<DropPolicy>(
    { policy: "DropOldest" },
    { policy: "DropNewest" },
    { policy: "DropLowQualityFirst", thresholdQuality: 0x80 },
  );
  const steps = fc.array(fc.oneof(fc.constant("drain" as const), fc.constantFrom(0x00, 0x40, 0xc0)), {
    maxLength: 60,
  });
  await fc.assert(
    fc.asyncProperty(policies, fc.integer({ min: 1, max: 8 }), steps, async (policy, capacity, actions) => {
      const { channel, drops, drain, taken } = channelOf(capacity);
      let sequence = 0n;
      for (const action of actions) {
        if (action === "drain") drain();
        else
          await sendWithPolicy(channel, frame({ sequence: ++sequence, qualityFlags: action }), policy, never);
      }
      drain();
      const accounted = [...sequences(taken), ...drops.map((drop) => drop.droppedSequence)].sort((a, b) =>
        Number(a - b),
      );
      expect(accounted).toEqual(Array.from({ length: Number(sequence) }, (_, i) => BigInt(i + 1)));
      expect(sequences(taken)).toEqual([...sequences(taken)].sort((a, b) => Number(a - b)));
    }),
  );
});
