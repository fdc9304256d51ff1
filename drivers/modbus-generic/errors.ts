/** What goes wrong on the wire, as the contract names it. */
import { InstrumentError, type InstrumentId, MAX_FORENSIC_BYTES } from "@helix/hal";
import { describeException } from "./codec/answer.ts";
import { WireFault } from "./codec/wire-fault.ts";
import { ExchangeTimeout, LinkLostError } from "./link/link.ts";

export interface ErrorTarget {
  readonly instrumentId: InstrumentId;
  /** e.g. "192.0.2.17:502 unit 1" */
  readonly endpoint: string;
  readonly lastSequence: () => bigint;
}

/**
 * @param channelId  whose value was asked for; a checksum failure names it
 * @returns an InstrumentError; anything that is none of the wire's troubles comes back as it is
 */
export function asInstrumentError(target: ErrorTarget, error: unknown, channelId: number): unknown {
  const { instrumentId, endpoint } = target;
  if (error instanceof ExchangeTimeout) {
    const { operation, budgetMs } = error;
    return new InstrumentError({ kind: "Timeout", instrumentId, operation, budgetMs }, { cause: error });
  }
  if (error instanceof LinkLostError) return connectionLost(target, error.message, error);
  if (!(error instanceof WireFault)) return error;
  if (error.checksum) {
    return new InstrumentError(
      { kind: "ChecksumFailure", instrumentId, channelId, ...error.checksum },
      { cause: evidence(error) },
    );
  }
  return new InstrumentError(
    {
      kind: "ProtocolViolation",
      instrumentId,
      endpoint,
      description: error.description,
      receivedBytes: evidence(error).bytes,
      expectedDescription: error.expectation,
    },
    { cause: error },
  );
}

export const connectionLost = (
  { instrumentId, lastSequence }: ErrorTarget,
  reason: string,
  cause?: unknown,
): InstrumentError =>
  new InstrumentError(
    {
      kind: "ConnectionLost",
      instrumentId,
      reason,
      lastFrameSequence: lastSequence(),
      // Modbus has no goodbye: a killed process closes its connection just the same.
      wasGraceful: false,
    },
    { cause },
  );

/** @param description  of the command, for the operator */
export const exceptionRejects = (
  instrumentId: InstrumentId,
  commandDescription: string,
  code: number,
): InstrumentError =>
  new InstrumentError({
    kind: "CommandRejected",
    instrumentId,
    commandDescription,
    rejectionReason: describeException(code),
    vendorRejectionCode: code,
  });

/** The fault with no more bytes than the contract keeps. */
function evidence(fault: WireFault): WireFault {
  if (fault.bytes.length <= MAX_FORENSIC_BYTES) return fault;
  const { description, expectation, bytes, checksum } = fault;
  return new WireFault(description, expectation, bytes.slice(0, MAX_FORENSIC_BYTES), checksum);
}
