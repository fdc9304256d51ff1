/**
 * A driver whose every answer a test decides, and a ledger that keeps what it is given; for the
 * supervisor's own rules. Real drivers, ledger and wire are tested together in hil.
 */
import { ObservableValue, TelemetryRing } from "@helix/bus";
import { type InstrumentConfig, readHelixConfig } from "@helix/config";
import {
  type AuditSink,
  type BackpressureSignal,
  type ChannelDescriptor,
  type Commandable,
  type CommandDescriptor,
  type CommandResult,
  type FrameSender,
  type HealthReport,
  type InstrumentCommand,
  type InstrumentStatus,
  parseInstrumentId,
  type SetpointSnapshot,
  type StreamStopReason,
  type TelemetrySource,
} from "@helix/hal";
import { frame } from "@helix/hal/testing";
import type { HandedOver, Ledger, LedgerEvent, LedgerUnavailableError } from "@helix/ledger";
import { createSeededRandom, createSystemPlatform } from "@helix/platform";
import { ManualClock } from "@helix/platform/testing";
import type { SupervisorEvent } from "./events.ts";
import { InstrumentSession } from "./instrument-session.ts";

const CHANNELS: readonly ChannelDescriptor[] = [
  {
    id: 0,
    name: "ph",
    unit: "[pH]",
    nominalRateHz: 1,
    range: { min: 2, max: 12 },
    resolution: 0.001,
    isWritable: false,
  },
  {
    id: 1,
    name: "feed_rate",
    unit: "L/h",
    nominalRateHz: 1,
    range: { min: 0, max: 0.2 },
    resolution: 0.0001,
    isWritable: true,
  },
];
const COMMANDS: readonly CommandDescriptor[] = [
  {
    commandType: "SetSetpoint",
    channelIds: [1],
    requiresRationale: true,
    isGmpRegulated: true,
    minValue: 0,
    maxValue: 0.1,
  },
  {
    commandType: "SetMode",
    channelIds: [],
    requiresRationale: false,
    isGmpRegulated: true,
    minValue: undefined,
    maxValue: undefined,
  },
];

export class ScriptedDriver implements TelemetrySource, Commandable {
  readonly instrumentId = parseInstrumentId("maker:model:1");
  readonly displayName = "scripted";
  readonly capabilities = {
    streamsTelemetry: true,
    acceptsCommands: true,
    supportsCalibration: false,
    supportsSimulationMode: false,
    hasOnboardLogging: false,
  };
  readonly driverInfo = {
    driverName: "scripted",
    driverVersion: "1.0.0",
    driverAuthor: "test",
    supportedProtocols: [],
    minFirmwareVersion: "1.0.0",
    maxFirmwareVersion: undefined,
  };
  readonly status: InstrumentStatus = { state: "Uninitialized" };
  readonly channels = CHANNELS;
  readonly supportedCommands = COMMANDS;
  readonly streamingStats = {
    framesSent: 0,
    framesDroppedBackpressure: 0,
    framesDroppedCrcError: 0,
    channelSequenceGaps: 0,
    lastFrameTimestampNs: 0n,
    currentRateHz: 0,
  };
  /** What was called, in order. */
  readonly calls: string[] = [];
  /** What the instrument holds, by channel id. */
  readonly setpoints = new Map([[1, 0]]);
  #sequence = 0n;

  onConnect: (signal: AbortSignal) => Promise<void> = async () => {};
  onHealthCheck: (signal: AbortSignal) => Promise<void> = async () => {};
  /** Runs after two frames were sent; the default streams until it is stopped. */
  onStream: (signal: AbortSignal) => Promise<StreamStopReason> = untilAborted;
  onDispatch: (command: InstrumentCommand, signal: AbortSignal) => Promise<void> = async () => {};
  auditRecords = 1;

  async connect(config: { signal: AbortSignal }): Promise<void> {
    this.calls.push("connect");
    await this.onConnect(config.signal);
  }

  async disconnect(): Promise<void> {
    this.calls.push("disconnect");
  }

  async healthCheck(signal: AbortSignal): Promise<HealthReport> {
    this.calls.push("healthCheck");
    await this.onHealthCheck(signal);
    return {
      status: this.status,
      roundTripLatencyUs: 10,
      firmwareVersion: "1.2.3",
      instrumentUptimeSeconds: undefined,
      activeAlarms: [],
      diagnostics: new Map(),
    };
  }

