/** What is to be found: `--optimise`, `--minimise`, `--over`, `--keep`. */
import { CliError } from "@helix/cli";
import { measurable } from "../ensemble/measures.ts";
import type { Strategy } from "../ensemble/plan.ts";
import { applySettings } from "../ensemble/run-inputs.ts";
import { parseTargets, quantityOf, type Target } from "../ensemble/target.ts";
import { parseVariation, VariationError } from "../ensemble/variation.ts";
import type { TwinModel } from "../language/model.ts";
import { parseLimit } from "../whatif/limits.ts";
import type { Decision, Optimisation } from "../whatif/optimise.ts";

export interface DecisionOptions {
  readonly piece: number | undefined;
  readonly optimise: string | undefined;
  readonly minimise: string | undefined;
  readonly over: readonly string[];
  readonly keep: readonly string[];
}

/** @throws CliError, VariationError, MeasureError */
export function optimisationOf(
  options: DecisionOptions,
  base: Strategy,
  model: TwinModel,
  begin: number,
): Optimisation | undefined {
  const { optimise, minimise, over, keep } = options;
  if (optimise !== undefined && minimise !== undefined)
    throw new CliError("--optimise and --minimise: one of them");
  const quantity = optimise ?? minimise;
  if (quantity === undefined) {
    if (over.length > 0) throw new CliError("--over needs --optimise or --minimise: what is it for?");
    if (keep.length > 0) throw new CliError("--keep needs --optimise or --minimise");
    return undefined;
  }
  if (over.length === 0)
    throw new CliError(`--optimise ${quantity}: what can be decided?`, {
      advice: `say it with --over, for example --over ${model.inputs[0]?.name ?? model.parameters[0]?.name}, within its bounds`,
    });
  const decisions = over.flatMap((text) => decisionsOf(text, base, model, options.piece));
  const twice = decisions.findIndex(({ label }, i) => decisions.findIndex((d) => d.label === label) !== i);
  if (twice >= 0) throw new CliError(`--over ${decisions[twice]?.label} is given twice`);
  const past = decisions.find(({ target }) => target.span && target.span.to <= begin);
  if (past)
    throw new CliError(
      `--over ${past.label} is over at ${past.target.span?.to} ${model.time.unit}, before the runs begin at ${begin}`,
    );
  return {
    quantity: measurable(quantity, model).name,
    sense: optimise === undefined ? "smallest" : "largest",
    decisions,
    limits: keep.map((text) => parseLimit(text, model)),
  };
}

/** `feed[1..14]=0..0.004`, `feed[1..14]=0.5x..2x`, or within the model's bounds where none are given. */
function decisionsOf(text: string, base: Strategy, model: TwinModel, piece: number | undefined): Decision[] {
  const [label = ""] = text.split("=");
  const option = "--over";
  const rule = text.includes("=") ? parseVariation(text, model, { option, piece }) : undefined;
  if (rule && (rule.spread.shape !== "uniform" || rule.spread.low === rule.spread.high))
    throw new CliError(`--over ${text}: two bounds are expected, for example ${label}=0.5x..2x`);
  const settled = applySettings(base.settings, model);
  const targets = targetsOf(label.trim(), model, piece);
  return targets.map((target, i): Decision => {
    const now = valueNow(target, model, settled);
    const own = quantityOf(target, model);
    const scale = rule?.relative ? now : 1;
    const bounds =
      rule?.spread.shape === "uniform"
        ? { low: rule.spread.low * scale, high: rule.spread.high * scale }
        : { low: own.low, high: own.high };
    const name =
      targets.length > 1
        ? label.replace(/\[(\d+).*$/, (_, first: string) => `[${Number(first) + i}]`)
        : label;
    if (!Number.isFinite(bounds.low) || !Number.isFinite(bounds.high))
      throw new CliError(`--over ${name}: the model gives no bounds; write ${name}=low..high`);
    if (bounds.low >= bounds.high)
      throw new CliError(
        `--over ${name}: its bounds are both ${bounds.low}; write ${name}=low..high without x`,
      );
    return { label: name.trim(), target, ...bounds, base: now };
  });
}

function targetsOf(label: string, model: TwinModel, piece: number | undefined): Target[] {
  try {
    return parseTargets(label, model, piece);
  } catch (error) {
    throw error instanceof VariationError ? new VariationError(`--over ${error.message}`) : error;
  }
}

function valueNow(
  { name, kind, span }: Target,
  model: TwinModel,
  { parameters, changes }: ReturnType<typeof applySettings>,
): number {
  if (kind === "parameter") return parameters[model.parameters.findIndex((p) => p.name === name)] as number;
  const schedule = changes.get(name) ?? model.inputs.find((u) => u.name === name)?.schedule ?? [];
  return schedule.findLast((change) => change.time <= (span?.from ?? 0))?.value ?? Number.NaN;
}
