/** Events of a run that an expectation may count from. */
import type { ArmedFault, PlannedCommand, PlannedFault } from "./plan.ts";
import type { Path } from "./plan-commands.ts";
import { inHours, type Planning, type Span } from "./plan-scenario.ts";

export interface KnownMoments {
  /** As they stand in the file, also those of faults that could not be read. */
  readonly words: readonly string[];
  /** Planned time, s; undefined where nobody can know it before the run. */
  readonly secondsOf: (moment: string) => number | undefined;
}

export function knownMoments(
  faultIds: readonly string[],
  faults: readonly PlannedFault[],
  armed: readonly ArmedFault[],
  commands: readonly PlannedCommand[],
  span: Span | undefined,
): KnownMoments {
  // What the file does not name by itself would be a moment that moves when a line is added.
  const named = commands.filter(({ id }) => !id.startsWith("schedule."));
  const seconds = new Map<string, number | undefined>([["begin", span?.beginS]]);
  for (const id of faultIds) {
    const fault = faults.find((f) => f.id === id);
    const waits = armed.some((f) => f.id === id);
    seconds.set(`${id}.begin`, waits ? undefined : fault?.beginS);
    seconds.set(`${id}.end`, waits ? undefined : fault?.endS);
  }
  for (const command of named) seconds.set(`${command.id}.sent`, command.atS);
  return { words: [...seconds.keys()], secondsOf: (moment) => seconds.get(moment) };
}

export const findMoment = (path: Path, text: string, moments: KnownMoments, { findings }: Planning) =>
  findings.oneOf(path, "moment", text, moments.words);

/** Whether there is room in the run for `forS` after the moment; reports it otherwise. */
export function checkRoom(
  path: Path,
  text: string,
  forS: number,
  moment: string,
  moments: KnownMoments,
  span: Span | undefined,
  { findings }: Planning,
): void {
  const fromS = moments.secondsOf(moment);
  if (span === undefined || fromS === undefined || fromS + forS <= span.endS) return;
  findings.add(path, `the run ends at ${inHours(span.endS)}, before \`${text}\` are over`, {
    expected: "a longer run or a shorter time",
  });
}
