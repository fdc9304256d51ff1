/**
 * No sample is missing without a word: each jump in a channel's sequence numbers, as the samples in
 * the record show it, has its gap line and its TELEMETRY_GAP record in the ledger, one to one.
 */
import { type Finding, firstFew, linesOf, met, notMet, type RunFacts, undecided } from "./finding.ts";

const EXPECTED = "each jump in a sequence has one gap line and one ledger record, and the reverse";

export function judgeGaps(facts: RunFacts): Finding {
  const samples = linesOf(facts, "sample");
  if (samples.length === 0)
    return undecided("driver", EXPECTED, "no sample came, so there is nothing to judge");
  if (!facts.audit) return undecided("bench", EXPECTED, "the ledger could not be read");

  const jumps = jumpsOf(samples);
  const gaps = linesOf(facts, "gap").map(key);
  const records = facts.audit.filter((record) => record.event === "TELEMETRY_GAP").map(key);
  const wrong = [
    ...missingFrom(gaps, jumps).map((jump) => `jump without a gap line: ${jump}`),
    ...missingFrom(records, jumps).map((jump) => `jump without a ledger record: ${jump}`),
    ...missingFrom(jumps, gaps).map((gap) => `gap line without a jump: ${gap}`),
    ...missingFrom(jumps, records).map((record) => `ledger record without a jump: ${record}`),
  ];
  const counts = `${samples.length} samples, ${jumps.length} jumps, ${gaps.length} gap lines, ${records.length} ledger records`;
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
}

/** "brx-07.ph 41 -> 45" */
const key = (jump: { readonly [K in keyof Jump]?: Jump[K] | undefined }): string =>
  `${jump.instrument}.${jump.channel} ${jump.lastSequence} -> ${jump.nextSequence}`;

function jumpsOf(samples: readonly { instrument: string; channel: string; sequence: string }[]): string[] {
  const last = new Map<string, bigint>();
  const jumps: string[] = [];
  for (const { instrument, channel, sequence } of samples) {
    const place = `${instrument}.${channel}`;
    const before = last.get(place);
    const now = BigInt(sequence);
    if (before !== undefined && now !== before + 1n) {
      jumps.push(key({ instrument, channel, lastSequence: `${before}`, nextSequence: sequence }));
    }
    last.set(place, now);
  }
  return jumps;
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
