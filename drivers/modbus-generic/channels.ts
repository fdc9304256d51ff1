/** The configuration's registers as channels of the contract. */
import type { ChannelDescriptor, CommandDescriptor } from "@helix/hal";
import type { ChannelRegister, ModbusGenericConfig, RegisterTable } from "./config.ts";
import { resolutionOf, type ValueLayout } from "./registers.ts";

export interface ModbusChannel {
  readonly descriptor: ChannelDescriptor;
  readonly table: RegisterTable;
  readonly register: number;
  /** Holding register; undefined where the channel has no setpoint. */
  readonly setpointRegister: number | undefined;
  readonly layout: ValueLayout;
}

export const channelsOf = ({ registers, poll_interval_ms }: ModbusGenericConfig): ModbusChannel[] =>
  registers.map((entry) => channelOf(entry, poll_interval_ms));

export const setpointDescriptor = ({ channel_id, min, max }: ChannelRegister): CommandDescriptor => ({
  commandType: "SetSetpoint",
  channelIds: [channel_id],
  requiresRationale: true,
  isGmpRegulated: true,
  minValue: min,
  maxValue: max,
});

function channelOf(entry: ChannelRegister, pollIntervalMs: number): ModbusChannel {
  const { type, word_order: wordOrder, scale, offset } = entry;
  const layout = { type, wordOrder, scale, offset };
  return {
    descriptor: {
      id: entry.channel_id,
      name: entry.name,
      unit: entry.unit,
      nominalRateHz: 1000 / pollIntervalMs,
      // A bound that the site has not stated is no bound.
      range: { min: entry.min ?? Number.NEGATIVE_INFINITY, max: entry.max ?? Number.POSITIVE_INFINITY },
      resolution: resolutionOf(layout),
      isWritable: entry.is_writable,
    },
    table: entry.table,
    register: entry.register,
    setpointRegister: entry.setpoint_register ?? (entry.is_writable ? entry.register : undefined),
    layout,
  };
}
