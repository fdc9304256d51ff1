/**
 * Reads the text of a run record. A record that is damaged, cut off or of another version is
 * refused with one error that names the line: a report over half a record would be a wrong report.
 */
import {
  type CalibrationLine,
  type CommandLine,
  type DropLine,
  type EndLine,
  type ErrorLine,
  type ExpectationLine,
  type FaultLine,
  type GapLine,
  type InterruptionLine,
  type LedgerLine,
  RUN_RECORD_VERSION,
  type RunLine,
  type RunRecordLine,
  type RuntimeLine,
  type SampleLine,
  type StatusLine,
  type TruthLine,
  type UnsentLine,
} from "@helix/run-record";
import { type Check, isPlainObject, RECORD_FIELDS } from "./record-fields.ts";

/** A whole record, its lines sorted by kind; within a kind in the order of the record. */
export interface RunRecord {
  readonly run: RunLine;
  readonly samples: readonly SampleLine[];
  readonly statuses: readonly StatusLine[];
  readonly gaps: readonly GapLine[];
  readonly interruptions: readonly InterruptionLine[];
  readonly drops: readonly DropLine[];
  readonly errors: readonly ErrorLine[];
  /** Deaths and new starts of the runtime. */
  readonly runtimes: readonly RuntimeLine[];
  readonly commands: readonly CommandLine[];
  /** Commands that could not be given. */
  readonly unsent: readonly UnsentLine[];
  readonly calibrations: readonly CalibrationLine[];
  readonly faults: readonly FaultLine[];
  readonly truths: readonly TruthLine[];
  readonly expectations: readonly ExpectationLine[];
  /** Undefined where the run ended before its ledger was closed. */
  readonly ledger: LedgerLine | undefined;
  readonly end: EndLine;
}

/** The record cannot be read. `line` counts from 1. */
export class RecordError extends Error {
  override readonly name = "RecordError";
  readonly line: number;

  constructor(line: number, problem: string) {
    super(`run record, line ${line}: ${problem}`);
    this.line = line;
  }
}

/**
 * @param text the whole of record.jsonl
 * @throws RecordError for a line that is no JSON, a missing or wrong field, an unknown kind, a version
 *   other than {@link RUN_RECORD_VERSION}, and a record without its first or last line
 */
export function readRecord(text: string): RunRecord {
  const lines = text.split("\n");
  // The last line break ends the last line; it does not begin another.
  const endsWithLineBreak = lines.at(-1) === "";
  if (endsWithLineBreak) lines.pop();
  const record = new RecordBuilder();
  for (const [index, line] of lines.entries()) {
    const isCutOff = index === lines.length - 1 && !endsWithLineBreak;
    record.add(index + 1, parseLine(line, index + 1, isCutOff));
  }
  return record.finish(lines.length);
}

function parseLine(line: string, lineNumber: number, isCutOff: boolean): RunRecordLine {
  const value = parseJson(line, lineNumber, isCutOff);
  if (!isPlainObject(value)) throw new RecordError(lineNumber, "a JSON object is expected");
  if (lineNumber === 1) checkVersion(value);
  const kind = value["kind"];
  if (typeof kind !== "string" || !Object.hasOwn(RECORD_FIELDS, kind)) {
    const known = Object.keys(RECORD_FIELDS).join(", ");
    throw new RecordError(
      lineNumber,
      `kind ${JSON.stringify(kind) ?? "(missing)"} is not one of version ${RUN_RECORD_VERSION}'s: ${known}`,
    );
  }
  const fields: Readonly<Record<string, Check>> = RECORD_FIELDS[kind as RunRecordLine["kind"]];
  for (const [name, check] of Object.entries(fields)) {
    const expected = check(value[name]);
    if (expected === undefined) continue;
    const found = value[name] === undefined ? "is missing" : `is ${excerpt(JSON.stringify(value[name]))}`;
    throw new RecordError(lineNumber, `"${name}" of a ${kind} line ${found}; expected ${expected}`);
  }
  return value as unknown as RunRecordLine;
}

function parseJson(line: string, lineNumber: number, isCutOff: boolean): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    const problem = isCutOff
      ? "the record is cut off in the middle of this line; the run or the copy of it was not finished"
      : `no JSON: ${excerpt(line)}`;
    throw Object.assign(new RecordError(lineNumber, problem), { cause });
  }
}

