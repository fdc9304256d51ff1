/**
 * Commands over OPC UA: exactly one audit record per dispatch, and setpoints with read-back.
 */
import {
  type AuditSink,
  type CommandResult,
  convert,
  type InstrumentCommand,
  InstrumentError,
  SUPERVISOR_BUDGETS_MS,
} from "@helix/hal";
import type { StatusCode } from "node-opcua-client";
import type { OpcUaSession, RequestLimits } from "./session.ts";
import type { SessionTarget } from "./settings.ts";
import { sourceTaiNs } from "./source-time.ts";
import { statusOfError, statusText } from "./status-codes.ts";
import { numberOf, type StreamedChannel } from "./telemetry-plan.ts";

/** Runs one command and sends its one audit record, after the outcome is known. */
export async function dispatchAudited(
  { instrumentId, context }: SessionTarget,
  command: InstrumentCommand,
  audit: AuditSink,
  work: () => Promise<CommandResult>,
): Promise<CommandResult> {
  const { clock } = context;
  const dispatchTimestampNs = clock.monotonicNs();
  const outcome = await work().then(
    (value) => ({ ok: true, value }) as const,
    (error: unknown) => ({ ok: false, error }) as const,
  );
  const acknowledgeTimestampNs = clock.monotonicNs();
  audit({
    instrumentId,
    command,
    result: outcome.ok ? outcome : { ok: false, reason: reasonOf(outcome.error) },
    dispatchTimestampNs,
    acknowledgeTimestampNs,
    roundTripLatencyUs: Number((acknowledgeTimestampNs - dispatchTimestampNs) / 1000n),
  });
  if (!outcome.ok) throw outcome.error;
  return outcome.value;
}

export const commandLimits = (signal: AbortSignal): RequestLimits => ({
  operation: "dispatchCommand",
  budgetMs: SUPERVISOR_BUDGETS_MS.dispatchCommand,
  signal,
});

/**
 * Writes the setpoint of a channel and reads it back.
 *
 * @throws InstrumentError CommandRejected with the server's status code; Timeout or ConnectionLost
 *   when it cannot be known whether the instrument took it
 */
export async function writeSetpoint(
  session: OpcUaSession,
  channel: StreamedChannel & { readonly setpointNodeId: string },
  command: Extract<InstrumentCommand, { type: "SetSetpoint" }>,
  limits: RequestLimits,
): Promise<CommandResult> {
  const { name, unit } = channel.descriptor;
  const description = `set ${name} to ${command.value} ${command.unit}`;
  const asked = inChannelUnit(session.target, command, unit, description);
  const { setpointNodeId } = channel;
  const [before] = await session.read([setpointNodeId], limits);
  const dataType = before?.value?.dataType;
  if (dataType === undefined || dataType === session.stack.ua.DataType.Null) {
    throw rejected(
      session,
      description,
      `its setpoint node ${setpointNodeId} has no value`,
      before?.statusCode,
    );
  }
  await demandGood(session, description, () =>
    session.write(setpointNodeId, { dataType, value: asked }, limits),
  );
  const [after] = await session.read([setpointNodeId], limits);
  if (!after || after.statusCode.isBad()) {
    throw new InstrumentError({
      kind: "CommandExecutionFailure",
      instrumentId: session.target.instrumentId,
      commandDescription: description,
      failureReason: `written, but the setpoint reads ${after?.statusCode.name ?? "nothing"}`,
    });
  }
  const acknowledgedValue = numberOf(after);
  return {
    acknowledgedValue,
    instrumentTimestampNs: after.sourceTimestamp
      ? sourceTaiNs(after, session.target.context.clock)
      : undefined,
    warnings: sameNumber(acknowledgedValue, asked)
      ? []
      : [`${name}: ${asked} ${unit} was asked for, the instrument set ${acknowledgedValue} ${unit}`],
  };
}

/**
 * Runs a write or a call that answers with a status code.
 *
 * @throws InstrumentError CommandRejected unless it is good
 */
export async function demandGood(
  session: OpcUaSession,
  description: string,
  work: () => Promise<StatusCode>,
): Promise<void> {
  const status = await orRejected(session, description, work);
  if (!status.isGood()) throw rejected(session, description, explain(status.name), status);
}

/**
 * Runs a request for a command; a fault of the service itself is a rejection too.
 *
 * @throws InstrumentError CommandRejected, Timeout, ConnectionLost
 */
export async function orRejected<T>(
  session: OpcUaSession,
  description: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof InstrumentError) throw error;
    const status = statusOfError(session.stack, error);
    if (status === undefined) throw error;
    throw new InstrumentError(
      {
        kind: "CommandRejected",
        instrumentId: session.target.instrumentId,
        commandDescription: description,
        rejectionReason: `${explain(status.name)} (${statusText(status)})`,
        vendorRejectionCode: status.code,
      },
      { cause: error },
    );
  }
}

export function rejected(
  session: OpcUaSession,
  commandDescription: string,
  reason: string,
  status: StatusCode | undefined,
): InstrumentError {
  const code = status === undefined ? undefined : { name: status.name, code: status.value >>> 0 };
  return new InstrumentError({
    kind: "CommandRejected",
    instrumentId: session.target.instrumentId,
    commandDescription,
    rejectionReason: code === undefined ? reason : `${reason} (${statusText(code)})`,
    vendorRejectionCode: code?.code,
  });
}

function inChannelUnit(
  { instrumentId }: SessionTarget,
  command: Extract<InstrumentCommand, { type: "SetSetpoint" }>,
  unit: string,
  commandDescription: string,
): number {
  try {
    return convert(command.value, command.unit, unit);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InstrumentError({
      kind: "CommandRejected",
      instrumentId,
      commandDescription,
      rejectionReason: error.message,
      vendorRejectionCode: undefined,
    });
  }
}

/** What the usual codes mean to an operator (OPC 10000-4 7.39.2). */
const MEANINGS: Readonly<Record<string, string>> = {
  BadOutOfRange: "the value is outside the instrument's limits",
  BadInvalidState: "the instrument's present state forbids it",
  BadNotWritable: "the node cannot be written",
  BadUserAccessDenied: "the user of this connection may not do that",
  BadTypeMismatch: "the instrument expects another type of value",
  BadInvalidArgument: "an argument is not acceptable",
};

const explain = (statusName: string) => MEANINGS[statusName] ?? "the instrument refused";

/** Equal but for the last digits that a conversion may cost. */
const sameNumber = (a: number, b: number) => Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b));

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
