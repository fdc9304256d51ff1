/** Setpoints over Modbus: written, acknowledged, and read back. Nothing is written twice. */
import {
  type AuditSink,
  type Clock,
  type CommandResult,
  convert,
  type InstrumentCommand,
  InstrumentError,
  type InstrumentId,
  type SetpointSnapshot,
} from "@helix/hal";
import type { ModbusChannel } from "./channels.ts";
import { describeException } from "./codec/answer.ts";
import type { ModbusRequest } from "./codec/request.ts";
import { exceptionRejects } from "./errors.ts";
import type { ExchangeLimits } from "./link/link.ts";
import { groupBlocks, placeIn, setpointBlock } from "./read-plan.ts";
import { rawBits, registersFor, resolutionOf, valueOf } from "./registers.ts";
import type { ModbusSession } from "./session.ts";

type SetSetpoint = Extract<InstrumentCommand, { type: "SetSetpoint" }>;

const ACKNOWLEDGE = 5;
const BUSY = 6;
/** A busy instrument is asked again for its setpoint, never told it again. */
const READ_BACK_ATTEMPTS = 5;
const READ_BACK_PAUSE_MS = 200;

/** Runs one command and sends its one audit record, after the outcome is known. */
export async function dispatchAudited(
  clock: Clock,
  instrumentId: InstrumentId,
  command: InstrumentCommand,
  audit: AuditSink,
  work: () => Promise<CommandResult>,
): Promise<CommandResult> {
  const dispatchTimestampNs = clock.monotonicNs();
  const report = (result: Parameters<AuditSink>[0]["result"]) => {
    const acknowledgeTimestampNs = clock.monotonicNs();
    const roundTripLatencyUs = Number((acknowledgeTimestampNs - dispatchTimestampNs) / 1000n);
    audit({ instrumentId, command, result, dispatchTimestampNs, acknowledgeTimestampNs, roundTripLatencyUs });
  };
  let value: CommandResult;
  try {
    value = await work();
  } catch (error) {
    report({ ok: false, reason: error instanceof Error ? error.message : String(error) });
    throw error;
  }
  report({ ok: true, value });
  return value;
}

/**
 * @throws InstrumentError CommandRejected with the exception's code; CommandExecutionFailure when it was
 *   written and cannot be read back; Timeout, ConnectionLost, ChecksumFailure or ProtocolViolation when it
 *   cannot be known whether the instrument took it
 */
export async function writeSetpoint(
  session: ModbusSession,
  clock: Clock,
  channel: ModbusChannel & { readonly setpointRegister: number },
  command: SetSetpoint,
  limits: ExchangeLimits,
): Promise<CommandResult> {
  const { name, unit, id } = channel.descriptor;
  const { instrumentId } = session.target;
  const description = `set ${name} to ${command.value} ${command.unit}`;
  if (session.readOnly) throw rejected(instrumentId, description, "this connection is read-only");
  const { asked, request } = acceptable(instrumentId, description, () => {
    const inUnit = convert(command.value, command.unit, unit);
    return {
      asked: inUnit,
      request: writeRequest(channel.setpointRegister, registersFor(inUnit, channel.layout)),
    };
  });
  const answer = await session.ask(request, limits, id);
  const isTaken = answer.is !== "exception" || answer.code === ACKNOWLEDGE;
  if (!isTaken) throw exceptionRejects(instrumentId, description, answer.code);
  const acknowledgedValue = await readBack(session, clock, channel, description, limits);
  return {
    acknowledgedValue,
    instrumentTimestampNs: undefined,
    warnings: isNear(acknowledgedValue, asked, resolutionOf(channel.layout))
      ? []
      : [`${name}: ${asked} ${unit} was asked for, the instrument set ${acknowledgedValue} ${unit}`],
  };
}

/**
 * Channels whose setpoint the instrument does not tell at present are left out.
 *
 * @throws InstrumentError OperationNotSupported when no channel has a setpoint; Timeout, ConnectionLost
 */
export async function readSetpointRegisters(
  session: ModbusSession,
  clock: Clock,
  channels: readonly ModbusChannel[],
  limits: ExchangeLimits,
): Promise<SetpointSnapshot> {
  const wanted = channels.flatMap((channel) => {
    const block = setpointBlock(channel);
    return block ? [{ channel, block }] : [];
  });
  if (wanted.length === 0) {
    const { instrumentId } = session.target;
    throw new InstrumentError({ kind: "OperationNotSupported", instrumentId, operation: "readSetpoints" });
  }
  const channelSetpoints = new Map<number, number>();
  for (const group of groupBlocks(wanted.map(({ block }) => block))) {
    const read = await session.read(group, limits);
    if (typeof read === "number") continue;
    for (const { channel, block } of wanted) {
      const at = placeIn(group, block);
      const value =
        at === undefined ? Number.NaN : valueOf(rawBits(read, at, channel.layout), channel.layout);
      if (!Number.isNaN(value)) channelSetpoints.set(channel.descriptor.id, value);
    }
  }
  return { channelSetpoints, snapshotTimestampNs: clock.monotonicNs() };
}

export const rejected = (
  instrumentId: InstrumentId,
  commandDescription: string,
  rejectionReason: string,
): InstrumentError =>
  new InstrumentError({
    kind: "CommandRejected",
    instrumentId,
    commandDescription,
    rejectionReason,
    vendorRejectionCode: undefined,
  });

function writeRequest(address: number, registers: readonly number[]): ModbusRequest {
  const [first] = registers;
  return registers.length === 1 && first !== undefined
    ? { functionCode: 6, address, value: first }
    : { functionCode: 16, address, values: registers };
}

/** A value that cannot be converted or written is the caller's mistake. */
function acceptable<T>(instrumentId: InstrumentId, description: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw rejected(instrumentId, description, error.message);
  }
}

async function readBack(
  session: ModbusSession,
  clock: Clock,
  channel: ModbusChannel & { readonly setpointRegister: number },
  commandDescription: string,
  limits: ExchangeLimits,
): Promise<number> {
  const block = setpointBlock(channel);
  if (block === undefined) throw new Error("a setpoint without a register: invariant broken");
  let read: readonly number[] | number = BUSY;
  for (let attempt = 1; attempt <= READ_BACK_ATTEMPTS; attempt++) {
    read = await session.read(block, limits, channel.descriptor.id);
    if (typeof read !== "number") return valueOf(rawBits(read, 0, channel.layout), channel.layout);
    if (read !== ACKNOWLEDGE && read !== BUSY) break;
    await clock.sleep(READ_BACK_PAUSE_MS);
  }
  throw new InstrumentError({
    kind: "CommandExecutionFailure",
    instrumentId: session.target.instrumentId,
    commandDescription,
    failureReason: `written, but the setpoint cannot be read back: ${describeException(read as number)}`,
  });
}

/** Within what the register can hold. */
const isNear = (a: number, b: number, resolution: number) =>
  Math.abs(a - b) <= Math.max(resolution / 2, 1e-6 * Math.abs(b)) + 1e-9;
