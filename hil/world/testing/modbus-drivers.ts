/** Modbus drivers in a world: a context on a station's platform, and a frame channel that the test reads. */
import {
  type ModbusGenericConfig,
  ModbusGenericDriver,
  modbusGenericConfig,
} from "@helix/driver-modbus-generic";
import type { ConnectionConfig, DriverContext, FrameSender, StreamConfig, TelemetryFrame } from "@helix/hal";
import { type Platform, silentLog } from "@helix/platform";
import * as v from "valibot";

/** The default map of the simulated device, with its setpoints. */
export const REGISTERS = [
  { channel_id: 0, name: "temperature", unit: "Cel", register: 0, setpoint_register: 0 },
  { channel_id: 1, name: "ph", unit: "[pH]", register: 2, setpoint_register: 2 },
  { channel_id: 2, name: "agitation", unit: "{rev}/min", register: 4, setpoint_register: 4 },
].map((entry) => ({ ...entry, table: "input", type: "f32", is_writable: true }));

export const READINGS_ONLY = REGISTERS.map(({ setpoint_register, is_writable, ...entry }) => entry);

export function createDriver(
  platform: Pick<Platform, "clock" | "random" | "net" | "serial">,
  config: Record<string, unknown>,
  instrumentKey = "wb-01",
): ModbusGenericDriver {
  const { clock, random, net, serial } = platform;
  const context: DriverContext = {
    instrumentKey,
    clock,
    random,
    net,
    serial,
    log: silentLog,
    backpressure: { value: { level: "Normal" }, subscribe: () => () => {} },
    pkiFolder: "",
    secret: () => undefined,
    blocking: async (work) => work(),
  };
  const parsed: ModbusGenericConfig = v.parse(modbusGenericConfig, { registers: REGISTERS, ...config });
  return new ModbusGenericDriver(parsed, context);
}

export const connection = (changes: Partial<ConnectionConfig> = {}): ConnectionConfig => ({
  timeoutMs: 20_000,
  signal: new AbortController().signal,
  readOnly: false,
  ...changes,
});

export const STREAM_ALL: StreamConfig = {
  channelMask: [],
  rateOverrides: new Map(),
  dropPolicy: { policy: "DropOldest" },
  simulationMode: false,
};

/** A frame channel without an end. */
export class Frames implements FrameSender {
  readonly all: TelemetryFrame[] = [];
  readonly capacity = Number.MAX_SAFE_INTEGER;
  readonly backpressure = { level: "Normal" } as const;
  count = 0;
  readonly #keep: boolean;

  constructor(keep = true) {
    this.#keep = keep;
  }

  get depth(): number {
    return 0;
  }

  of(channelId: number): TelemetryFrame[] {
    return this.all.filter((frame) => frame.channelId === channelId);
  }

  trySend(frame: TelemetryFrame): "sent" {
    this.count += 1;
    if (this.#keep) this.all.push(frame);
    return "sent";
  }

  async send(frame: TelemetryFrame): Promise<"sent"> {
    return this.trySend(frame);
  }

  forceDropOldest(): boolean {
    return false;
  }

  forceDropLowQuality(): boolean {
    return false;
  }

  dropNewest(): void {}
}
