/** When the commands of a schedule are given. */
import type { OnceText, RepeatedText } from "@helix/scenarios";
import type { Path } from "./plan-commands.ts";
import { inHours, type Planning, type Span } from "./plan-scenario.ts";
import { drawSeconds, nominalSeconds, toleranceSeconds } from "./time-expression.ts";

/** A schedule that gives more commands is a slip of the pen (`every: 1 s` for `1 h`). */
export const MOST_COMMANDS = 10_000;

/** s; undefined where it cannot be read or lies outside the run, whatever the seed. */
export function onceAt(
  path: Path,
  label: string,
  entry: Pick<OnceText, "at">,
  span: Span | undefined,
  { findings, random }: Planning,
): number | undefined {
  const time = findings.time([...path, "at"], entry.at);
  if (!time || !span) return undefined;
  const earliest = nominalSeconds(time) - toleranceSeconds(time);
  const latest = nominalSeconds(time) + toleranceSeconds(time);
  if (earliest < span.beginS || latest >= span.endS) {
    findings.add([...path, "at"], `\`${entry.at}\` is outside the run`, { expected: withinRun(span) });
  }
  return drawSeconds(time, random.fork(label));
}

/** s, in order */
export function againAndAgain(
  path: Path,
  entry: RepeatedText,
  span: Span | undefined,
  { findings }: Planning,
): number[] {
  const everyS = findings.duration([...path, "every"], entry.every);
  const fromS = findings.certainTime([...path, "from"], entry.from);
  const untilS =
    entry.until === undefined ? span?.endS : findings.certainTime([...path, "until"], entry.until);
  if (everyS === undefined || fromS === undefined || untilS === undefined || !span) return [];
  if (fromS < span.beginS || fromS >= span.endS) {
    findings.add([...path, "from"], `\`${entry.from}\` is outside the run`, { expected: withinRun(span) });
  }
  if (untilS > span.endS || untilS < fromS) {
    findings.add([...path, "until"], `\`${entry.until}\` is outside the run`, {
      expected: `a time from ${inHours(fromS)} to ${inHours(span.endS)}`,
    });
  }
  const count = Math.ceil((Math.min(untilS, span.endS) - fromS) / everyS);
  if (count > MOST_COMMANDS) {
    findings.add([...path, "every"], `\`${entry.every}\` gives ${count} commands`, {
      expected: `at most ${MOST_COMMANDS}`,
    });
    return [];
  }
  return Array.from({ length: Math.max(0, count) }, (_, n) => fromS + n * everyS);
}

/** "a time from 95 h to 107 h" */
export const withinRun = (span: Span): string =>
  `a time from ${inHours(span.beginS)} to ${inHours(span.endS)}`;
