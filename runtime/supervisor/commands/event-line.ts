import type { SupervisorEvent } from "../events.ts";

/** One line for an operator; undefined for what is too frequent to read. */
export function eventLine(event: SupervisorEvent): string | undefined {
  if (event.type === "ledger-unavailable") return `ALARM ${event.reason}; commands are refused`;
  const line = text(event);
  return line === undefined ? undefined : `${event.instrument}: ${line}`;
}

function text(event: Exclude<SupervisorEvent, { type: "ledger-unavailable" }>): string | undefined {
  switch (event.type) {
    case "status":
      return event.reason === undefined ? event.status.state : `${event.status.state} (${event.reason})`;
    case "error":
      return `${event.error.message}; ${event.next}`;
    case "alarm":
      return `ALARM ${event.message}`;
    case "gap":
      return `${event.missing} sample(s) of ${event.channel} missing before ${event.nextSequence}`;
    case "drop":
      return `frame ${event.drop.droppedSequence} of channel ${event.drop.channelId} dropped (${event.drop.dropReason.reason})`;
    case "crc-failure":
      return "a damaged frame was discarded";
    case "contract-violation":
      return `the driver breaks its contract: ${event.reason}`;
    case "command-resolved":
      return `command ${event.resolution.id}: ${event.resolution.reason}`;
    case "frames":
      return undefined;
  }
}
