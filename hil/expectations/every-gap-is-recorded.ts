/**
 * No sample is missing without a word: each jump in a channel's sequence numbers, as the samples in
 * the record show it, has its gap line and its TELEMETRY_GAP record in the ledger, one to one; and where
 * the runtime died and was started again, so that the numbers begin anew, its interruption has its line
 * and its TELEMETRY_INTERRUPTED record. A gap that was seen in the moment of a death is covered by that.
 */
import type { InterruptionLine, RunRecordLine, SampleLine } from "@helix/run-record";
import {
  batchAge,
  type Finding,
  firstFew,
  linesOf,
  met,
  notMet,
  type RunFacts,
  undecided,
} from "./finding.ts";

const EXPECTED =
  "each jump in a sequence, and each interruption by a death of the runtime, has one line and one ledger record, and the reverse";

export function judgeGaps(facts: RunFacts): Finding {
  const samples = linesOf(facts, "sample");
  if (samples.length === 0)
    return undecided("driver", EXPECTED, "no sample came, so there is nothing to judge");
  if (!facts.audit) return undecided("bench", EXPECTED, "the ledger could not be read");

  const interruptions = linesOf(facts, "interruption");
  const gaps = linesOf(facts, "gap").map(key);
  const records = facts.audit.filter((record) => record.event === "TELEMETRY_GAP").map(key);
  const { jumps, breaks } = discontinuities(facts.lines);
  const isCovered = ({ instrument, t }: Jump) =>
    interruptions.some((line) => line.instrument === instrument && t >= line.sinceS && t < line.untilS);
  const surely = jumps.filter((jump) => !isCovered(jump) || gaps.includes(key(jump))).map(key);
  const all = jumps.map(key);
  const wrong = [
    ...missingFrom(gaps, surely).map((jump) => `jump without a gap line: ${jump}`),
    ...missingFrom(records, surely).map((jump) => `jump without a ledger record: ${jump}`),
    ...missingFrom(all, gaps).map((gap) => `gap line without a jump: ${gap}`),
    ...missingFrom(all, records).map((record) => `ledger record without a jump: ${record}`),
    ...wrongInterruptions(breaks, interruptions, facts.audit),
  ];
  const counts = [
    `${samples.length} samples`,
    `${jumps.length} jumps`,
    `${gaps.length} gap lines`,
    `${records.length} ledger records`,
    ...(breaks.length === 0 ? [] : [`${interruptions.length} of ${breaks.length} interruptions recorded`]),
  ].join(", ");
  if (wrong.length > 0)
    return notMet("driver", EXPECTED, `${counts}; ${wrong.length} do not match`, firstFew(wrong));
  if (!facts.complete) return undecided("test", EXPECTED, `${counts}, but the run was cut short`);
  return met(
    EXPECTED,
    counts,
    firstFew(linesOf(facts, "gap").map((g) => `ledger record ${g.ledgerSequence}: ${key(g)}`)),
  );
}

interface Jump {
  readonly instrument: string;
  readonly channel: string;
  readonly lastSequence: string;
  readonly nextSequence: string;
  /** Of the sample after it. */
  readonly t: number;
}

/** "brx-07.ph 41 -> 45" */
const key = (jump: { readonly [K in keyof Omit<Jump, "t">]?: Jump[K] | undefined }): string =>
  `${jump.instrument}.${jump.channel} ${jump.lastSequence} -> ${jump.nextSequence}`;

/** Where samples do not follow one another; and the first sample of each instrument after a new start. */
function discontinuities(lines: readonly RunRecordLine[]): { jumps: Jump[]; breaks: SampleLine[] } {
  const last = new Map<string, bigint>();
  const measured = new Set<string>();
  const isAnew = new Set<string>();
  const jumps: Jump[] = [];
  const breaks: SampleLine[] = [];
  for (const line of lines) {
    if (line.kind === "runtime" && line.is === "started") {
      last.clear();
      for (const instrument of measured) isAnew.add(instrument);
    }
    if (line.kind !== "sample") continue;
    const { instrument, channel, sequence, t } = line;
    measured.add(instrument);
    if (isAnew.delete(instrument)) breaks.push(line);
    const place = `${instrument}.${channel}`;
    const before = last.get(place);
    if (before !== undefined && BigInt(sequence) !== before + 1n)
      jumps.push({ instrument, channel, lastSequence: `${before}`, nextSequence: sequence, t });
    last.set(place, BigInt(sequence));
  }
  return { jumps, breaks };
}

/** Each break has its line, that ends with its sample, and the line its record in the ledger. */
function wrongInterruptions(
  breaks: readonly SampleLine[],
  lines: readonly InterruptionLine[],
  audit: NonNullable<RunFacts["audit"]>,
): string[] {
  const place = (instrument: string, t: number) => `${instrument} at ${batchAge(t)}`;
  const seen = breaks.map(({ instrument, t }) => place(instrument, t));
  const told = lines.map(({ instrument, untilS }) => place(instrument, untilS));
  const records = audit.flatMap(({ event, instrument, sequence }) =>
    event === "TELEMETRY_INTERRUPTED" ? [`${instrument} in ledger record ${sequence}`] : [],
  );
  const known = lines.map(
    ({ instrument, ledgerSequence }) => `${instrument} in ledger record ${ledgerSequence}`,
  );
  return [
    ...missingFrom(told, seen).map(
      (text) => `the runtime began anew without an interruption on record: ${text}`,
    ),
    ...missingFrom(seen, told).map((text) => `interruption without a new beginning: ${text}`),
    ...missingFrom(records, known).map((text) => `interruption without its record: ${text}`),
    ...missingFrom(known, records).map((text) => `record of an interruption that was not seen: ${text}`),
  ];
}

/** Those of `wanted` that `present` lacks; each of `present` answers for one. */
function missingFrom(present: readonly string[], wanted: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const text of present) left.set(text, (left.get(text) ?? 0) + 1);
  return wanted.filter((text) => {
    const count = left.get(text) ?? 0;
    left.set(text, count - 1);
    return count <= 0;
  });
}
