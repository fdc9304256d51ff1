import { TelemetryRing } from "@helix/bus";
import {
  dateToTaiNs,
  encodeFrame,
  FRAME_BYTES,
  instrumentIdAsU64,
  parseInstrumentId,
  type TelemetryFrame,
} from "@helix/hal";
import type { RunRecordLine } from "@helix/run-record";
import type { CommandReport } from "@helix/supervisor";
import { describe, expect, test } from "vitest";
import { COMMAND } from "../expectations/test-facts.ts";
import type { RecordWriter } from "./record-writer.ts";
import { Recorder } from "./recorder.ts";

const ID = parseInstrumentId("sartorius:biostat-b:SIM-1");
const INOCULATION_MS = Date.UTC(2026, 0, 1);

function recording(capacity = 16) {
  const lines: RunRecordLine[] = [];
  const failures: string[] = [];
  const ring = TelemetryRing.create(capacity);
  const recorder = new Recorder({
    record: { add: (line: RunRecordLine) => lines.push(line) } as unknown as RecordWriter,
    instruments: [
      {
        key: "brx-07",
        instrumentId: ID,
        displayName: "",
        driver: "",
        simulator: undefined,
        origin: "simulated",
        channels: [{ id: 1, name: "ph", unit: "[pH]", range: { min: 2, max: 12 } }],
      },
    ],
    frames: ring.reader("oldest"),
    plantTimeS: () => 42,
    inoculationMs: () => INOCULATION_MS,
    watch: { stage() {}, time() {}, sample() {}, event() {} },
    onFailure: (error) => failures.push(error.message),
  });
  const writer = ring.writer();
  const write = (more: Partial<TelemetryFrame>) => {
    const bytes = new Uint8Array(FRAME_BYTES);
    encodeFrame({ ...FRAME, ...more }, bytes);
    writer.write(bytes);
  };
  return { recorder, lines, failures, write };
}

const FRAME: TelemetryFrame = {
  timestampNs: 0n,
  wallTimestampNs: dateToTaiNs(new Date(INOCULATION_MS + 90_500)),
  instrumentId: instrumentIdAsU64(ID),
  channelId: 1,
  qualityFlags: 0xc0,
  unitCode: 20,
  value: 7.1,
  sequence: 5n,
  hwMetadata: 0n,
  activeSetpoint: Number.NaN,
  dtPredicted: Number.NaN,
  dtDeviationSigma: Number.NaN,
  alarmBitmap: 0n,
  spcSignals: 0,
  origin: "simulated",
};

const report = (outcome: CommandReport["outcome"]): CommandReport => ({
  id: "c1",
  instrument: "brx-07",
  command: { type: "SetSetpoint", channelId: 1, value: 7, unit: "[pH]", rationale: "test" },
  description: "",
  actor: { id: "scenario:test", role: "scenario" },
  outcome,
  acknowledgedValue: outcome === "acknowledged" ? 7 : undefined,
  reason: undefined,
  warnings: [],
  roundTripLatencyUs: undefined,
  intentSequence: 3n,
  outcomeSequence: 4n,
});
const resolution = {
  type: "command-resolved",
  instrument: "brx-07",
  resolution: { id: "c1", executed: true, readBack: 7, reason: "" },
} as const;

describe("recorder", () => {
  test("a frame becomes a sample at the instrument's own time", () => {
    const { recorder, lines, write } = recording();
    write({});
    recorder.drain();
    expect(lines).toEqual([
      {
        kind: "sample",
        t: 90.5,
        instrument: "brx-07",
        channel: "ph",
        value: 7.1,
        quality: 192,
        sequence: "5",
        setpoint: null,
        origin: "simulated",
      },
    ]);
    expect(recorder.latestSampleS("brx-07")).toBe(90.5);
    expect(recorder.counts.frames).toBe(1);
  });

  test("a value that is no number is recorded as none", () => {
    const { recorder, lines, write } = recording();
    write({ value: Number.NaN, qualityFlags: 0 });
    recorder.drain();
    expect(lines[0]).toMatchObject({ value: null, quality: 0 });
  });

  test("frames that were overwritten before they were read end the run: no sample is lost in silence", () => {
    const { recorder, failures, write } = recording(4);
    for (let i = 0n; i < 6n; i++) write({ sequence: i });
    recorder.drain();
    expect(failures).toEqual(["2 frames were overwritten before they were recorded: the bench is too slow"]);
  });

  test("a frame of an instrument that the run does not have ends the run", () => {
    const { recorder, lines, failures, write } = recording();
    write({ instrumentId: 1n });
    recorder.drain();
    expect(lines).toEqual([]);
    expect(failures).toHaveLength(1);
  });

  test.each<[order: string, resolvedFirst: boolean]>([
    ["after the report", false],
    ["before the report", true],
  ])(
    "an unknown outcome is recorded once, with its resolution, which came %s",
    async (_order, resolvedFirst) => {
      const { recorder, lines } = recording();
      if (resolvedFirst) recorder.take(resolution);
      recorder.recordCommand(COMMAND, 30, report("unknown"));
      if (!resolvedFirst) recorder.take(resolution);
      await recorder.finish();
      expect(lines).toMatchObject([
        { kind: "command", t: 30, outcome: "unknown", resolved: { executed: true, readBack: 7, t: 42 } },
      ]);
      expect(lines).toContainEqual(
        expect.objectContaining({ kind: "command", id: "c1", scheduled: "schedule.1" }),
      );
    },
  );

  test("an outcome that stays unknown is recorded at the end, unresolved", async () => {
    const { recorder, lines } = recording();
    recorder.recordCommand(COMMAND, 30, report("unknown"));
    expect(lines).toEqual([]);
    await recorder.finish();
    expect(lines).toMatchObject([{ kind: "command", outcome: "unknown", resolved: undefined }]);
  });

  test("a gap waits for its ledger record", async () => {
    const { recorder, lines } = recording();
    const ledgerSequence = Promise.withResolvers<bigint>();
    recorder.take({
      type: "gap",
      instrument: "brx-07",
      channel: "ph",
      lastSequence: 5n,
      nextSequence: 8n,
      missing: 2n,
      ledgerSequence: ledgerSequence.promise,
    });
    expect(lines).toEqual([]);
    ledgerSequence.resolve(17n);
    await recorder.finish();
    expect(lines).toMatchObject([
      { kind: "gap", t: 42, lastSequence: "5", nextSequence: "8", missing: "2", ledgerSequence: "17" },
    ]);
  });
});