  async streamTelemetry(
    sender: FrameSender,
    _config: unknown,
    signal: AbortSignal,
  ): Promise<StreamStopReason> {
    this.calls.push("stream");
    for (let i = 0; i < 2; i++) sender.trySend(frame({ channelId: 0, sequence: ++this.#sequence }));
    return this.onStream(signal);
  }

  async dispatchCommand(
    command: InstrumentCommand,
    audit: AuditSink,
    signal: AbortSignal,
  ): Promise<CommandResult> {
    this.calls.push(`dispatch ${command.type}`);
    try {
      await this.onDispatch(command, signal);
    } finally {
      for (let i = 0; i < this.auditRecords; i++) {
        audit({
          instrumentId: this.instrumentId,
          command,
          result: { ok: false, reason: "not looked at" },
          dispatchTimestampNs: 0n,
          acknowledgeTimestampNs: 5_000n,
          roundTripLatencyUs: 5,
        });
      }
    }
    if (command.type === "SetSetpoint") this.setpoints.set(command.channelId, command.value);
    return {
      acknowledgedValue: command.type === "SetSetpoint" ? command.value : undefined,
      instrumentTimestampNs: undefined,
      warnings: [],
    };
  }

  async readSetpoints(): Promise<SetpointSnapshot> {
    this.calls.push("readSetpoints");
    return { channelSetpoints: new Map(this.setpoints), snapshotTimestampNs: 0n };
  }
}

export class RecordingLedger implements Ledger {
  readonly events: LedgerEvent[] = [];
  failure: LedgerUnavailableError | undefined;
  readonly #listeners: ((record: HandedOver) => void)[] = [];

  watch(listener: (record: HandedOver) => void): void {
    this.#listeners.push(listener);
  }

  async append(event: LedgerEvent) {
    if (this.failure) throw this.failure;
    this.enqueue(event);
    return { sequence: BigInt(this.events.length - 1), recordHash: "" };
  }

  enqueue(event: LedgerEvent): void {
    this.events.push(event);
    const record = { sequence: BigInt(this.events.length - 1), utcNs: 0n, bootId: "0", event };
    for (const listener of this.#listeners) listener(record);
  }

  async checkpoint() {
    return { records: BigInt(this.events.length), root: "", note: "" };
  }

  async close(): Promise<void> {}

  types(): string[] {
    return this.events.map((event) => event.type);
  }
}

export function untilAborted(signal: AbortSignal): Promise<StreamStopReason> {
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve("Requested"), { once: true }),
  );
}

/** One session around a scripted driver, under a clock that the test moves. */
export async function scriptedSession(
  toml = "",
  {
    knownSetpoints,
    interruptedSinceUtcNs,
  }: {
    readonly knownSetpoints?: ReadonlyMap<number, number>;
    readonly interruptedSinceUtcNs?: bigint;
  } = {},
) {
  const helix = await readHelixConfig(
    `[instruments.x]\ndriver_library = "./x"\n${toml}`,
    "/plant/helix.toml",
  );
  const config = helix.instruments[0] as InstrumentConfig;
  const clock = new ManualClock();
  const driver = new ScriptedDriver();
  const ledger = new RecordingLedger();
  const events: SupervisorEvent[] = [];
  const stop = new AbortController();
  const session = new InstrumentSession({
    config,
    driver: {
      manifest: undefined as never,
      instrument: driver,
      library: "/plant/x",
      moduleHash: "",
      destroy: async () => {},
    },
    platform: { ...createSystemPlatform(), clock, random: createSeededRandom(1) },
    ledger,
    ring: TelemetryRing.create(1024).writer(),
    origin: "simulated",
    predict: undefined,
    backpressure: new ObservableValue<BackpressureSignal>({ level: "Normal" }),
    emit: (event) => events.push(event),
    interruptedSinceUtcNs,
    knownSetpoints,
  });
  const states = () => events.flatMap((event) => (event.type === "status" ? [event.status.state] : []));
  const run = () => session.run(stop.signal);
  return {
    clock,
    driver,
    ledger,
    events,
    states,
    session,
    stop: () => stop.abort(new Error("stopping")),
    run,
  };
}
