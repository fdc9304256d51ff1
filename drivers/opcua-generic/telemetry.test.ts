/**
 * What a stream carries, and how its numbers go on over losses; over real sockets, against a server
 * of the same stack.
 */
import {
  encodeFrame,
  FRAME_BYTES,
  frameCrcIsValid,
  InstrumentError,
  QUALITY,
  taiNsToDate,
  unitByUcum,
} from "@helix/hal";
import { StatusCodes } from "node-opcua-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { OpcUaGenericDriver } from "./driver.ts";
import { connection, FrameCollector, openHandles, platform, streamAll, until } from "./testing/bench.ts";
import { VesselBench } from "./testing/vessel-bench.ts";

let bench: VesselBench;
beforeAll(async () => {
  bench = await VesselBench.start();
});
afterAll(() => bench.stop());

const at = (second: number) => new Date(Date.UTC(2026, 0, 1) + second * 1000);

/** A stream that runs, and the second of the source clock that its last sample had. */
class RunningStream {
  readonly driver: OpcUaGenericDriver;
  readonly frames: FrameCollector;
  readonly stop = new AbortController();
  readonly ended: Promise<unknown>;

  /** Connects, subscribes, and waits for the value that is there, unless it has come before. */
  static async start(driver = bench.driver(), frames = new FrameCollector()): Promise<RunningStream> {
    await driver.connect(connection());
    const stream = new RunningStream(driver, frames);
    await until("streaming", () => driver.status.state === "Streaming");
    if (frames.frames.length === 0) await until("the first frame", () => frames.frames.length > 0);
    return stream;
  }

  private constructor(driver: OpcUaGenericDriver, frames: FrameCollector) {
    this.driver = driver;
    this.frames = frames;
    // Settled either way, so that a loss that a test waits for later is not unhandled meanwhile.
    this.ended = driver.streamTelemetry(frames, streamAll, this.stop.signal).catch((error: unknown) => error);
  }

  /** Measures the seconds one by one; each must have come before the next is taken. */
  async measure(seconds: readonly number[]): Promise<void> {
    for (const second of seconds) {
      const wanted = at(second).getTime();
      bench.vessel.measure(second, at(second));
      await until(`sample of second ${second}`, () => {
        const last = this.frames.frames.at(-1);
        return last !== undefined && taiNsToDate(last.wallTimestampNs).getTime() === wanted;
      });
    }
  }

  get sequences(): bigint[] {
    return this.frames.frames.map((frame) => frame.sequence);
  }

  async end(): Promise<unknown> {
    this.stop.abort();
    const reason = await this.ended;
    await this.driver.disconnect();
    return reason;
  }
}

describe("a stream", () => {
  test("carries value, source time, quality, unit and setpoint; the first sequence is 1", async () => {
    bench.vessel.measure(36.9, at(1));
    const stream = await RunningStream.start();
    expect(stream.driver.status).toEqual({ state: "Streaming" });
    bench.vessel.measure(37.1, at(2), StatusCodes.UncertainSensorNotAccurate);
    await until("second frame", () => stream.frames.frames.length === 2);
    const [first, second] = stream.frames.frames;
    expect(first).toMatchObject({
      sequence: 1n,
      value: 36.9,
      channelId: 0,
      activeSetpoint: 37,
      qualityFlags: QUALITY.good,
      origin: "physical",
      unitCode: unitByUcum("Cel")?.code,
    });
    expect(taiNsToDate(first?.wallTimestampNs ?? 0n)).toEqual(at(1));
    expect(second).toMatchObject({
      sequence: 2n,
      value: 37.1,
      qualityFlags: QUALITY.uncertainSensorNotAccurate,
    });
    expect(second?.dtPredicted).toBeNaN();
    expect(second?.dtDeviationSigma).toBeNaN();
    if (first === undefined) throw new Error("no frame");
    const bytes = new Uint8Array(FRAME_BYTES);
    encodeFrame(first, bytes);
    expect(frameCrcIsValid(bytes)).toBe(true);
    expect(await stream.end()).toBe("Requested");
  });

  test("delivers every sample of a burst, repeated values included, in order and without a gap", async () => {
    bench.vessel.measure(0, at(0));
    const stream = await RunningStream.start();
    await stream.measure([1]);
    for (let second = 2; second <= 600; second++) bench.vessel.measure(20, at(second));
    await until("600 samples", () => stream.sequences.length >= 601);
    expect(stream.sequences).toEqual(Array.from({ length: 601 }, (_, i) => BigInt(i + 1)));
    expect(stream.driver.streamingStats).toMatchObject({ framesSent: 601, channelSequenceGaps: 0 });
    await stream.end();
  });

  test("a change of setpoint shows in the frames that follow it", async () => {
    bench.vessel.measure(0, at(0));
    const stream = await RunningStream.start();
    await stream.measure([1]);
    bench.vessel.setpoint = 36.5;
    let second = 1;
    await until("the new setpoint in a frame", () => {
      second += 1;
      bench.vessel.measure(second, at(second));
      return stream.frames.frames.at(-1)?.activeSetpoint === 36.5;
    });
    bench.vessel.setpoint = 37;
    await stream.end();
  });

  test("an overflow of the server's queue leaves out one number per sample lost", async () => {
    bench.vessel.measure(0, at(0));
    const stream = await RunningStream.start();
    await stream.measure([1, 2, 3]);
    for (let second = 4; second <= 3003; second++) bench.vessel.measure(second, at(second));
    await until("the last sample", () => stream.frames.frames.at(-1)?.value === 3003);
    expect(stream.sequences.length).toBeLessThan(3004);
    expect(stream.frames.frames.at(-1)?.sequence).toBe(3004n);
    expect(stream.driver.streamingStats.channelSequenceGaps).toBe(1);
    await stream.end();
  });

  test("stops within 2 s when asked, and again on the same connection", async () => {
    const stream = await RunningStream.start();
    const begin = platform.clock.monotonicNs();
    stream.stop.abort();
    expect(await stream.ended).toBe("Requested");
    expect(Number(platform.clock.monotonicNs() - begin) / 1e6).toBeLessThan(2000);
    expect(stream.driver.status).toEqual({ state: "Connected" });
    const stop = new AbortController();
    stop.abort();
    expect(await stream.driver.streamTelemetry(stream.frames, streamAll, stop.signal)).toBe("Requested");
    await stream.driver.disconnect();
  });

  test("ends when the consumer closes its end", async () => {
    const stream = await RunningStream.start();
    stream.frames.isClosed = true;
    bench.vessel.measure(1, at(1));
    expect(await stream.ended).toBe("Requested");
    expect(stream.frames.frames).toHaveLength(1);
    await stream.driver.disconnect();
  });
});

