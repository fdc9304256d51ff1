/** The catalogue as a table, for people and for machines. */
import type { Rig } from "@helix/run-record";
import { FAULT_CATALOGUE, type FaultKind } from "./catalogue.ts";
import type { FaultParameter, FaultTarget } from "./fault-kind.ts";

export interface FaultRow {
  readonly name: string;
  /** What a scenario writes after `on:`. */
  readonly on: string;
  readonly effect: string;
  readonly parameters: readonly ParameterRow[];
  readonly rigs: readonly Rig[];
  /** Why the other rigs cannot do it. */
  readonly unable: Readonly<Partial<Record<Rig, string>>>;
  /** Empty: any. */
  readonly protocols: readonly string[];
  readonly receipt: string;
}

export interface ParameterRow {
  readonly name: string;
  /** Unit in which bounds are told, or what it is measured in. */
  readonly unit: string;
  readonly min: number | null;
  readonly max: number | null;
  readonly example: string;
}

const ON: Readonly<Record<FaultTarget, string>> = {
  link: "<instrument>.link",
  channel: "<instrument>.<channel>",
  instrument: "<instrument>",
  plant: "<instrument>.plant",
  host: "runtime",
  disk: "runtime.disk",
};

/** In the order of the catalogue. */
export const faultTable = (): readonly FaultRow[] => [...FAULT_CATALOGUE.values()].map(rowOf);

/** A paragraph per fault. */
export function faultTableText(rows: readonly FaultRow[]): string {
  return rows.map(paragraph).join("\n");
}

function rowOf({ name, target, effect, parameters, rigs, unable, protocols, receipt }: FaultKind): FaultRow {
  return {
    name,
    on: ON[target],
    effect,
    parameters: Object.entries(parameters).map(([key, parameter]) => parameterRow(key, parameter)),
    rigs,
    unable,
    protocols: protocols ?? [],
    receipt,
  };
}

const parameterRow = (name: string, parameter: FaultParameter): ParameterRow => ({
  name,
  unit: unitText(parameter.measure),
  min: parameter.min ?? null,
  max: parameter.max ?? null,
  example: parameter.example,
});

function unitText(measure: FaultParameter["measure"]): string {
  if (measure === "channel") return "the channel's unit";
  if (measure === "channel rate") return "the channel's unit per h";
  if (measure === "data rate") return "By/s";
  if (measure === "text") return "text";
  if (measure === "count") return "1";
  return "unit" in measure ? measure.unit : measure.words.join(" or ");
}

function paragraph({ name, on, effect, parameters, rigs, unable, protocols, receipt }: FaultRow): string {
  const lines = [
    `${name}  on ${on}`,
    `  does      ${effect}`,
    ...parameters.map((parameter) => `  ${parameterText(parameter)}`),
    `  rigs      ${rigs.length === 0 ? "none" : rigs.join(", ")}`,
    ...(protocols.length === 0 ? [] : [`  protocols ${protocols.join(", ")}`]),
    ...Object.entries(unable).map(([rig, reason]) => `  not       ${rig}: ${reason}`),
    `  receipt   ${receipt}`,
  ];
  return `${lines.join("\n")}\n`;
}

function parameterText({ name, unit, min, max, example }: ParameterRow): string {
  const bounds = min === null && max === null ? "" : `, ${min ?? "any"} to ${max ?? "any"}`;
  return `${name.padEnd(9)} ${example}  (${unit}${bounds})`;
}
