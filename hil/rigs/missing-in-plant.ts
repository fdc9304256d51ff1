/** What a scenario asks of its instruments that a plant's drivers do not have. */
import type { RecordedInstrument } from "@helix/run-record";
import type { Plan } from "../scenario/plan.ts";

type View = Pick<RecordedInstrument, "key"> & {
  readonly channels: readonly { readonly name: string; readonly unit: string }[];
};

/** One text per channel that is not there, or is measured in another unit than the scenario was planned in. */
export function missingInPlant(plan: Plan, instruments: readonly View[]): string[] {
  const asked = [
    ...plan.commands.map((command) => channelOf(command)),
    ...plan.expectations.flatMap(valuesOf),
  ];
  const missing = asked.flatMap((channel) => {
    if (channel === undefined) return [];
    const { instrument, name, unit } = channel;
    const found = instruments
      .find(({ key }) => key === instrument)
      ?.channels.find((candidate) => candidate.name === name);
    if (found === undefined) return [`${instrument} has no channel ${name}`];
    const isOther = unit !== undefined && unit !== found.unit;
    return isOther ? [`${instrument}.${name} is in ${found.unit}, and the scenario in ${unit}`] : [];
  });
  return [...new Set(missing)];
}

interface AskedChannel {
  readonly instrument: string;
  readonly name: string;
  /** UCUM; undefined where the scenario says none. */
  readonly unit: string | undefined;
}

function channelOf(command: Plan["commands"][number]): AskedChannel | undefined {
  if (!("channel" in command)) return undefined;
  const unit = command.kind === "setpoint" ? command.unit : undefined;
  return { instrument: command.instrument, name: command.channel, unit };
}

function valuesOf(expectation: Plan["expectations"][number]): AskedChannel[] {
  if (expectation.kind === "channel") {
    const { instrument, channel: name, unit } = expectation;
    return [{ instrument, name, unit }];
  }
  if (!("claim" in expectation) || expectation.claim.of !== "band") return [];
  const { value } = expectation.claim;
  return value.of === "channel"
    ? [{ instrument: value.instrument, name: value.channel, unit: value.unit }]
    : [];
}
