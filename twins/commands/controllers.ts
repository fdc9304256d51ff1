/** The controllers that a model runs under, as a command asks for them. */
import { CliError } from "@helix/cli";
import { NO_FAULT } from "../library/indpensim-faults.ts";
import { CONTROLLED_INPUTS } from "../library/indpensim-scans.ts";
import type { Controllers } from "../library/indpensim-trajectories.ts";
import type { Choice } from "../solvers/choose.ts";
import { RODAS4 } from "../solvers/rodas4.ts";
import type { ControlOptions } from "./control-options.ts";

const WITH_CONTROLLERS = "penicillin-indpensim";

/** Undefined for a model without. @throws CliError for options that do not fit the model or each other */
export function controllersOf(given: string, options: ControlOptions): Controllers | undefined {
  const { fault, paa, uncontrolled } = options;
  const asked = fault === undefined ? (paa === undefined ? undefined : "--paa") : "--fault";
  if (given !== WITH_CONTROLLERS) {
    const option = asked ?? (uncontrolled ? "--uncontrolled" : undefined);
    if (option === undefined) return undefined;
    throw new CliError(`${option}: ${given} has no controllers of its own`, {
      advice: `give the model ${WITH_CONTROLLERS}, or a fault of an instrument (helix faults)`,
    });
  }
  if (!uncontrolled) return { fault: fault ?? NO_FAULT.name, paaFeed: paa ?? "recipe" };
  if (asked !== undefined) throw new CliError(`${asked} and --uncontrolled: one of them`);
  return undefined;
}

/** @throws CliError for another method than the one that can */
export function methodUnder({ fault, paaFeed }: Controllers, asked: "auto" | "dp5" | "rodas4"): Choice {
  if (asked === "dp5")
    throw new CliError(
      `--method dp5: ${WITH_CONTROLLERS} is stiff under its controllers: leave it to rodas4`,
    );
  return {
    method: RODAS4,
    reason: `under its controllers, scan by scan with Rodas4; fault ${fault}, phenylacetic acid by ${paaFeed}`,
  };
}

/** @throws CliError for an input that the controllers set */
export function requireFree(
  names: readonly { readonly name: string }[],
  { paaFeed }: Controllers,
  option: string,
): void {
  const taken = [...CONTROLLED_INPUTS, ...(paaFeed === "loop" ? ["Fpaa"] : [])];
  const found = names.find(({ name }) => taken.includes(name));
  if (!found) return;
  throw new CliError(`${option} ${found.name}: the controllers set it`, {
    advice: "leave it to them, or run the model with --uncontrolled",
  });
}
