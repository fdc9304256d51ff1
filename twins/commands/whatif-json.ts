/** The answer of `helix whatif` for programs. */
import { QUANTILES } from "../ensemble/ensemble.ts";
import { searchSeed, type WhatIfAnswer } from "../whatif/what-if.ts";
import type { DeviceAgreement } from "./whatif-engine.ts";
import type { ReadQuestion } from "./whatif-question.ts";

export function whatIfJson(
  { question, choice, run }: ReadQuestion,
  answer: WhatIfAnswer,
  { engine, agreement }: { readonly engine: string; readonly agreement: DeviceAgreement | undefined },
  seconds: number,
  problems: readonly string[],
): Record<string, unknown> {
  const { model, plan, target } = question;
  const { finals: _, measures: __, courses, others, ...result } = answer.result;
  const coursesOf = (list: typeof courses) =>
    list.map(({ index, states }) => ({
      index,
      states: Object.fromEntries(
        model.states.map(({ name }, s) => [
          name,
          plan.outputs.map((___, k) => states[k * model.states.length + s]),
        ]),
      ),
    }));
  return {
    model: model.name,
    method: choice.method.name,
    reason: choice.reason,
    engine,
    ...(agreement ? { agreement } : {}),
    seed: plan.seed,
    variations: plan.variations,
    quantiles: QUANTILES,
    times: plan.outputs,
    target,
    quantities: answer.quantities.map(({ name, unit, text }) => ({ name, unit, text })),
    ...result,
    courses: coursesOf(courses),
    others: others.map((one) => ({ ...one, courses: coursesOf(one.courses) })),
    strategies: answer.strategies,
    comparisons: answer.comparisons,
    ranking: answer.ranking,
    optimum: answer.optimum && {
      ...answer.optimum,
      decisions: question.optimisation?.decisions,
      searchSeed: searchSeed(plan.seed),
    },
    ...(run
      ? {
          start: {
            record: run.recorded.scenario,
            time: run.estimated.start.time,
            states: run.estimated.states,
          },
        }
      : {}),
    complete: answer.complete,
    problems,
    seconds,
  };
}
