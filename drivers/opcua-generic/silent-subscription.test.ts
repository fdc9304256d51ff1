/** Over real sockets: which silence of a subscription counts as a loss. */
import { InstrumentError } from "@helix/hal";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connection, FrameCollector, platform, streamAll, until } from "./testing/bench.ts";
import { VesselBench } from "./testing/vessel-bench.ts";

/** ms; the shortest that may be configured: after five of them a quiet subscription is looked into. */
const SILENCE_LIMIT_MS = 1000;

let bench: VesselBench;
beforeAll(async () => {
  bench = await VesselBench.start();
});
afterAll(() => bench.stop());

async function stream() {
  const driver = bench.driver({ config: { silence_limit_ms: SILENCE_LIMIT_MS } });
  await driver.connect(connection());
  const frames = new FrameCollector();
  const stop = new AbortController();
  const ended = driver.streamTelemetry(frames, streamAll, stop.signal).catch((error: unknown) => error);
  await until("the first frame", () => frames.frames.length > 0);
  const end = async () => {
    stop.abort();
    await ended;
    await driver.disconnect();
  };
  return { driver, frames, ended, end };
}

test("a subscription that has nothing to say is left alone, however long", async () => {
  bench.vessel.measure(36.9, new Date(Date.UTC(2026, 0, 1)));
  const { driver, frames, end } = await stream();
  await platform.clock.sleep(8 * SILENCE_LIMIT_MS);
  expect(driver.status).toEqual({ state: "Streaming" });
  expect(frames.frames).toHaveLength(1);
  await end();
});

test("one that lives and does not tell a value that the node holds is a lost connection", async () => {
  bench.vessel.measure(36.9, new Date(Date.UTC(2026, 0, 1)));
  const { frames, ended, end } = await stream();
  bench.server.silence();
  bench.vessel.measure(37.2, new Date(Date.UTC(2026, 0, 1, 0, 0, 1)));
  const error = await ended;
  expect(error).toBeInstanceOf(InstrumentError);
  expect((error as InstrumentError).detail).toMatchObject({
    kind: "ConnectionLost",
    reason: expect.stringMatching(/^the subscription is silent: .*Temperature.PV has a value/),
  });
  expect(frames.frames).toHaveLength(1);
  await end();
});
