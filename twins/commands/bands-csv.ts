/** Bands of every state and strategy as a table. */
import { QUANTILES } from "../ensemble/ensemble.ts";
import type { TwinModel } from "../language/model.ts";
import type { WhatIfAnswer } from "../whatif/what-if.ts";
import { line } from "./csv-rows.ts";

export function bandsCsv(model: TwinModel, { result, strategies }: WhatIfAnswer): string {
  const head = [
    "strategy",
    "state",
    "unit",
    `time ${model.time.unit}`,
    ...QUANTILES.map((q) => `q${100 * q}`),
    "complete",
  ];
  const rows = [result, ...result.others].flatMap((one, s) =>
    model.states.flatMap((state) =>
      (one.bands[state.name] ?? []).map((band) =>
        [
          strategies[s]?.name ?? one.name,
          state.name,
          state.unit,
          band.time,
          ...band.quantiles,
          result.complete,
        ].map(String),
      ),
    ),
  );
  return [head, ...rows].map(line).join("");
}
