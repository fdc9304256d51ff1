/** Nothing passes, and nobody is told. */
import type { FaultKind } from "../fault-kind.ts";
import { counted } from "../wording.ts";
import { linkFault } from "./link-fault.ts";

export const partition: FaultKind = linkFault(
  {
    name: "partition",
    effect: "bytes are held back in both directions, on a serial cable lost; new connections get no answer",
    receipt: "bytes held or lost per direction, connections that were cut off, attempts to connect meanwhile",
  },
  (link) => link.partition(),
  (figures, fault) => {
    const { fate, bytesHeldToInstrument, bytesHeldToDriver, connectionsCut, connectionAttempts } = figures;
    if (bytesHeldToInstrument + bytesHeldToDriver + connectionAttempts === 0) return undefined;
    if (fate === "lost") {
      return {
        summary: `${counted(bytesHeldToInstrument + bytesHeldToDriver, "byte")} lost on the cut cable`,
        before: "a sound cable",
        after: `${counted(bytesHeldToInstrument, "byte")} lost to the instrument, ${counted(bytesHeldToDriver, "byte")} to the driver`,
        figures: { bytesLostToInstrument: bytesHeldToInstrument, bytesLostToDriver: bytesHeldToDriver },
      };
    }
    const seconds = Number((fault.endS - fault.beginS).toFixed(3));
    return {
      summary: `${counted(bytesHeldToInstrument + bytesHeldToDriver, "byte")} held for up to ${seconds} s on ${counted(connectionsCut, "connection")}; ${counted(connectionAttempts, "attempt")} to connect unanswered`,
      before: `${counted(connectionsCut, "connection")} carrying bytes both ways`,
      after: `${counted(bytesHeldToInstrument, "byte")} held to the instrument, ${counted(bytesHeldToDriver, "byte")} to the driver`,
      figures: { bytesHeldToInstrument, bytesHeldToDriver, connectionsCut, connectionAttempts },
    };
  },
);
