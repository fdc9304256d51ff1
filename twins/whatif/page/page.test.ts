import { expect, test } from "vitest";
import { startEnsembles } from "../../ensemble/ensemble.ts";
import type { EnsemblePlan } from "../../ensemble/plan.ts";
import { parseVariation } from "../../ensemble/variation.ts";
import { readModel } from "../../language/read-model.ts";
import { answerWhatIf, type WhatIfQuestion } from "../what-if.ts";
import { roundAxis, timeAxis } from "./axis.ts";
import { whatIfPage } from "./page.ts";

const modelText = `model hostile
title "Yield <script>alert(1)</script> & \u2018more\u2019"
time t until 96 h
parameters
  c = 4 L/h within 1 .. 7 "<b>bold</b>"
inputs
  u = 0.5 L/h within 0 .. 8
states
  V = 0 L within 0 .. 1000 "volume & <i>more</i>"
  Y = 0 L2/h
equations
  dV/dt = u
  dY/dt = u * (c - u)
`;
const { model } = readModel(modelText, "hostile.twin");

async function page(given: Partial<WhatIfQuestion> = {}, plan: Partial<EnsemblePlan> = {}): Promise<string> {
  const question: WhatIfQuestion = {
    model,
    plan: {
      modelText,
      file: "hostile.twin",
      variations: [parseVariation("c=3..5", model)],
      runs: 40,
      seed: 5,
      sampling: "latin-hypercube",
      method: "dp5",
      backEnd: "webassembly",
      end: 96,
      rtol: 1e-6,
      atol: 1e-9,
      keepFinals: false,
      outputs: [0, 48, 96],
      ...plan,
    },
    base: { name: "as it is", settings: [] },
    against: [{ name: 'u=1.2x "<&>"', settings: [parseVariation("u=1.2x", model)] }],
    target: "Y",
    rankingRows: 32,
    optimisation: undefined,
    ...given,
  };
  await using engine = startEnsembles(0);
  const answer = await answerWhatIf(question, engine);
  return whatIfPage(model, answer, {
    target: "Y",
    provenance: [["model", "<hostile>"]],
    start: { summary: "from <here>", rows: [["V", "1", "L", "a & b", ""]] },
    optimisation: undefined,
    variations: question.plan.variations,
  });
}

test("whatever text a model, a strategy or a record brings stays text", async () => {
  const html = await page();
  expect(html).not.toMatch(/<script|<b>bold|<i>more|<hostile|from <here/);
  expect(html).toContain("Yield &lt;script&gt;alert(1)&lt;/script&gt; &amp; \u2018more\u2019");
  expect(html).toContain("u=1.2x &quot;&lt;&amp;&gt;&quot;");
});

test("complete in itself: nothing fetched, no script, no number that is none", async () => {
  const html = await page();
  expect(html).not.toMatch(/https?:|src=|@import|url\(|NaN|undefined|Infinity/);
});

test("a state that never changes has a panel, and nothing is ranked for what does not vary", async () => {
  const html = await page({ target: "V", against: [] }, { variations: [parseVariation("c=4", model)] });
  expect(html.match(/<svg viewBox="0 0 360/g)).toHaveLength(2);
  expect(html).toContain("does not vary at the end, so nothing can be ranked");
});

test.each([
  [0, 1, [0, 0.5, 1]],
  [1.5, 2.2, [1.4, 1.6, 1.8, 2, 2.2]],
  [3, 3, [3, 4]],
  [-0.25, 0.05, [-0.3, -0.2, -0.1, 0, 0.1]],
])("an axis over %d .. %d has round ticks that cover it", (low, high, ticks) => {
  const axis = roundAxis(low, high);
  expect(axis.ticks).toEqual(ticks);
  expect(axis.low).toBeLessThanOrEqual(low);
  expect(axis.high).toBeGreaterThanOrEqual(high);
});

test("hours are told as days where there are enough of them", () => {
  expect(timeAxis(0, 336, "h")).toMatchObject({ unit: "d", ticks: [0, 48, 96, 144, 192, 240, 288, 336] });
  expect(timeAxis(0, 24, "h")).toMatchObject({ unit: "h", ticks: [0, 5, 10, 15, 20] });
  expect(timeAxis(74, 336, "h").ticks[0]).toBe(96);
});
