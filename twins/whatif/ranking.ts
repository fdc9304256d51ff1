/** What matters most: the Sobol indices of every varied quantity, for every result at the end of a run. */
import type { EnsembleEngine, RunOptions } from "../ensemble/ensemble.ts";
import type { Measurable } from "../ensemble/measures.ts";
import type { EnsemblePlan } from "../ensemble/plan.ts";
import { saltelliWidth } from "../ensemble/saltelli.ts";
import { type Index, sobolIndices } from "./sobol-indices.ts";

export interface Ranking {
  /** Trajectories that it took. */
  readonly trajectories: number;
  readonly rows: number;
  readonly complete: boolean;
  readonly quantities: readonly RankedQuantity[];
}

export interface RankedQuantity {
  readonly quantity: string;
  /** Rows left out because a run of them failed or was not reached. */
  readonly left: number;
  /** The largest total first; undefined where the quantity does not vary. */
  readonly causes: readonly Cause[] | undefined;
}

export interface Cause extends Index {
  /** As varied: `mu_max`, `feed[6..14]`. */
  readonly label: string;
}

/** @param plan with the quantities at the end as its measures */
export async function rankingOf(
  plan: EnsemblePlan,
  rows: number,
  quantities: readonly Measurable[],
  engine: EnsembleEngine,
  options: RunOptions,
): Promise<Ranking> {
  const varied = plan.variations.filter(({ spread }) => spread.shape !== "fixed");
  const fixed = plan.variations.filter(({ spread }) => spread.shape === "fixed");
  if (varied.length === 0) {
    const none = quantities.map(({ name }) => ({ quantity: name, left: 0, causes: undefined }));
    return { trajectories: 0, rows: 0, complete: true, quantities: none };
  }
  const runs = rows * saltelliWidth(varied.length);
  const [base] = plan.strategies ?? [];
  const result = await engine.run(
    {
      ...plan,
      strategies: [{ name: "base", settings: [...(base?.settings ?? []), ...fixed] }],
      variations: varied,
      sampling: "saltelli",
      runs,
      outputs: [],
      keepMeasures: true,
      keepFinals: false,
      courses: 0,
    },
    options,
  );
  const width = quantities.length;
  return {
    trajectories: result.done,
    rows,
    complete: result.complete,
    quantities: quantities.map(({ name }, q) => {
      const evaluations = Float64Array.from(
        { length: runs },
        (_, run) => result.measures[run * width + q] ?? Number.NaN,
      );
      const { indices, left } = sobolIndices(evaluations, varied.length, plan.seed);
      const causes = indices?.map((index, d) => ({ label: varied[d]?.label ?? "", ...index }));
      return { quantity: name, left, causes: causes?.sort((a, b) => b.total.value - a.total.value) };
    }),
  };
}
