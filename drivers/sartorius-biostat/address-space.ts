/**
 * The nodes of PROTOCOL.md, in the order and with the limits that it states.
 */

import type { StreamedChannel } from "@helix/driver-opcua-generic";
import type { CommandDescriptor, InstrumentAlarm } from "@helix/hal";

export const NAMESPACE = "urn:helix:standin:sartorius-biostat";

/** Node id of `Biostat.<path>`. */
export const node = (path: string): string => `nsu=${NAMESPACE};s=Biostat.${path}`;

export const BIOSTAT_OBJECT = `nsu=${NAMESPACE};s=Biostat`;

interface ChannelRow {
  readonly id: number;
  /** `C` in the node ids. */
  readonly node: string;
  readonly name: string;
  readonly unit: string;
  readonly range: readonly [min: number, max: number];
  readonly resolution: number;
  /** Limits of the setpoint; undefined where there is none. */
  readonly setpoint?: readonly [min: number, max: number];
  readonly isCalibratable?: true;
}

const ROWS: readonly ChannelRow[] = [
  {
    id: 0,
    node: "DO",
    name: "dissolved_oxygen",
    unit: "%{airsat}",
    range: [0, 200],
    resolution: 0.01,
    setpoint: [0, 100],
    isCalibratable: true,
  },
  {
    id: 1,
    node: "pH",
    name: "ph",
    unit: "[pH]",
    range: [2, 12],
    resolution: 0.001,
    setpoint: [6, 8],
    isCalibratable: true,
  },
  {
    id: 2,
    node: "Temperature",
    name: "temperature",
    unit: "Cel",
    range: [0, 60],
    resolution: 0.01,
    setpoint: [20, 40],
  },
  {
    id: 3,
    node: "Agitation",
    name: "agitation",
    unit: "{rev}/min",
    range: [0, 1200],
    resolution: 1,
    setpoint: [0, 600],
  },
  {
    id: 4,
    node: "Feed",
    name: "feed_rate",
    unit: "L/h",
    range: [0, 0.2],
    resolution: 0.0001,
    setpoint: [0, 0.1],
  },
  {
    id: 5,
    node: "ViableCells",
    name: "viable_cell_density",
    unit: "10*6{cells}/mL",
    range: [0, 100],
    resolution: 0.01,
  },
  { id: 6, node: "Glucose", name: "glucose", unit: "mmol/L", range: [0, 100], resolution: 0.01 },
  { id: 7, node: "Lactate", name: "lactate", unit: "mmol/L", range: [0, 200], resolution: 0.01 },
  { id: 8, node: "Titer", name: "titer", unit: "g/L", range: [0, 20], resolution: 0.001 },
];

export interface BiostatChannel extends StreamedChannel {
  readonly loopEnabledNodeId: string | undefined;
  readonly isCalibratable: boolean;
}

/** @param nominalRateHz how often the unit measures; advisory */
export const biostatChannels = (nominalRateHz: number): readonly BiostatChannel[] =>
  ROWS.map((row) => ({
    descriptor: {
      id: row.id,
      name: row.name,
      unit: row.unit,
      nominalRateHz,
      range: { min: row.range[0], max: row.range[1] },
      resolution: row.resolution,
      isWritable: row.setpoint !== undefined,
    },
    valueNodeId: node(`${row.node}.PV`),
    setpointNodeId: row.setpoint && node(`${row.node}.SP`),
    loopEnabledNodeId: row.setpoint && node(`${row.node}.LoopEnabled`),
    isCalibratable: row.isCalibratable ?? false,
    // Every sample the unit takes, not one per interval of ours.
    samplingIntervalMs: 0,
  }));

export const IDENTIFICATION = {
  manufacturer: node("Manufacturer"),
  model: node("Model"),
  serialNumber: node("SerialNumber"),
  firmwareVersion: node("FirmwareVersion"),
} as const;

export const UPTIME_SECONDS = node("UptimeSeconds");
export const MODE = node("Mode");
export const ALARM_WORD = node("AlarmWord");
export const ACKNOWLEDGED_WORD = node("AcknowledgedWord");

const ALARMS: readonly Pick<InstrumentAlarm, "message" | "severity">[] = [
  { message: "DO low", severity: "high" },
  { message: "pH out of band", severity: "high" },
  { message: "temperature out of band", severity: "high" },
  { message: "stirrer stopped", severity: "critical" },
  { message: "feed bottle low", severity: "medium" },
];

/** The alarms whose bit is set in `word`; a bit that PROTOCOL.md does not name is shown all the same. */
export function activeAlarms(word: number, acknowledgedWord: number): readonly InstrumentAlarm[] {
  return Array.from({ length: 32 }, (_, bit) => bit)
    .filter((bit) => isSet(word, bit))
    .map((bit) => ({
      alarmId: bit,
      severity: ALARMS[bit]?.severity ?? "high",
      message: ALARMS[bit]?.message ?? `alarm ${bit}, not named by the protocol`,
      bitmapBit: bit,
      acknowledged: isSet(acknowledgedWord, bit),
    }));
}

const isSet = (word: number, bit: number) => ((word >>> bit) & 1) === 1;

const WRITABLE = ROWS.filter((row) => row.setpoint !== undefined);

/** What the unit can be told (PROTOCOL.md, "Channels", "Mode and alarms", "Methods"). */
export const SUPPORTED_COMMANDS: readonly CommandDescriptor[] = [
  ...WRITABLE.map(
    ({ id, setpoint }): CommandDescriptor => ({
      commandType: "SetSetpoint",
      channelIds: [id],
      requiresRationale: true,
      isGmpRegulated: true,
      minValue: setpoint?.[0],
      maxValue: setpoint?.[1],
    }),
  ),
  withoutLimits(
    "SetControlLoopEnabled",
    WRITABLE.map(({ id }) => id),
  ),
  withoutLimits("TriggerOperation", []),
  withoutLimits("SetMode", []),
  { ...withoutLimits("AcknowledgeAlarm", []), requiresRationale: false },
];

function withoutLimits(
  commandType: CommandDescriptor["commandType"],
  channelIds: readonly number[],
): CommandDescriptor {
  return {
    commandType,
    channelIds,
    requiresRationale: true,
    isGmpRegulated: true,
    minValue: undefined,
    maxValue: undefined,
  };
}
