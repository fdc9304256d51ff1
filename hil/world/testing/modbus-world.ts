/** Simulated Modbus devices, each on a host of its own, and one host with a driver for each. */
import { startModbusDevice } from "@helix/simulators";
import type { WorldProgram } from "../world.ts";
import { connection, createDriver, Frames, READINGS_ONLY, REGISTERS, STREAM_ALL } from "./modbus-drivers.ts";

export interface ModbusWorldOptions {
  readonly devices: number;
  readonly seconds: number;
  /** Setpoints are polled too: a second request per poll. */
  readonly withSetpoints?: boolean;
}

export interface ModbusWorldResult {
  readonly frames: number;
  readonly gaps: number;
}

const run: WorldProgram<ModbusWorldOptions, ModbusWorldResult> = async (world, options) => {
  const { devices, seconds, withSetpoints = false } = options;
  const runtime = world.addStation("runtime");
  const registers = withSetpoints ? REGISTERS : READINGS_ONLY;
  for (let index = 0; index < devices; index++) {
    const { host, platform } = world.addStation(`device-${index}`);
    const line = { transport: "tcp", host: host.address, port: 502 } as const;
    await host.start(() => startModbusDevice({ platform, options: { line, serialNumber: `S${index}` } }));
  }
  const frames = new Frames(false);
  const drivers = Array.from({ length: devices }, (_, index) =>
    createDriver(runtime.platform, { transport: "tcp", host: `device-${index}`, registers }, `wb-${index}`),
  );
  const stop = new AbortController();
  await runtime.host.start(async () => {
    for (const driver of drivers) await driver.connect(connection());
  });
  const streams = runtime.host.start(() =>
    Promise.all(drivers.map((driver) => driver.streamTelemetry(frames, STREAM_ALL, stop.signal))),
  );
  await world.sleep(seconds * 1000);
  stop.abort();
  await streams;
  const gaps = drivers.reduce((sum, { streamingStats }) => sum + streamingStats.channelSequenceGaps, 0);
  return { frames: frames.count, gaps };
};
export default run;