/** The version is looked at before all else: a newer record may differ in anything but this. */
function checkVersion(first: Record<string, unknown>): void {
  if (first["kind"] !== "run") throw new RecordError(1, 'a run record begins with a line of kind "run"');
  const version = first["version"];
  if (version === RUN_RECORD_VERSION) return;
  const writer = first["helixVersion"];
  const use =
    typeof writer === "string" ? `HELIX ${excerpt(writer)}, which wrote it` : "the HELIX that wrote it";
  throw new RecordError(
    1,
    `this record is version ${excerpt(JSON.stringify(version) ?? "(missing)")}; this HELIX reads version ${RUN_RECORD_VERSION}. Use ${use}`,
  );
}

const excerpt = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}...` : text);

/** What expectations are judged by and no report shows. */
const NOT_SHOWN = ["plan", "reached", "audit", "resources", "memory"] as const;
type NotShown = Extract<RunRecordLine, { kind: (typeof NOT_SHOWN)[number] }>;
const isShown = (line: RunRecordLine): line is Exclude<RunRecordLine, NotShown> =>
  !(NOT_SHOWN as readonly string[]).includes(line.kind);

/** Sorts the lines by kind, and holds each against what the run line says. */
class RecordBuilder {
  #run: RunLine | undefined;
  #ledger: LedgerLine | undefined;
  #end: EndLine | undefined;
  readonly #channels = new Map<string, ReadonlySet<string>>();
  readonly #lists = {
    sample: [] as SampleLine[],
    status: [] as StatusLine[],
    gap: [] as GapLine[],
    interruption: [] as InterruptionLine[],
    drop: [] as DropLine[],
    error: [] as ErrorLine[],
    runtime: [] as RuntimeLine[],
    command: [] as CommandLine[],
    unsent: [] as UnsentLine[],
    calibration: [] as CalibrationLine[],
    fault: [] as FaultLine[],
    truth: [] as TruthLine[],
    expectation: [] as ExpectationLine[],
  };

  add(lineNumber: number, line: RunRecordLine): void {
    if (this.#end) throw new RecordError(lineNumber, "there is a line after the end line");
    if (line.kind === "run") this.#begin(lineNumber, line);
    else if (line.kind === "end") this.#end = line;
    else if (line.kind === "ledger") {
      if (this.#ledger) throw new RecordError(lineNumber, "a second ledger line");
      this.#ledger = line;
    } else {
      this.#checkNames(lineNumber, line);
      if (!isShown(line)) return;
      (this.#lists[line.kind] as RunRecordLine[]).push(line);
    }
  }

  finish(lineCount: number): RunRecord {
    if (!this.#run) throw new RecordError(1, "the record is empty");
    if (!this.#end) {
      throw new RecordError(
        lineCount,
        "the record stops here, without its end line; the run was not finished",
      );
    }
    return {
      run: this.#run,
      samples: this.#lists.sample,
      statuses: this.#lists.status,
      gaps: this.#lists.gap,
      interruptions: this.#lists.interruption,
      drops: this.#lists.drop,
      errors: this.#lists.error,
      runtimes: this.#lists.runtime,
      commands: this.#lists.command,
      unsent: this.#lists.unsent,
      calibrations: this.#lists.calibration,
      faults: this.#lists.fault,
      truths: this.#lists.truth,
      expectations: this.#lists.expectation,
      ledger: this.#ledger,
      end: this.#end,
    };
  }

  #begin(lineNumber: number, run: RunLine): void {
    if (this.#run) throw new RecordError(lineNumber, "a second run line; a record holds one run");
    if (!(run.endS > run.beginS)) {
      throw new RecordError(
        lineNumber,
        `the run ends at ${run.endS} s, not after its beginning at ${run.beginS} s`,
      );
    }
    this.#run = run;
    for (const { key, channels } of run.instruments) {
      this.#channels.set(key, new Set(channels.map((channel) => channel.name)));
    }
  }

  /** What the run line does not name could not be shown, and would vanish from the report. */
  #checkNames(lineNumber: number, line: RunRecordLine): void {
    if (!("instrument" in line)) return;
    const channels = this.#channels.get(line.instrument);
    if (!channels) {
      throw new RecordError(
        lineNumber,
        `instrument "${excerpt(line.instrument)}" is not one of the run line's`,
      );
    }
    if (line.kind === "sample" && !channels.has(line.channel)) {
      throw new RecordError(
        lineNumber,
        `channel "${excerpt(line.channel)}" is not one of ${line.instrument}'s in the run line`,
      );
    }
  }
}
