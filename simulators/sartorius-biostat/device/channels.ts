/** The nine channels of the unit: node names, units, limits (the protocol's table), and noise. */

export interface BiostatChannel {
  readonly id: number;
  /** In node ids: `Biostat.<node>.PV`. */
  readonly node: string;
  readonly name: string;
  /** UCUM */
  readonly unit: string;
  readonly range: { readonly min: number; readonly max: number };
  readonly resolution: number;
  /** Limits of a setpoint; undefined where there is none. */
  readonly setpoint: { readonly min: number; readonly max: number } | undefined;
  /** Standard deviation of the reading: in the channel's unit, plus a share of the value. */
  readonly noise: { readonly absolute: number; readonly relative: number };
}

export const CHANNELS = [
  {
    id: 0,
    node: "DO",
    name: "dissolved_oxygen",
    unit: "%{airsat}",
    range: { min: 0, max: 200 },
    resolution: 0.01,
    setpoint: { min: 0, max: 100 },
    noise: { absolute: 0.15, relative: 0 },
  },
  {
    id: 1,
    node: "pH",
    name: "ph",
    unit: "[pH]",
    range: { min: 2, max: 12 },
    resolution: 0.001,
    setpoint: { min: 6, max: 8 },
    noise: { absolute: 0.003, relative: 0 },
  },
  {
    id: 2,
    node: "Temperature",
    name: "temperature",
    unit: "Cel",
    range: { min: 0, max: 60 },
    resolution: 0.01,
    setpoint: { min: 20, max: 40 },
    noise: { absolute: 0.01, relative: 0 },
  },
  {
    id: 3,
    node: "Agitation",
    name: "agitation",
    unit: "{rev}/min",
    range: { min: 0, max: 1200 },
    resolution: 1,
    setpoint: { min: 0, max: 600 },
    noise: { absolute: 0, relative: 0.003 },
  },
  {
    id: 4,
    node: "Feed",
    name: "feed_rate",
    unit: "L/h",
    range: { min: 0, max: 0.2 },
    resolution: 0.0001,
    setpoint: { min: 0, max: 0.1 },
    noise: { absolute: 0, relative: 0 },
  },
  {
    id: 5,
    node: "ViableCells",
    name: "viable_cell_density",
    unit: "10*6{cells}/mL",
    range: { min: 0, max: 100 },
    resolution: 0.01,
    setpoint: undefined,
    noise: { absolute: 0, relative: 0.01 },
  },
  {
    id: 6,
    node: "Glucose",
    name: "glucose",
    unit: "mmol/L",
    range: { min: 0, max: 100 },
    resolution: 0.01,
    setpoint: undefined,
    noise: { absolute: 0, relative: 0.01 },
  },
  {
    id: 7,
    node: "Lactate",
    name: "lactate",
    unit: "mmol/L",
    range: { min: 0, max: 200 },
    resolution: 0.01,
    setpoint: undefined,
    noise: { absolute: 0, relative: 0.01 },
  },
  {
    id: 8,
    node: "Titer",
    name: "titer",
    unit: "g/L",
    range: { min: 0, max: 20 },
    resolution: 0.001,
    setpoint: undefined,
    noise: { absolute: 0, relative: 0.01 },
  },
] as const satisfies readonly BiostatChannel[];

export type ChannelName = (typeof CHANNELS)[number]["name"];
export type ControlledChannel = "dissolved_oxygen" | "ph" | "temperature" | "agitation" | "feed_rate";
export type CalibratableChannel = "dissolved_oxygen" | "ph";

const BY_NAME = new Map<string, (typeof CHANNELS)[number]>(
  CHANNELS.map((channel) => [channel.name, channel]),
);

/** @throws RangeError for a name that the unit does not have */
export function channelByName(name: string): (typeof CHANNELS)[number] {
  const channel = BY_NAME.get(name);
  if (!channel) throw new RangeError(`the Biostat has no channel "${name}"`);
  return channel;
}

export const isControlled = (name: ChannelName): name is ControlledChannel =>
  channelByName(name).setpoint !== undefined;

export const isCalibratable = (name: string): name is CalibratableChannel =>
  name === "dissolved_oxygen" || name === "ph";
