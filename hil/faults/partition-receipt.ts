/** Proof of a partition: what was held back, and what the driver noticed of it. */
import type { FaultReceipt, RunRecordLine } from "@helix/run-record";
import type { PlannedFault } from "../scenario/plan.ts";
import type { PartitionFigures } from "./tcp-fault-proxy.ts";

/** s after the end in which what the driver says is still about the partition. */
const AFTERMATH_S = 60;

/** Undefined when nothing met the partition: then it has proved nothing. */
export function partitionReceipt(
  fault: PlannedFault,
  figures: PartitionFigures,
  lines: readonly RunRecordLine[],
): FaultReceipt | undefined {
  const { bytesHeldToInstrument, bytesHeldToDriver, connectionsCut, connectionAttempts } = figures;
  if (bytesHeldToInstrument + bytesHeldToDriver + connectionAttempts === 0) return undefined;
  const seconds = Number((fault.endS - fault.beginS).toFixed(3));
  return {
    summary: `${counted(bytesHeldToInstrument + bytesHeldToDriver, "byte")} held for up to ${seconds} s on ${counted(connectionsCut, "connection")}; ${counted(connectionAttempts, "attempt")} to connect unanswered`,
    before: `${counted(connectionsCut, "connection")} carrying bytes both ways`,
    after: `${counted(bytesHeldToInstrument, "byte")} held to the instrument, ${counted(bytesHeldToDriver, "byte")} to the driver`,
    driverSaw: firstWordAbout(fault, lines),
    figures: { ...figures },
  };
}

const counted = (n: number, word: string) => `${n} ${word}${n === 1 ? "" : "s"}`;

/** The first error, or loss of status, of the instrument during the partition or soon after. */
function firstWordAbout(fault: PlannedFault, lines: readonly RunRecordLine[]): string | undefined {
  for (const line of lines) {
    if (line.kind !== "error" && line.kind !== "status") continue;
    if (line.instrument !== fault.instrument || line.t < fault.beginS || line.t > fault.endS + AFTERMATH_S)
      continue;
    const after = `${Number((line.t - fault.beginS).toFixed(1))} s after the cut`;
    if (line.kind === "error") return `${line.errorKind} ${after}: ${line.message}`;
    if (line.status !== "Streaming")
      return `${line.status} ${after}${line.reason === undefined ? "" : `: ${line.reason}`}`;
  }
  return undefined;
}
