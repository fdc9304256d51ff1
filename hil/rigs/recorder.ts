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
import type { CommandLine, RecordedInstrument, SampleLine } from "@helix/run-record";
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
  readonly frames: RingReader;
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
  readonly #latestSampleS = new Map<string, number>();
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
    const { record, plantTimeS, watch } = this.#options;
    const t = plantTimeS();
    if (event.type === "ledger-unavailable") return this.#recordLedgerFailure(t, event.reason);
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
      case "command-resolved":
        return this.#settle(t, event.resolution);
      case "frames":
        return this.drain();
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
    const bytes = new Uint8Array(FRAME_BYTES);
    while (frames.read(bytes)) this.#recordSample(decodeFrame(bytes));
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

  #recordLedgerFailure(t: number, message: string): void {
    const recovery = "commands are refused, measuring goes on";
    for (const { key } of this.#options.instruments) {
      this.#options.record.add({
        kind: "error",
        t,
        instrument: key,
        errorKind: "LedgerUnavailable",
        message,
        recovery,
      });
    }
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
    const write = event.ledgerSequence.then(
      (ledgerSequence) => {
        this.#options.record.add({
          kind: "gap",
          t,
          instrument,
          channel,
          lastSequence: `${lastSequence}`,
          nextSequence: `${nextSequence}`,
          missing: `${missing}`,
          ledgerSequence: `${ledgerSequence}`,
        });
      },
      // The jump then stands without its line, and the expectation says so.
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
