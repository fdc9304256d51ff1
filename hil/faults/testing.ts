/** Faults as planning makes them, for tests. */
import type { PlannedFault } from "../scenario/plan.ts";
import { faultKind } from "./catalogue.ts";
import { readParameter } from "./read-parameter.ts";

/** @param parameters as a scenario says them; channels are in [pH] */
export function planned(
  inject: string,
  parameters: Readonly<Record<string, string>> = {},
  more: Partial<PlannedFault> = {},
): PlannedFault {
  const kind = faultKind(inject);
  const settings: Record<string, number> = {};
  for (const [name, parameter] of Object.entries(kind.parameters)) {
    const read = readParameter(name, parameters[name] ?? "", parameter, { name: "ph", unit: "[pH]" });
    if (!read.ok) throw new Error(`${read.message}: ${read.expected}`);
    if (parameter.setting !== undefined) settings[parameter.setting] = Number(read.value);
  }
  const onRuntime = kind.target === "host" || kind.target === "disk";
  return {
    id: "f",
    inject,
    instrument: onRuntime ? "runtime" : "brx-07",
    channel: kind.target === "channel" ? "ph" : undefined,
    on: "brx-07.link",
    beginS: 40,
    endS: 50,
    parameters,
    settings,
    rigs: kind.rigs,
    ...more,
  };
}
