/** What a scenario tells an instrument, against what the instrument has. */
import type { CalibrationPoint } from "@helix/hal";
import type { CommandText, PointText } from "@helix/scenarios";
import type { KnownChannel } from "./known-parts.ts";
import type { PlannedAction, PlannedCommand } from "./plan.ts";
import { findChannel, type KnownInstruments } from "./plan-instruments.ts";
import type { Planning } from "./plan-scenario.ts";

export type Path = readonly (string | number)[];

/** A command without its time. */
export type Instruction = {
  readonly [K in "instrument" | "rationale" | "description"]: PlannedCommand[K];
} & PlannedAction;

export function planCommand(
  path: Path,
  command: CommandText,
  instruments: KnownInstruments,
  planning: Planning,
): Instruction | undefined {
  const { findings } = planning;
  const why = "comment" in command ? "comment" : "rationale";
  const rationale = "comment" in command ? command.comment : command.rationale;
  checkRationale([...path, why], rationale, planning);
  if ("set" in command) {
    return planSetpoint(
      [...path, "set"],
      command.set,
      [...path, "to"],
      command.to,
      rationale,
      instruments,
      planning,
    );
  }
  if ("loop" in command) {
    const target = findChannel([...path, "loop"], command.loop, instruments, planning);
    if (!target || !isSettable([...path, "loop"], target, instruments, planning)) return undefined;
    const { instrument, channel } = target;
    const description = `${command.enabled ? "enable" : "disable"} the loop of ${channel.name}`;
    return {
      kind: "loop",
      instrument,
      channel: channel.name,
      enabled: command.enabled,
      rationale,
      description,
    };
  }
  if ("calibrate" in command) {
    const target = findChannel([...path, "calibrate"], command.calibrate, instruments, planning);
    const points = target && planPoints([...path, "points"], command.points, target.channel, planning);
    if (!target || !points) return undefined;
    const description = `calibrate ${target.channel.name} against ${points.length} standard${points.length === 1 ? "" : "s"}`;
    const { instrument, channel } = target;
    return { kind: "calibration", instrument, channel: channel.name, points, rationale, description };
  }
  const instrument = findings.oneOf([...path, "on"], "instrument", command.on, instruments.keys());
  if (instrument === undefined) return undefined;
  if ("mode" in command) {
    return {
      kind: "mode",
      instrument,
      mode: command.mode,
      rationale,
      description: `set mode ${command.mode}`,
    };
  }
  if ("trigger" in command) {
    const { trigger: operation, parameters } = command;
    return {
      kind: "operation",
      instrument,
      operation,
      parameters,
      rationale,
      description: `trigger ${operation}`,
    };
  }
  const description = `acknowledge alarm ${command.acknowledge}`;
  const who = { alarmId: command.acknowledge, acknowledgedBy: command.by };
  return { kind: "acknowledge", instrument, ...who, rationale, description };
}

export function checkRationale(path: Path, rationale: string, { findings }: Planning): void {
  if (rationale.trim() !== "") return;
  findings.add(path, `the ${path.at(-1)} is empty`, {
    expected: "why the command is given; it goes into the ledger",
  });
}

export function planSetpoint(
  path: Path,
  set: string,
  toPath: Path,
  to: string,
  rationale: string,
  instruments: KnownInstruments,
  planning: Planning,
): (Instruction & { kind: "setpoint" }) | undefined {
  const { findings } = planning;
  const target = findChannel(path, set, instruments, planning);
  if (!target) {
    findings.quantity(toPath, to);
    return undefined;
  }
  const { instrument, channel } = target;
  isSettable(path, target, instruments, planning);
  const value = findings.quantityIn(toPath, to, channel.unit);
  if (value === undefined) return undefined;
  return {
    kind: "setpoint",
    instrument,
    channel: channel.name,
    value,
    unit: channel.unit,
    rationale,
    description: `set ${channel.name} to ${to}`,
  };
}

function isSettable(
  path: Path,
  { instrument, channel }: { instrument: string; channel: KnownChannel },
  instruments: KnownInstruments,
  { findings }: Planning,
): boolean {
  if (channel.isWritable) return true;
  const writable = [...(instruments.get(instrument)?.channels?.values() ?? [])].filter((c) => c.isWritable);
  findings.add(path, `${channel.name} of ${instrument} takes no setpoint`, {
    expected: `one of: ${writable.map((c) => c.name).join(", ")}`,
  });
  return false;
}

const DATE = /^\d{4}-\d\d-\d\d$/;

function planPoints(
  path: Path,
  points: readonly PointText[],
  channel: KnownChannel,
  { findings }: Planning,
): CalibrationPoint[] | undefined {
  if (points.length === 0) {
    return findings.add(path, "there is no standard to calibrate against", {
      expected: "at least one point",
    });
  }
  const planned = points.map((point, i): CalibrationPoint | undefined => {
    const isDate = DATE.test(point.expires) && !Number.isNaN(Date.parse(point.expires));
    if (!isDate)
      findings.add([...path, i, "expires"], `"${point.expires}" is no date`, {
        expected: "a date, such as 2027-06-30",
      });
    const referenceValue = findings.quantityIn([...path, i, "reference"], point.reference, channel.unit);
    if (referenceValue === undefined || !isDate) return undefined;
    return {
      referenceValue,
      unit: channel.unit,
      standardLotNumber: point.lot,
      standardExpiryDate: point.expires,
      standardCertificateId: point.certificate,
    };
  });
  return planned.includes(undefined) ? undefined : (planned as CalibrationPoint[]);
}
