/** Proof of a drift: readings with and without it, and the last lie that the driver passed on. */
import type { FaultReceipt, RunRecordLine, SampleLine } from "@helix/run-record";
import type { InstrumentFaultReceipt } from "@helix/simulators";
import type { PlannedFault } from "../scenario/plan.ts";

/** Undefined when no reading was changed: then it has proved nothing. */
export function driftReceipt(
  fault: PlannedFault,
  receipt: InstrumentFaultReceipt | undefined,
  lines: readonly RunRecordLine[],
): FaultReceipt | undefined {
  if (!receipt || receipt.samples === 0 || receipt.lastBefore === receipt.lastAfter) return undefined;
  const { channel, unit, samples, lastBefore, lastAfter } = receipt;
  const shift = lastAfter - lastBefore;
  return {
    summary: `${samples} readings of ${channel} changed, the last by ${number(shift)} ${unit}`,
    before: `${number(lastBefore)} ${unit}`,
    after: `${number(lastAfter)} ${unit}`,
    driverSaw: lastReading(fault, lines, unit),
    figures: {
      samples,
      firstBefore: receipt.firstBefore,
      firstAfter: receipt.firstAfter,
      lastBefore,
      lastAfter,
    },
  };
}

const number = (value: number) => `${Number(value.toPrecision(6))}`;

function lastReading(fault: PlannedFault, lines: readonly RunRecordLine[], unit: string): string | undefined {
  const last = lines.findLast(
    (line): line is SampleLine =>
      line.kind === "sample" &&
      line.instrument === fault.instrument &&
      line.channel === fault.channel &&
      line.t >= fault.beginS &&
      line.t <= fault.endS,
  );
  if (!last || last.value === null) return undefined;
  const quality = last.quality >= 0xc0 ? "good" : last.quality >= 0x40 ? "uncertain" : "bad";
  return `a last reading of ${number(last.value)} ${unit} with quality ${quality}`;
}
