/**
 * The simulated Modbus device on a platform that it is handed: in its own process (main.ts), or in a
 * virtual world, where the host's clock is plant time.
 */
import type { Platform } from "@helix/platform";
import type { InstrumentFault, InstrumentFaultReceipt } from "../instrument-fault.ts";
import { Device } from "./device/device.ts";
import { checkFault, isSensorFault } from "./faults.ts";
import { checkOptions, type ModbusDeviceOptions } from "./options.ts";
import { AnswerFaults } from "./server/answer-faults.ts";
import { serveRtu } from "./server/rtu-server.ts";
import { type ModbusServer, serveTcp } from "./server/tcp-server.ts";

export interface ModbusDeviceParts {
  readonly platform: Pick<Platform, "clock" | "net" | "serial">;
  readonly options: ModbusDeviceOptions;
  /** Absent: s of the platform's clock since the start, from `options.beginS` on. */
  readonly plantTimeS?: () => number;
}

export interface RunningModbusDevice {
  readonly endpoint: string;
  readonly plantTimeS: number;
  /** Rejects when the device can serve no longer. */
  readonly failed: Promise<never>;
  readonly framingErrors: number;
  /** Active faults. */
  readonly faultIds: readonly string[];
  /** The true values: temperature, ph, agitation. */
  truth(): Readonly<Record<string, number>>;
  /** The present setpoints, under the same names. */
  setpoints(): Readonly<Record<string, number>>;
  /** Takes effect with the next request. @throws RangeError for a fault it cannot do, or an id in use */
  inject(id: string, fault: InstrumentFault): void;
  /** @throws RangeError for an id that is not active */
  clear(id: string): InstrumentFaultReceipt;
  stop(): Promise<void>;
}

/** @throws Error in one clear line for wrong options, or an address that it cannot serve at */
export async function startModbusDevice(parts: ModbusDeviceParts): Promise<RunningModbusDevice> {
  const { platform } = parts;
  const settings = checkOptions(parts.options);
  const device = new Device(settings, parts.plantTimeS ?? clockTime(platform.clock, settings.beginS));
  const faults = new AnswerFaults();
  const server = await serve(platform, device, faults);
  return {
    endpoint: server.endpoint,
    failed: server.failed,
    get plantTimeS() {
      return device.plantTimeS;
    },
    get framingErrors() {
      return server.framingErrors;
    },
    get faultIds() {
      return [...faults.ids, ...device.sensors.ids];
    },
    truth: () => device.truth(),
    setpoints: () => device.setpoints(),
    inject: (id, fault) => inject(device, faults, id, fault),
    clear: (id) => clear(device, faults, id),
    stop: () => server.close(),
  };
}

function serve(
  platform: ModbusDeviceParts["platform"],
  device: Device,
  faults: AnswerFaults,
): Promise<ModbusServer> {
  const { line } = device.settings;
  if (line.transport === "tcp") return serveTcp(platform, line, device, faults);
  const { path, baudRate, parity, stopBits } = line;
  return serveRtu(platform, { path, baudRate, dataBits: 8, parity, stopBits }, device, faults);
}

function inject(device: Device, faults: AnswerFaults, id: string, given: InstrumentFault): void {
  const fault = checkFault(given);
  if (faults.ids.includes(id) || device.sensors.ids.includes(id)) {
    throw new RangeError(`fault "${id}" is active already`);
  }
  const now = device.plantTimeS;
  if (isSensorFault(fault)) device.sensors.begin(id, fault, now, device.truth()[fault.channel]);
  else faults.begin(id, fault, now);
}

function clear(device: Device, faults: AnswerFaults, id: string): InstrumentFaultReceipt {
  const now = device.plantTimeS;
  const receipt = faults.end(id, now) ?? device.sensors.end(id, now);
  if (receipt === undefined) throw new RangeError(`fault "${id}" is not active`);
  return receipt;
}

function clockTime(clock: Platform["clock"], beginS: number): () => number {
  const startNs = clock.monotonicNs();
  return () => beginS + Number(clock.monotonicNs() - startNs) / 1e9;
}
