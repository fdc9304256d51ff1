import type { ChannelDescriptor, CommandDescriptor, InstrumentCommand } from "@helix/hal";
import type { ValueChange } from "@helix/ledger";

type Channels = readonly ChannelDescriptor[];

const nameOf = (id: number, channels: Channels): string =>
  channels.find((channel) => channel.id === id)?.name ?? `channel ${id}`;

/** In the channel's own unit. */
export const unitOf = (id: number, channels: Channels): string | undefined =>
  channels.find((channel) => channel.id === id)?.unit;

/**
 * What a command is to change, for the record: from what, as far as it is known, to what.
 *
 * @param present the setpoint in the channel's unit, as last read or acknowledged
 */
export function valueChange(
  command: InstrumentCommand,
  channels: Channels,
  present: number | undefined,
): ValueChange | undefined {
  switch (command.type) {
    case "SetSetpoint": {
      const { channelId, value, unit } = command;
      const own = unitOf(channelId, channels);
      const old = present === undefined || own === undefined ? undefined : { value: present, unit: own };
      return { of: nameOf(channelId, channels), old, new: { value, unit } };
    }
    case "SetControlLoopEnabled": {
      const of = `${nameOf(command.channelId, channels)} control loop`;
      return { of, old: undefined, new: command.enabled ? "on" : "off" };
    }
    case "SetMode":
      return { of: "mode", old: undefined, new: command.mode };
    case "TriggerOperation":
    case "AcknowledgeAlarm":
      return undefined;
  }
}

/** Why, in the words of whoever gave the command. */
export const reasonOf = (command: InstrumentCommand): string =>
  command.type === "AcknowledgeAlarm" ? command.comment : command.rationale;

/** Brings the plant to rest: it goes out whether or not the ledger can take its intent. */
export const isSafetyAction = (command: InstrumentCommand): boolean =>
  (command.type === "TriggerOperation" && command.operation === "EmergencyStop") ||
  (command.type === "SetMode" && command.mode === "Hold");

/** Its records are acknowledged only under a synced high-water mark. */
export function isCritical(command: InstrumentCommand, supported: readonly CommandDescriptor[]): boolean {
  const channelId = "channelId" in command ? command.channelId : undefined;
  return (
    isSafetyAction(command) ||
    supported.some(
      ({ commandType, channelIds, isGmpRegulated }) =>
        isGmpRegulated &&
        commandType === command.type &&
        (channelId === undefined || channelIds.includes(channelId)),
    )
  );
}
