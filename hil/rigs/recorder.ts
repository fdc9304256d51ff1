/**
 * Turns what the runtime and the plant tell into lines of the run record, at the plant time at which
 * it happened.
 */
import type { RingReader } from "@helix/bus";
import {
  decodeFrame,
  FRAME_BYTES,
  instrumentIdAsU64,
  parseInstrumentId,
  type TelemetryFrame,
  taiToUtcNs,
} from "@helix/hal";
import type {
  CommandLine,
  ErrorLine,
  RecordedInstrument,
  RunRecordLine,
  SampleLine,
} from "@helix/run-record";
import type { CommandReport, CommandResolution, SupervisorEvent } from "@helix/supervisor";
import type { PlannedCommand } from "../scenario/plan.ts";
import type { CalibrationReport } from "./planned-command.ts";
import type { RunRecordSink } from "./record-writer.ts";
import type { RunWatch } from "./run-watch.ts";

export interface RecorderOptions {
  readonly record: RunRecordSink;
  readonly instruments: readonly RecordedInstrument[];
  /** Plant time now, s. */
  readonly plantTimeS: () => number;
  /** Instant of plant time 0, ms since 1970 UTC, by the clock that stamps the instrument's readings. */
  readonly inoculationMs: (instrument: string) => number;
  readonly frames: Pick<RingReader, "read" | "missed">;
  readonly watch: RunWatch;
  /** The recording cannot go on: the run is then invalid. */
  readonly onFailure: (error: Error) => void;
}

type Entry = Omit<CommandLine, "resolved">;

