/** What the run record shows that the driver, or the runtime, saw of a fault. */
import type { CommandLine, RunRecordLine, SampleLine } from "@helix/run-record";
import type { PlannedFault } from "../scenario/plan.ts";
import { number } from "./wording.ts";

/** s after the end in which what the driver says is still about the fault. */
const AFTERMATH_S = 60;
/** A fault of the runtime touches every instrument. */
const RUNTIME = "runtime";

const concerns = (fault: PlannedFault, instrument: string) =>
  fault.instrument === RUNTIME || fault.instrument === instrument;

/** The first error, or loss of status, of the instrument during the fault or soon after. */
export function firstTroubleSeen(fault: PlannedFault, lines: readonly RunRecordLine[]): string | undefined {
  for (const line of lines) {
    if (line.kind !== "error" && line.kind !== "status") continue;
    if (!concerns(fault, line.instrument) || line.t < fault.beginS || line.t > fault.endS + AFTERMATH_S)
      continue;
    const after = `${Number((line.t - fault.beginS).toFixed(1))} s after the ${fault.id}`;
    if (line.kind === "error") return `${line.errorKind} ${after}: ${line.message}`;
    if (line.status !== "Streaming")
      return `${line.status} ${after}${line.reason === undefined ? "" : `: ${line.reason}`}`;
  }
  return undefined;
}

/** The last reading of the channel that was taken during the fault. */
export function lastReadingSeen(fault: PlannedFault, lines: readonly RunRecordLine[]): string | undefined {
  const last = lines.findLast(
    (line): line is SampleLine =>
      line.kind === "sample" &&
      line.instrument === fault.instrument &&
      (fault.channel === undefined || line.channel === fault.channel) &&
      line.t >= fault.beginS &&
      line.t <= fault.endS,
  );
  if (!last) return undefined;
  const quality = last.quality >= 0xc0 ? "good" : last.quality >= 0x40 ? "uncertain" : "bad";
  if (last.value === null) return `no value of ${last.channel}, with quality ${quality}`;
  const unit = unitOf(lines, last);
  return `a last reading of ${number(last.value)}${unit === undefined ? "" : ` ${unit}`} with quality ${quality}`;
}

/** The first trouble; of a lie that was believed, the last reading. */
export const troubleOrReadingSeen = (fault: PlannedFault, lines: readonly RunRecordLine[]) =>
  firstTroubleSeen(fault, lines) ?? lastReadingSeen(fault, lines);

/** The commands to the channel that were given during the fault, or else the first trouble. */
export function commandsSeen(fault: PlannedFault, lines: readonly RunRecordLine[]): string | undefined {
  const given = lines.filter(
    (line): line is CommandLine =>
      line.kind === "command" &&
      line.instrument === fault.instrument &&
      line.channel === fault.channel &&
      line.t >= fault.beginS &&
      line.t <= fault.endS,
  );
  if (given.length === 0) return firstTroubleSeen(fault, lines);
  return given
    .map(({ description, outcome, latencyMs }) => {
      const after = latencyMs === undefined ? "" : ` after ${number(latencyMs)} ms`;
      return `${description}: ${outcome}${after}`;
    })
    .join("; ");
}

function unitOf(lines: readonly RunRecordLine[], sample: SampleLine): string | undefined {
  for (const line of lines) {
    if (line.kind !== "run") continue;
    const instrument = line.instruments.find(({ key }) => key === sample.instrument);
    return instrument?.channels.find(({ name }) => name === sample.channel)?.unit;
  }
  return undefined;
}
