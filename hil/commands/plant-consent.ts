/**
 * What the person has to say before a scenario runs on a real plant: which plant it is, that its commands may
 * go out, that its faults may be put on the plant's links. What is not allowed is not done, and not in part.
 */
import { resolve } from "node:path";
import { type CliContext, CliError } from "@helix/cli";
import type { Rig } from "@helix/run-record";
import { batchAge } from "../expectations/finding.ts";
import type { Plan } from "../scenario/plan.ts";

export interface PlantConsent {
  /** Path of the plant's helix.toml, as the person gave it. */
  readonly config: string | undefined;
  /** The scenario's commands may go out. */
  readonly allowCommands: boolean;
  /** The scenario's faults may be put on the plant's links. */
  readonly allowFaults: boolean;
}

/** Of a scenario's commands or faults in a refusal. */
const SHOWN = 5;

/** Of the plant's helix.toml, absolute; undefined on the other rigs. @throws CliError for what contradicts itself, or is not there */
export async function plantConfig(
  { rig, config, allowCommands, allowFaults }: PlantConsent & { readonly rig: Rig },
  context: CliContext,
): Promise<string | undefined> {
  if (rig !== "physical") {
    if (config === undefined && !allowCommands && !allowFaults) return undefined;
    throw new CliError(
      `--config, --allow-commands and --allow-faults are for --rig physical, not for --rig ${rig}`,
      { advice: "Leave them out, or name the rig." },
    );
  }
  if (config === undefined) {
    throw new CliError("--rig physical needs the helix.toml of the plant", {
      advice: "Name it: --rig physical --config <path of helix.toml>",
    });
  }
  const path = resolve(context.cwd, config);
  if ((await context.platform.disk.stat(path))?.kind === "file") return path;
  throw new CliError(`there is no ${path}`, { advice: "Name the plant's helix.toml with --config." });
}

/** Nothing is done to a real plant because a scenario says so: whoever runs the plant has to say so too. */
export function notAllowed(plan: Plan, { allowCommands, allowFaults }: PlantConsent): string | undefined {
  const commands = plan.commands.map(
    ({ instrument, description, atS }) => `${instrument}: ${description} at ${batchAge(atS)}`,
  );
  const faults = [
    ...plan.faults.map(({ inject, on, beginS }) => `${inject} on ${on} at ${batchAge(beginS)}`),
    ...plan.armed.map(({ inject, on, when }) => `${inject} on ${on} when ${when.text}`),
  ];
  const refusals = [
    ...(allowCommands || commands.length === 0
      ? []
      : [
          `The scenario would give commands to real instruments (${listed(commands)}). With --allow-commands it does.`,
        ]),
    ...(allowFaults || faults.length === 0
      ? []
      : [
          `The scenario would disturb the links of real instruments (${listed(faults)}). With --allow-faults it does.`,
        ]),
  ];
  return refusals.length === 0 ? undefined : refusals.join(" ");
}

/** As the person has to give them to run it again. */
export const consentOptions = ({ config, allowCommands, allowFaults }: PlantConsent): string =>
  [
    ...(config === undefined ? [] : [` --config ${config}`]),
    ...(allowCommands ? [" --allow-commands"] : []),
    ...(allowFaults ? [" --allow-faults"] : []),
  ].join("");

function listed(items: readonly string[]): string {
  const more = items.length > SHOWN ? `; and ${items.length - SHOWN} more` : "";
  return `${items.slice(0, SHOWN).join("; ")}${more}`;
}
