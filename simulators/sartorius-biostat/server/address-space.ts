/**
 * The unit's address space, as drivers/sartorius-biostat/PROTOCOL.md writes it down: which nodes
 * there are, and what each reads from or does to the unit.
 */
import type { Namespace, UAObject, UAVariable } from "node-opcua-address-space";
import { StatusCodes } from "node-opcua-status-code";
import { DataType } from "node-opcua-variant";
import { type Biostat, FIRMWARE_VERSION } from "../biostat.ts";
import { CHANNELS, type ControlledChannel } from "../device/channels.ts";
import type { UnitClock } from "./faults/unit-clock.ts";
import { addMethods } from "./methods.ts";
import type { PlantCalendar } from "./plant-time.ts";
import { type Acknowledge, UnitNodes } from "./unit-nodes.ts";

export const NAMESPACE_URI = "urn:helix:standin:sartorius-biostat";

export interface PublishedUnit {
  /** Gives out the present process values, with the plant's time stamp. */
  publishReadings(): void;
  /** Brings all other nodes up to date. */
  publishState(): void;
}

/** What the unit's nodes hang on. */
export interface UnitPlace {
  readonly namespace: Namespace;
  readonly objects: UAObject;
  readonly calendar: PlantCalendar;
  readonly clock: UnitClock;
  /** When the answer to a setpoint may leave. */
  readonly acknowledge: (channel: ControlledChannel) => Acknowledge;
  readonly serialNumber: string;
}

/** Builds the unit's nodes under `objects`. */
export function publishUnit(unit: Biostat, place: UnitPlace): PublishedUnit {
  const { namespace, objects, calendar, clock, serialNumber } = place;
  const now = () => calendar.dateOf(clock.time(unit.plantTimeS));
  const nodes = new UnitNodes(namespace, now);
  const root = namespace.addObject({ organizedBy: objects, browseName: "Biostat", nodeId: "s=Biostat" });
  addIdentification(nodes, root, unit, serialNumber);
  const processValues = addChannels(nodes, root, unit, place);
  addModeAndAlarms(nodes, root, unit);
  addCalibration(nodes, namespace, root, unit, calendar);
  addMethods(namespace, root, unit, () => nodes.refresh());
  return {
    publishReadings() {
      const sourceTime = calendar.dateOf(clock.stampSample(unit.plantTimeS));
      for (const { channel, value, status } of unit.sample()) {
        const variable = processValues.get(channel.name) as UAVariable;
        variable.setValueFromSource({ dataType: DataType.Double, value }, StatusCodes[status], sourceTime);
      }
    },
    publishState: () => nodes.refresh(),
  };
}

function addIdentification(nodes: UnitNodes, root: UAObject, unit: Biostat, serialNumber: string): void {
  nodes.addState(root, "Biostat.Manufacturer", "Manufacturer", "String", () => "Sartorius");
  nodes.addState(root, "Biostat.Model", "Model", "String", () => "Biostat B");
  nodes.addState(root, "Biostat.SerialNumber", "SerialNumber", "String", () => serialNumber);
  nodes.addState(root, "Biostat.FirmwareVersion", "FirmwareVersion", "String", () => firmwareOf(unit));
  nodes.addGauge(root, "Biostat.UptimeSeconds", "UptimeSeconds", "Double", () => unit.uptimeS);
}

const firmwareOf = ({ faults }: Biostat): string =>
  faults.onWire.find(({ firmware }) => firmware !== undefined)?.firmware ?? FIRMWARE_VERSION;

function addChannels(
  nodes: UnitNodes,
  root: UAObject,
  unit: Biostat,
  { namespace, acknowledge }: UnitPlace,
): ReadonlyMap<string, UAVariable> {
  const processValues = new Map<string, UAVariable>();
  for (const channel of CHANNELS) {
    const base = `Biostat.${channel.node}`;
    const object = namespace.addObject({ componentOf: root, browseName: channel.node, nodeId: `s=${base}` });
    processValues.set(channel.name, nodes.addProcessValue(object, `${base}.PV`, channel));
    if (channel.setpoint === undefined) continue;
    const name: ControlledChannel = channel.name;
    nodes.addWritable(
      object,
      `${base}.SP`,
      "SP",
      "Double",
      () => unit.setpoints.values[name],
      (value) => unit.writeSetpoint(name, value as number),
      acknowledge(name),
    );
    nodes.addWritable(
      object,
      `${base}.LoopEnabled`,
      "LoopEnabled",
      "Boolean",
      () => unit.setpoints.enabled[name],
      (value) => unit.setpoints.setLoopEnabled(name, value as boolean),
    );
  }
  return processValues;
}

function addModeAndAlarms(nodes: UnitNodes, root: UAObject, unit: Biostat): void {
  nodes.addWritable(
    root,
    "Biostat.Mode",
    "Mode",
    "String",
    () => unit.setpoints.mode,
    (value) => unit.setpoints.setMode(value as string),
  );
  nodes.addState(root, "Biostat.AlarmWord", "AlarmWord", "UInt32", () => unit.alarms.word);
  nodes.addState(
    root,
    "Biostat.AcknowledgedWord",
    "AcknowledgedWord",
    "UInt32",
    () => unit.alarms.acknowledgedWord,
  );
}

function addCalibration(
  nodes: UnitNodes,
  namespace: Namespace,
  root: UAObject,
  unit: Biostat,
  calendar: PlantCalendar,
): void {
  const { calibration } = unit;
  const object = namespace.addObject({
    componentOf: root,
    browseName: "Calibration",
    nodeId: "s=Biostat.Calibration",
  });
  const line = () => calibration.line(calibration.channel ?? "dissolved_oxygen");
  const add = (
    name: string,
    type: Parameters<UnitNodes["addState"]>[3],
    read: Parameters<UnitNodes["addState"]>[4],
  ) => nodes.addState(object, `Biostat.Calibration.${name}`, name, type, read);
  add("State", "String", () => calibration.state);
  add("Channel", "String", () => calibration.channel ?? "");
  add("Progress", "Double", () => calibration.progress);
  add("Measured", "Double[]", () => calibration.measured);
  add("Slope", "Double", () => line().slope);
  add("Intercept", "Double", () => line().intercept);
  add("LastTime", "DateTime", () =>
    calibration.lastTimeS === undefined ? undefined : calendar.dateOf(calibration.lastTimeS),
  );
  add("Message", "String", () => calibration.message);
}
