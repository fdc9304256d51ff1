import { FrameChannel, TelemetryRing } from "@helix/bus";
import { decodeFrame, FRAME_BYTES, QUALITY, type TelemetryFrame } from "@helix/hal";
import { frame } from "@helix/hal/testing";
import { createSystemPlatform } from "@helix/platform";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type OriginRule, Pipeline, type Predict } from "./index.ts";

function pipelineOf(origin: OriginRule = "simulated", predict?: Predict) {
  const ring = TelemetryRing.create(1024);
  const reader = ring.reader();
  const told: unknown[] = [];
  const pipeline = new Pipeline(ring.writer(), {
    origin,
    predict,
    channelIds: () => new Set([0, 1]),
    events: {
      crcFailure: (failure) => told.push({ crcFailure: failure }),
      gap: (gap) => told.push({ gap }),
      contractViolation: (violation) => told.push({ violation }),
      first: () => {},
      published: (frames) => told.push({ published: frames }),
    },
  });
  const channel = new FrameChannel({
    instrumentId: "maker:model:1",
    capacity: 512,
    clock: createSystemPlatform().clock,
    onDrop: () => expect.fail("the channel is large enough"),
    onFrames: () => {},
  });
  const published = (): TelemetryFrame[] => {
    const bytes = new Uint8Array(FRAME_BYTES);
    const frames: TelemetryFrame[] = [];
    while (reader.read(bytes)) frames.push(decodeFrame(bytes));
    return frames;
  };
  return { pipeline, channel, told, published };
}

test("the origin comes from the rig, whatever the driver wrote", () => {
  const { pipeline, channel, published } = pipelineOf("simulated");
  channel.trySend(frame({ origin: "physical" }));
  pipeline.drain(channel);
  expect(published().map((f) => f.origin)).toEqual(["simulated"]);
});

test("values falsified on purpose are marked by channel and by when they were taken", () => {
  const { pipeline, channel, published } = pipelineOf((channelId, takenTaiNs) =>
    channelId === 1 && takenTaiNs >= 100n ? "faulted" : "simulated",
  );
  for (const channelId of [0, 1]) {
    for (const [i, wallTimestampNs] of [99n, 100n].entries()) {
      channel.trySend(frame({ channelId, sequence: BigInt(i + 1), wallTimestampNs }));
    }
  }
  pipeline.drain(channel);
  expect(published().map((f) => f.origin)).toEqual(["simulated", "simulated", "simulated", "faulted"]);
});

test("the twin's word goes into the frame, which stays valid; a value of bad quality is not shown to it", () => {
  const asked: unknown[] = [];
  const { pipeline, channel, published, told } = pipelineOf("simulated", (channelId, takenTaiNs, value) => {
    asked.push([channelId, takenTaiNs, value]);
    return channelId === 1 ? { value: 7.25, deviationSigma: -3 } : undefined;
  });
  const unasked = { dtPredicted: Number.NaN, dtDeviationSigma: Number.NaN, wallTimestampNs: 5n };
  channel.trySend(frame({ ...unasked, channelId: 0, sequence: 1n, value: 4 }));
  channel.trySend(frame({ ...unasked, channelId: 1, sequence: 1n, value: 6, qualityFlags: QUALITY.good }));
  channel.trySend(frame({ ...unasked, channelId: 1, sequence: 2n, value: 6, qualityFlags: QUALITY.bad }));
  pipeline.drain(channel);
  expect(asked.slice(1)).toEqual([
    [1, 5n, 6],
    [1, 5n, undefined],
  ]);
  expect(published()).toMatchObject([
    { dtPredicted: Number.NaN, dtDeviationSigma: Number.NaN },
    { dtPredicted: 7.25, dtDeviationSigma: -3, value: 6 },
    { dtPredicted: 7.25, dtDeviationSigma: -3 },
  ]);
  expect(told).toEqual([{ published: 3 }]);
});

test("a jump in a channel's sequence is told with both ends and the number missing", () => {
  const { pipeline, channel, told } = pipelineOf();
  for (const sequence of [5n, 6n, 10n]) channel.trySend(frame({ sequence }));
  channel.trySend(frame({ channelId: 1, sequence: 1n }));
  pipeline.drain(channel);
  expect(told).toEqual([
    { gap: { channelId: 0, lastSequence: 6n, nextSequence: 10n, missing: 3n } },
    { published: 4 },
  ]);
});

test("a sequence that does not rise is a breach of contract: refused and told", () => {
  const { pipeline, channel, told, published } = pipelineOf();
  for (const sequence of [2n, 2n, 1n, 3n]) channel.trySend(frame({ sequence }));
  pipeline.drain(channel);
  expect(published().map((f) => f.sequence)).toEqual([2n, 3n]);
  expect(told.slice(0, 2)).toEqual([
    { violation: { channelId: 0, sequence: 2n, reason: "sequence does not rise above 2" } },
    { violation: { channelId: 0, sequence: 1n, reason: "sequence does not rise above 2" } },
  ]);
});

test("a frame of a channel that the driver does not declare is refused and told", () => {
  const { pipeline, channel, told, published } = pipelineOf();
  channel.trySend(frame({ channelId: 9 }));
  pipeline.drain(channel);
  expect(published()).toEqual([]);
  expect(told).toEqual([
    { violation: { channelId: 9, sequence: 1n, reason: "the driver declares no such channel" } },
  ]);
});

test("a frame damaged between driver and pipeline is dropped and told, and shows as a gap after", () => {
  fc.assert(
    fc.property(fc.nat(59), fc.nat(7), (byte, bit) => {
      const { pipeline, channel, told, published } = pipelineOf();
      channel.trySend(frame({ sequence: 1n }));
      pipeline.drain(channel);
      channel.trySend(frame({ sequence: 2n }));
      const damaging = Object.create(channel) as FrameChannel;
      damaging.drain = (take) =>
        channel.drain((bytes, at) => {
          bytes[at + byte]! ^= 1 << bit;
          take(bytes, at);
        });
      pipeline.drain(damaging);
      channel.trySend(frame({ sequence: 3n }));
      pipeline.drain(channel);
      expect(published().map((f) => f.sequence)).toEqual([1n, 3n]);
      expect(pipeline.counts).toMatchObject({ crcFailures: 1, gaps: 1, published: 2 });
      expect(told.map((t) => Object.keys(t as object)[0])).toEqual([
        "published",
        "crcFailure",
        "gap",
        "published",
      ]);
    }),
  );
});