export class Recorder {
  readonly #options: RecorderOptions;
  readonly #names: ReadonlyMap<bigint, { key: string; channels: ReadonlyMap<number, string> }>;
  readonly #resolved = new Map<string, CommandLine["resolved"]>();
  readonly #unsettled = new Map<string, Entry>();
  readonly #unsentAtS = new Map<string, number>();
  readonly #latestSampleS = new Map<string, number>();
  readonly #frame = new Uint8Array(FRAME_BYTES);
  readonly #pending = new Set<Promise<void>>();
  readonly counts = { frames: 0, gaps: 0, drops: 0, crcFailures: 0 };

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#names = new Map(
      options.instruments.map(({ key, instrumentId, channels }) => [
        instrumentIdAsU64(parseInstrumentId(instrumentId)),
        { key, channels: new Map(channels.map(({ id, name }) => [id, name])) },
      ]),
    );
  }

  take(event: SupervisorEvent): void {
    if (event.type === "frames") return this.drain();
    const { record, plantTimeS, watch } = this.#options;
    const t = plantTimeS();
    if (event.type === "ledger-unavailable") {
      const recovery = "commands are refused, measuring goes on";
      return this.#recordForAll({ errorKind: "LedgerUnavailable", message: event.reason, recovery });
    }
    // The ledger has it; the fault that did it is in the record by itself.
    if (event.type === "clock-stepped") return;
    const { instrument } = event;
    switch (event.type) {
      case "status":
        record.add({ kind: "status", t, instrument, status: event.status.state, reason: event.reason });
        watch.event(
          t,
          `${instrument}: ${event.status.state}${event.reason === undefined ? "" : ` (${event.reason})`}`,
        );
        return;
      case "error": {
        const { kind: errorKind, message } = event.error;
        record.add({
          kind: "error",
          t,
          instrument,
          errorKind,
          message,
          recovery: `${event.recovery}: ${event.next}`,
        });
        return;
      }
      case "gap":
        return this.#recordGap(t, event);
      case "interruption":
        return this.#recordInterruption(t, event);
      case "drop":
        return this.#recordDrop(t, event);
      case "crc-failure":
        this.counts.crcFailures += 1;
        return;
      case "contract-violation":
        record.add({
          kind: "error",
          t,
          instrument,
          errorKind: "ContractViolation",
          message: event.reason,
          recovery: "frame discarded",
        });
        return;
      case "command-orphaned":
        watch.event(t, `${instrument}: the outcome of command ${event.id} is unknown: ${event.reason}`);
        return;
      case "command-resolved":
        return this.#settle(t, event.resolution);
      case "alarm":
        watch.event(t, `${instrument}: ${event.message}`);
    }
  }

  /** s; of the latest sample of an instrument, before all time when there is none. */
  latestSampleS(instrument: string): number {
    return this.#latestSampleS.get(instrument) ?? Number.NEGATIVE_INFINITY;
  }

  /** Takes what waits in the ring. */
  drain(): void {
    const { frames, onFailure } = this.#options;
    while (frames.read(this.#frame)) this.#recordSample(decodeFrame(this.#frame));
    if (frames.missed > 0n) {
      onFailure(
        new Error(
          `${frames.missed} frames were overwritten before they were recorded: the bench is too slow`,
        ),
      );
    }
  }

  /** What became of a scheduled command; an unknown outcome is recorded once it is settled. */
  recordCommand(planned: PlannedCommand, sentAtS: number, report: CommandReport | CalibrationReport): void {
    if (!("id" in report)) return this.#recordCalibration(planned, sentAtS, report);
    const entry: Entry = {
      kind: "command",
      t: sentAtS,
      id: report.id,
      scheduled: planned.id,
      instrument: planned.instrument,
      description: planned.description,
      channel: "channel" in planned ? planned.channel : undefined,
      value: planned.kind === "setpoint" ? planned.value : undefined,
      unit: planned.kind === "setpoint" ? planned.unit : undefined,
      rationale: planned.rationale,
      actor: report.actor.id,
      outcome: report.outcome,
      acknowledgedValue: report.acknowledgedValue,
      reason: report.reason,
      latencyMs: report.roundTripLatencyUs === undefined ? undefined : report.roundTripLatencyUs / 1000,
      intentLedgerSequence: report.intentSequence?.toString(),
      outcomeLedgerSequence: report.outcomeSequence?.toString(),
    };
    const resolved = this.#resolved.get(report.id);
    if (report.outcome === "unknown" && resolved === undefined) this.#unsettled.set(report.id, entry);
    else this.#options.record.add({ ...entry, resolved });
  }

  /** A scheduled command that could not be given. */
  recordUnsent(
    { id: scheduled, instrument, description }: PlannedCommand,
    t: number,
    { message: reason, commandId }: { readonly message: string; readonly commandId?: string },
  ): void {
    this.#unsentAtS.set(scheduled, t);
    const refused = commandId === undefined ? {} : { commandId };
    this.#options.record.add({ kind: "unsent", t, scheduled, instrument, description, reason, ...refused });
  }

  /** The ledger refused the intent and holds it all the same: the command has a fate, if not a sending. */
  recordFound(planned: PlannedCommand, report: CommandReport): void {
    this.recordCommand(planned, this.#unsentAtS.get(planned.id) ?? this.#options.plantTimeS(), report);
  }

  /** The runtime has died; nothing more comes of what it was doing. */
  recordDeath(how: string): void {
    this.drain();
    this.#pending.clear();
    const { record, instruments, plantTimeS, watch } = this.#options;
    const t = plantTimeS();
    record.add({ kind: "runtime", t, is: "dead", reason: how });
    for (const { key: instrument } of instruments)
      record.add({ kind: "status", t, instrument, status: "Disconnected", reason: `the runtime is ${how}` });
    watch.event(t, `the runtime is ${how}`);
  }

  /** The runtime runs again; sequences begin anew. */
  recordStart(reason: string): void {
    const { record, plantTimeS, watch } = this.#options;
    record.add({ kind: "runtime", t: plantTimeS(), is: "started", reason });
    watch.event(plantTimeS(), `the runtime runs again; ${reason}`);
  }

  recordFailedStart(message: string): void {
    this.#recordForAll({ errorKind: "RuntimeStartFailed", message, recovery: "start it again in 5 s" });
  }

  #recordCalibration(planned: PlannedCommand, sentAtS: number, report: CalibrationReport): void {
    if (planned.kind !== "calibration") throw new Error(`${planned.id} is no calibration`);
    const { id: scheduled, instrument, channel, description, rationale } = planned;
    const { actor, outcome, reason } = report;
    this.#options.record.add({
      kind: "calibration",
      t: sentAtS,
      scheduled,
      instrument,
      channel,
      description,
      rationale,
      actor: actor.id,
      outcome,
      reason,
    });
  }

  recordTruth(t: number, states: Readonly<Record<string, number>>): void {
    this.#options.record.add({ kind: "truth", t, states });
  }

  /** Nothing more will be learnt: commands still unsettled are recorded as that. */
  async finish(): Promise<void> {
    await Promise.all(this.#pending);
    for (const entry of this.#unsettled.values()) this.#options.record.add({ ...entry, resolved: undefined });
    this.#unsettled.clear();
  }

  #recordForAll(error: Pick<ErrorLine, "errorKind" | "message" | "recovery">): void {
    const { record, instruments, plantTimeS } = this.#options;
    for (const { key: instrument } of instruments)
      record.add({ kind: "error", t: plantTimeS(), instrument, ...error });
  }

  #settle(t: number, { id, executed, readBack }: CommandResolution): void {
    const resolved = { executed, readBack, t };
    this.#resolved.set(id, resolved);
    const entry = this.#unsettled.get(id);
    if (!entry) return;
    this.#unsettled.delete(id);
    this.#options.record.add({ ...entry, resolved });
  }

  #recordGap(t: number, event: Extract<SupervisorEvent, { type: "gap" }>): void {
    this.counts.gaps += 1;
    const { instrument, channel, lastSequence, nextSequence, missing } = event;
    this.#recordOnce(event.ledgerSequence, (ledgerSequence) => ({
      kind: "gap",
      t,
      instrument,
      channel,
      lastSequence: `${lastSequence}`,
      nextSequence: `${nextSequence}`,
      missing: `${missing}`,
      ledgerSequence: `${ledgerSequence}`,
    }));
  }

  #recordInterruption(t: number, event: Extract<SupervisorEvent, { type: "interruption" }>): void {
    const { instrument, sinceUtcNs, firstTakenTaiNs } = event;
    const sinceS = (Number(sinceUtcNs / 1_000_000n) - this.#options.inoculationMs(instrument)) / 1000;
    const untilS = this.#plantTimeOf(instrument, firstTakenTaiNs);
    this.#recordOnce(event.ledgerSequence, (ledgerSequence) => ({
      kind: "interruption",
      t,
      instrument,
      sinceS,
      untilS,
      ledgerSequence: `${ledgerSequence}`,
    }));
  }

  /** A line for what is in the ledger: it comes when the ledger's record is durable. */
  #recordOnce(ledgerSequence: Promise<bigint>, line: (ledgerSequence: bigint) => RunRecordLine): void {
    const write = ledgerSequence.then(
      (sequence) => this.#options.record.add(line(sequence)),
      // What it tells of then stands without its line, and the expectation says so.
      () => {},
    );
    this.#pending.add(write);
    void write.finally(() => this.#pending.delete(write));
  }

  #recordDrop(t: number, { instrument, drop }: Extract<SupervisorEvent, { type: "drop" }>): void {
    this.counts.drops += 1;
    const channel = this.#options.instruments
      .find(({ key }) => key === instrument)
      ?.channels.find(({ id }) => id === drop.channelId)?.name;
    this.#options.record.add({
      kind: "drop",
      t,
      instrument,
      channel: channel ?? `channel ${drop.channelId}`,
      sequence: `${drop.droppedSequence}`,
      reason: drop.dropReason.reason,
    });
  }

  #recordSample(frame: TelemetryFrame): void {
    const source = this.#names.get(frame.instrumentId);
    const channel = source?.channels.get(frame.channelId);
    if (!source || channel === undefined) {
      const what = `instrument ${frame.instrumentId}, channel ${frame.channelId}`;
      return this.#options.onFailure(new Error(`a frame of ${what}, which this run does not have`));
    }
    this.counts.frames += 1;
    const sample: SampleLine = {
      kind: "sample",
      t: this.#plantTimeOf(source.key, frame.wallTimestampNs),
      instrument: source.key,
      channel,
      value: Number.isFinite(frame.value) ? frame.value : null,
      quality: frame.qualityFlags & 0xff,
      sequence: `${frame.sequence}`,
      setpoint: Number.isFinite(frame.activeSetpoint) ? frame.activeSetpoint : null,
      origin: frame.origin,
    };
    this.#options.record.add(sample);
    this.#latestSampleS.set(source.key, sample.t);
    this.#options.watch.sample(sample);
  }

  /** s since inoculation, to the ms. */
  #plantTimeOf(instrument: string, taiNs: bigint): number {
    const utcMs = Number(taiToUtcNs(taiNs) / 1_000_000n);
    return (utcMs - this.#options.inoculationMs(instrument)) / 1000;
  }
}
