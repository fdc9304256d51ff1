import type { ChannelDescriptor, InstrumentCommand } from "@helix/hal";

/** One line for people: "set feed_rate to 0.024 L/h". */
export function describeCommand(command: InstrumentCommand, channels: readonly ChannelDescriptor[]): string {
  const name = (id: number) => channels.find((channel) => channel.id === id)?.name ?? `channel ${id}`;
  switch (command.type) {
    case "SetSetpoint":
      return `set ${name(command.channelId)} to ${command.value} ${command.unit}`;
    case "SetControlLoopEnabled":
      return `${command.enabled ? "enable" : "disable"} the loop of ${name(command.channelId)}`;
    case "TriggerOperation":
      return `trigger ${command.operation}`;
    case "SetMode":
      return `set mode ${command.mode}`;
    case "AcknowledgeAlarm":
      return `acknowledge alarm ${command.alarmId}`;
  }
}
