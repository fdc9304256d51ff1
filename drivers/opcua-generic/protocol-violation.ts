/** Bytes that are not OPC UA, as the contract knows them: with the bytes, for who looks for their cause. */
import { InstrumentError, MAX_FORENSIC_BYTES } from "@helix/hal";
import type { SessionTarget } from "./settings.ts";

/** What ended a connection because the stack could not decode it. */
export interface Undecodable {
  /** As they came last from the socket: a message may have begun before them. */
  readonly bytes: Uint8Array;
  /** By the stack. */
  readonly thrown: unknown;
}

export function protocolViolation(
  { instrumentId, settings }: SessionTarget,
  { bytes, thrown }: Undecodable,
): InstrumentError {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const why = text.replaceAll(/\s+/g, " ").trim();
  return new InstrumentError(
    {
      kind: "ProtocolViolation",
      instrumentId,
      endpoint: settings.endpointUrl,
      description: `what came could not be decoded${why === "" ? "" : ` (${why})`}; check the network on the way`,
      receivedBytes: bytes.slice(0, MAX_FORENSIC_BYTES),
      expectedDescription: "messages in OPC UA's binary encoding",
    },
    { cause: thrown },
  );
}
