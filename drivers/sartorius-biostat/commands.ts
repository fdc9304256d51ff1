/**
 * What the unit can be told, command by command; setpoints are as on any OPC UA instrument.
 */

import {
  demandGood,
  type OpcUaSession,
  orRejected,
  type RequestLimits,
  rejected,
  writeSetpoint,
} from "@helix/driver-opcua-generic";
import { type CommandResult, type InstrumentCommand, InstrumentError } from "@helix/hal";
import type { VariantOptions } from "node-opcua-client";
import { BIOSTAT_OBJECT, type BiostatChannel, MODE, node } from "./address-space.ts";

/** @throws InstrumentError CommandRejected, CommandExecutionFailure, OperationNotSupported, Timeout, ConnectionLost */
export async function execute(
  session: OpcUaSession,
  channels: readonly BiostatChannel[],
  command: InstrumentCommand,
  limits: RequestLimits,
): Promise<CommandResult> {
  if (session.readOnly) throw rejected(session, command.type, "this connection is read-only", undefined);
  switch (command.type) {
    case "SetSetpoint": {
      const channel = writableChannel(session, channels, command);
      return writeSetpoint(session, channel, command, limits);
    }
    case "SetControlLoopEnabled":
      return setLoopEnabled(session, channels, command, limits);
    case "SetMode":
      return setMode(session, command, limits);
    case "TriggerOperation":
      return trigger(session, command, limits);
    case "AcknowledgeAlarm":
      return acknowledge(session, command, limits);
  }
}

type Command<T extends InstrumentCommand["type"]> = Extract<InstrumentCommand, { type: T }>;

const DONE: CommandResult = { acknowledgedValue: undefined, instrumentTimestampNs: undefined, warnings: [] };

function writableChannel(
  session: OpcUaSession,
  channels: readonly BiostatChannel[],
  { type, channelId }: Command<"SetSetpoint" | "SetControlLoopEnabled">,
): BiostatChannel & { setpointNodeId: string; loopEnabledNodeId: string } {
  const channel = channels.find(({ descriptor }) => descriptor.id === channelId);
  const { setpointNodeId, loopEnabledNodeId } = channel ?? {};
  if (!channel || setpointNodeId === undefined || loopEnabledNodeId === undefined) {
    throw unsupported(session, `${type} on channel ${channelId}`);
  }
  return { ...channel, setpointNodeId, loopEnabledNodeId };
}

async function setLoopEnabled(
  session: OpcUaSession,
  channels: readonly BiostatChannel[],
  command: Command<"SetControlLoopEnabled">,
  limits: RequestLimits,
): Promise<CommandResult> {
  const { descriptor, loopEnabledNodeId } = writableChannel(session, channels, command);
  const description = `${command.enabled ? "enable" : "disable"} the ${descriptor.name} loop`;
  const value = { dataType: session.stack.ua.DataType.Boolean, value: command.enabled };
  await writeAndConfirm(session, loopEnabledNodeId, value, description, limits);
  return DONE;
}

const MODES: ReadonlySet<string> = new Set(["Run", "Hold", "Standby"]);

async function setMode(
  session: OpcUaSession,
  { mode }: Command<"SetMode">,
  limits: RequestLimits,
): Promise<CommandResult> {
  if (!MODES.has(mode)) throw unsupported(session, `mode ${mode}`);
  const value = { dataType: session.stack.ua.DataType.String, value: mode };
  await writeAndConfirm(session, MODE, value, `set mode ${mode}`, limits);
  return DONE;
}

async function trigger(
  session: OpcUaSession,
  { operation }: Command<"TriggerOperation">,
  limits: RequestLimits,
): Promise<CommandResult> {
  if (operation !== "EmergencyStop" && operation !== "ResetAlarms") throw unsupported(session, operation);
  await callMethod(session, operation, [], operation, limits);
  return DONE;
}

async function acknowledge(
  session: OpcUaSession,
  { alarmId, acknowledgedBy, comment }: Command<"AcknowledgeAlarm">,
  limits: RequestLimits,
): Promise<CommandResult> {
  const { DataType } = session.stack.ua;
  const inputs = [
    { dataType: DataType.UInt32, value: alarmId },
    { dataType: DataType.String, value: acknowledgedBy },
    { dataType: DataType.String, value: comment },
  ];
  await callMethod(session, "AcknowledgeAlarm", inputs, `acknowledge alarm ${alarmId}`, limits);
  return DONE;
}

/** The unit echoes what it was set to; anything else is a failure, although it answered Good. */
async function writeAndConfirm(
  session: OpcUaSession,
  nodeId: string,
  value: VariantOptions,
  description: string,
  limits: RequestLimits,
): Promise<void> {
  await demandGood(session, description, () => session.write(nodeId, value, limits));
  const [echo] = await session.read([nodeId], limits);
  const confirmed: unknown = echo?.value?.value;
  if (confirmed === value.value) return;
  throw new InstrumentError({
    kind: "CommandExecutionFailure",
    instrumentId: session.target.instrumentId,
    commandDescription: description,
    failureReason: `accepted, but it reads back ${String(confirmed)}`,
  });
}

/**
 * Calls a method of the unit.
 *
 * @returns its output values
 * @throws InstrumentError CommandRejected unless the unit answers Good
 */
export async function callMethod(
  session: OpcUaSession,
  method: string,
  inputs: VariantOptions[],
  description: string,
  limits: RequestLimits,
): Promise<readonly unknown[]> {
  const result = await orRejected(session, description, () =>
    session.call(BIOSTAT_OBJECT, node(method), inputs, limits),
  );
  await demandGood(session, description, async () => result.statusCode);
  return (result.outputArguments ?? []).map((output) => output.value as unknown);
}

function unsupported(session: OpcUaSession, operation: string): InstrumentError {
  const { instrumentId } = session.target;
  return new InstrumentError({ kind: "OperationNotSupported", instrumentId, operation });
}