describe("a loss", () => {
  test("by a broken connection: ConnectionLost; after reconnection the gap is as long as what was missed", async () => {
    bench.vessel.measure(0, at(0));
    const stream = await RunningStream.start();
    await stream.measure([1, 2, 3, 4]);
    bench.proxy.breakConnections();
    const error = await stream.ended;
    expect(error).toBeInstanceOf(InstrumentError);
    expect((error as InstrumentError).detail).toMatchObject({
      kind: "ConnectionLost",
      lastFrameSequence: 5n,
      wasGraceful: false,
    });
    expect(stream.driver.status).toEqual({ state: "Disconnected" });
    bench.vessel.measure(14, at(14));
    const again = await RunningStream.start(stream.driver, stream.frames);
    await again.measure([15]);
    // 5 to 13 were missed: nine numbers.
    expect(again.sequences).toEqual([1n, 2n, 3n, 4n, 5n, 15n, 16n]);
    await again.end();
  });

  test("in which no sample was taken makes no gap and no second frame for the old sample", async () => {
    bench.vessel.measure(0, at(0));
    const stream = await RunningStream.start();
    await stream.measure([1, 2]);
    bench.proxy.breakConnections();
    await stream.ended;
    const again = await RunningStream.start(stream.driver, stream.frames);
    await again.measure([3]);
    expect(again.sequences).toEqual([1n, 2n, 3n, 4n]);
    await again.end();
  });

  test("by silence is noticed, and nothing is left open", async () => {
    const before = openHandles();
    const stream = await RunningStream.start();
    bench.proxy.stall();
    try {
      const error = await stream.ended;
      expect((error as InstrumentError).detail).toMatchObject({
        kind: "ConnectionLost",
        reason: expect.stringContaining("nothing heard") as string,
        wasGraceful: false,
      });
      expect(stream.driver.status).toEqual({ state: "Disconnected" });
    } finally {
      bench.proxy.resume();
    }
    await until("handles are as before", () => {
      const now = openHandles();
      return now.sockets <= before.sockets && now.timers <= before.timers;
    });
  });

  test("disconnect from a silent peer settles within 5 s", async () => {
    const driver = bench.driver();
    await driver.connect(connection());
    bench.proxy.stall();
    try {
      const begin = platform.clock.monotonicNs();
      await driver.disconnect();
      expect(Number(platform.clock.monotonicNs() - begin) / 1e9).toBeLessThan(5);
    } finally {
      bench.proxy.resume();
    }
    expect(driver.status).toEqual({ state: "Disconnected" });
  });

  test("a health check of a silent peer is a timeout", async () => {
    const driver = bench.driver();
    await driver.connect(connection());
    bench.proxy.stall();
    try {
      await expect(driver.healthCheck(new AbortController().signal)).rejects.toMatchObject({
        kind: "Timeout",
      });
    } finally {
      bench.proxy.resume();
      await driver.disconnect();
    }
  });
});
