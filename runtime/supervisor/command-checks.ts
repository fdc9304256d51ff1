/**
 * What the supervisor refuses before a driver sees it (HELIX-HAL-0001 section 2.3).
 */
import { type ChannelDescriptor, type CommandDescriptor, convert, type InstrumentCommand } from "@helix/hal";

/** Why `command` must not be dispatched; undefined when it may be. */
export function refusal(
  command: InstrumentCommand,
  supported: readonly CommandDescriptor[],
  channels: readonly ChannelDescriptor[],
): string | undefined {
  const channelId = "channelId" in command ? command.channelId : undefined;
  const descriptors = supported.filter((descriptor) => descriptor.commandType === command.type);
  if (descriptors.length === 0) return `the instrument does not support ${command.type}`;
  const descriptor = descriptors.find((d) => channelId === undefined || d.channelIds.includes(channelId));
  if (descriptor === undefined) return `${command.type} is not supported on channel ${channelId}`;
  if (descriptor.requiresRationale && rationaleOf(command).trim() === "") return "a rationale is required";
  if (command.type !== "SetSetpoint") return undefined;
  const channel = channels.find((candidate) => candidate.id === command.channelId);
  return channel === undefined
    ? `there is no channel ${channelId}`
    : rangeRefusal(command, descriptor, channel);
}

function rationaleOf(command: InstrumentCommand): string {
  return command.type === "AcknowledgeAlarm" ? command.comment : command.rationale;
}

function rangeRefusal(
  command: InstrumentCommand & { type: "SetSetpoint" },
  descriptor: CommandDescriptor,
  channel: ChannelDescriptor,
): string | undefined {
  if (!Number.isFinite(command.value)) return `${command.value} is not a setpoint`;
  let value: number;
  try {
    value = convert(command.value, command.unit, channel.unit);
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
  const { minValue = -Infinity, maxValue = Infinity } = descriptor;
  if (value >= minValue && value <= maxValue) return undefined;
  return `${value} ${channel.unit} is outside ${minValue} to ${maxValue} ${channel.unit}`;
}
