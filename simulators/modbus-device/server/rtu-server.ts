/** The device on a serial line. Timing: Modbus over Serial Line 1.02, 2.5.1.1. */
import type { Cancellable, Clock, Serial, SerialLine } from "@helix/hal";
import type { Device } from "../device/device.ts";
import type { AnswerFaults } from "./answer-faults.ts";
import { FramingError, RtuRequestReader, rtuFrame } from "./frames.ts";
import { Line } from "./line.ts";
import type { ModbusServer } from "./tcp-server.ts";

/** A request that stands still for so long is not whole. The standard's pause is shorter than a USB converter's. */
const SILENCE_MS = 50;

/** @throws Error with the system's code when the port cannot be opened */
export async function serveRtu(
  { serial, clock }: { readonly serial: Serial; readonly clock: Clock },
  settings: SerialLine,
  device: Device,
  faults: AnswerFaults,
): Promise<ModbusServer> {
  const port = await serial.open(settings);
  const failure = Promise.withResolvers<never>();
  // Nobody may be waiting for it.
  failure.promise.catch(() => {});
  let framingErrors = 0;
  let isClosed = false;
  let silence: Cancellable | undefined;
  const reader = new RtuRequestReader();
  const gone = (reason: string) => {
    silence?.cancel();
    if (!isClosed) failure.reject(new Error(`the device lost its line ${settings.path}: ${reason}`));
  };
  const line = new Line({
    clock,
    device,
    faults,
    reader,
    turnaroundMs: (3.5 * 11 * 1000) / Math.min(settings.baudRate, 19_200),
    isForUs: (unitId) => unitId === device.settings.unitId,
    encode: ({ unitId, message, hasWrongChecksum }) => rtuFrame(unitId, message, hasWrongChecksum === true),
    write: (bytes) => port.write(bytes),
    onGone: () => gone("it cannot be written to"),
  });
  const take = (chunk: Uint8Array) => {
    try {
      line.take(chunk);
    } catch (error) {
      if (!(error instanceof FramingError)) throw error;
      framingErrors += 1;
    }
    silence?.cancel();
    silence = clock.timer(SILENCE_MS, () => reader.silence());
  };
  const listen = async () => {
    try {
      for await (const chunk of port.incoming) take(chunk);
      gone("the port was closed");
    } catch (error) {
      gone(error instanceof Error ? error.message : String(error));
    }
  };
  void listen();
  return {
    endpoint: `modbus-rtu:${settings.path}`,
    failed: failure.promise,
    get framingErrors() {
      return framingErrors;
    },
    async close() {
      isClosed = true;
      silence?.cancel();
      await port.close();
    },
  };
}
