import type { SupervisorEvent } from "../events.ts";

/** One line for an operator; undefined for what is too frequent to read. */
export function eventLine(event: SupervisorEvent): string | undefined {
  if (event.type === "ledger-unavailable") return `ALARM ${event.reason}; commands are refused`;
  if (event.type === "clock-stepped") return `ALARM ${stepText(event.stepNs)}; times before and after differ`;
  const line = text(event);
  return line === undefined ? undefined : `${event.instrument}: ${line}`;
}

const stepText = (stepNs: bigint): string =>
  `the wall clock jumped ${stepNs < 0n ? "back" : "ahead"} by ${(Math.abs(Number(stepNs)) / 1e9).toFixed(1)} s`;

function text(event: Extract<SupervisorEvent, { instrument: string }>): string | undefined {
  switch (event.type) {
    case "status":
      return statusText(event);
    case "error":
      return event.isLast ? undefined : `${event.error.message}; ${event.next}`;
    case "alarm":
      return `ALARM ${event.message}`;
    case "gap":
      return `${event.missing} sample(s) of ${event.channel} missing before ${event.nextSequence}`;
    case "interruption":
      return `measuring again; readings since ${new Date(Number(event.sinceUtcNs / 1_000_000n)).toISOString()} may be missing: HELIX had died, or the driver was replaced`;
    case "drop":
      return `frame ${event.drop.droppedSequence} of channel ${event.drop.channelId} dropped (${event.drop.dropReason.reason})`;
    case "crc-failure":
      return "a damaged frame was discarded";
    case "contract-violation":
      return `the driver breaks its contract: ${event.reason}`;
    case "command-orphaned":
      return `the outcome of command ${event.id} is unknown (${event.reason}); the setpoint is read back, nothing is sent again`;
    case "command-resolved":
      return `command ${event.resolution.id}: ${event.resolution.reason}`;
    case "frames":
      return undefined;
  }
}

/**
 * One line per attempt to connect: the error says why it failed and when the next one comes, so the
 * states on the way (Disconnected, Connecting again) add nothing; FaultIsolated has its alarm.
 */
function statusText({ status: { state }, reason }: Extract<SupervisorEvent, { type: "status" }>) {
  if (state === "Disconnected" || state === "FaultIsolated") return undefined;
  if (state === "Connecting" && reason !== undefined) return undefined;
  return reason === undefined ? state : `${state} (${reason})`;
}
