import { readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { readModel } from "../language/read-model.ts";
import { libraryFile } from "../library/library.ts";
import { runEnsemble, startEnsembles } from "./ensemble.ts";
import type { EnsemblePlan } from "./plan.ts";
import { replayRun } from "./replay.ts";
import { parseVariation } from "./variation.ts";
import { startWorkers } from "./workers.ts";

vi.mock(import("./workers.ts"), { spy: true });

const modelText = readFileSync(libraryFile("cho-fed-batch"), "utf8");
const { model } = readModel(modelText, "cho-fed-batch.twin");

const plan = (
  given: Partial<EnsemblePlan> = {},
  vary = ["mu_max=normal(0.039,5%)", "feed=0.5x..2x"],
): EnsemblePlan => ({
  modelText,
  file: "cho-fed-batch.twin",
  variations: vary.map((text) => parseVariation(text, model)),
  runs: 600,
  seed: 1,
  sampling: "latin-hypercube",
  method: "dp5",
  backEnd: "webassembly",
  end: 336,
  rtol: 1e-6,
  atol: 1e-9,
  keepFinals: true,
  outputs: [0, 168, 336],
  ...given,
});

test("the same numbers with no worker, one or two, in JavaScript or WebAssembly", async () => {
  const alone = await runEnsemble(plan(), { workers: 0 });
  expect(alone).toMatchObject({ runs: 600, finished: 600, complete: true, failed: [] });
  for (const workers of [1, 2]) expect(await runEnsemble(plan(), { workers, threadsFrom: 0 })).toEqual(alone);
  expect(await runEnsemble(plan({ backEnd: "javascript" }), { workers: 0 })).toEqual(alone);
});

test("with events too: the same bytes with no thread or two, in JavaScript or WebAssembly", async () => {
  const text = readFileSync(libraryFile("penicillin-birol"), "utf8");
  const birol = readModel(text, "penicillin-birol.twin").model;
  expect(birol.events).not.toEqual([]);
  const given: EnsemblePlan = {
    ...plan({ method: "rodas4", runs: 40, end: birol.time.end, outputs: [200] }),
    modelText: text,
    file: "penicillin-birol.twin",
    variations: [parseVariation("mu_x=0.9x..1.1x", birol)],
  };
  const [alone, ...others] = [
    await runEnsemble(given, { workers: 0 }),
    await runEnsemble(given, { workers: 2, threadsFrom: 0 }),
    await runEnsemble({ ...given, backEnd: "javascript" }, { workers: 0 }),
  ];
  expect(alone?.finished).toBe(40);
  for (const other of others) {
    expect(other).toEqual(alone);
    expect(Buffer.compare(Buffer.from(other.finals.buffer), Buffer.from(alone?.finals.buffer ?? []))).toBe(0);
  }
});

test("bands are ordered, start together and widen", async () => {
  const { bands } = await runEnsemble(plan(), { workers: 0 });
  for (const band of bands["mAb"] ?? [])
    expect([...band.quantiles].sort((a, b) => a - b)).toEqual(band.quantiles);
  const width = (k: number) =>
    (bands["Xv"]?.[k]?.quantiles.at(-1) ?? 0) - (bands["Xv"]?.[k]?.quantiles[0] ?? 0);
  expect(width(0)).toBe(0);
  expect(width(1)).toBeGreaterThan(0.5);
});

test("any run can be drawn again by its index, to the last bit", async () => {
  const { finals } = await runEnsemble(plan(), { workers: 2, threadsFrom: 0 });
  for (const index of [0, 17, 599]) {
    const { final, outcome, values, course } = replayRun(plan(), index);
    expect(final).toEqual(finals.slice(index * 8, index * 8 + 8));
    expect(outcome).toMatchObject({ index, failure: undefined });
    expect(Object.keys(values)).toEqual(["mu_max", "feed"]);
    expect(course["mAb"]).toHaveLength(3);
  }
  expect(() => replayRun(plan(), 600)).toThrow(
    "run 600 is not in an ensemble of 600: they are numbered 0 .. 599",
  );
});

test("cancelling keeps what is done and says that it is partial", async () => {
  const stop = new AbortController();
  const seen: number[] = [];
  const result = await runEnsemble(plan({ runs: 5000 }), {
    workers: 0,
    signal: stop.signal,
    progress: ({ done }) => {
      seen.push(done);
      if (done >= 500) stop.abort();
    },
  });
  expect(seen).toEqual([250, 500]);
  expect(result).toMatchObject({ runs: 5000, finished: 500, complete: false });
  expect(result.finals.slice(0, 8).every(Number.isFinite)).toBe(true);
  expect(result.finals.slice(-8).every(Number.isNaN)).toBe(true);
});

test("runs that fail are listed with their values, the others count", async () => {
  const text =
    "model decay\ntime t until 1 h\nparameters\n  x_0 = 1 g/L\n  k = 1 /h\nstates\n" +
    "  x = x_0 within 0 .. 200\nequations\n  dx/dt = -k * x\n";
  const decay = readModel(text, "decay.twin").model;
  const given = plan({
    modelText: text,
    file: "decay.twin",
    runs: 100,
    end: 1,
    outputs: [0, 1],
    variations: ["x_0=-50..200", "k=0.5..2"].map((rule) => parseVariation(rule, decay)),
  });
  const { failed, failedCount, finished, complete } = await runEnsemble(given, {
    workers: 1,
    threadsFrom: 0,
  });
  expect(complete).toBe(true);
  expect(failedCount + finished).toBe(100);
  expect(failed).toHaveLength(20);
  for (const run of failed) {
    expect(run.reason).toBe("start-out-of-bounds");
    expect(run.values[0]).toBeLessThan(0);
    expect(replayRun(given, run.index)).toMatchObject({
      outcome: { failure: { reason: run.reason, detail: run.detail } },
      values: { x_0: run.values[0], k: run.values[1] },
    });
  }
});

test("an ensemble without runs is refused", async () => {
  await expect(runEnsemble(plan({ runs: 0 }), { workers: 0 })).rejects.toThrow(
    "an ensemble has at least 1 run, not 0",
  );
});

test("nothing is kept of single runs unless it is asked for", async () => {
  const measures = [{ quantity: "titer", over: "end" }] as const;
  const result = await runEnsemble(plan({ keepFinals: false, measures }), { workers: 1, threadsFrom: 0 });
  expect([result.finals.length, result.measures.length, result.courses.length]).toEqual([0, 0, 0]);
});

test("Sobol sampling gives nearly the same bands, and refuses more dimensions than it has", async () => {
  const [latin, sobol] = await Promise.all(
    (["latin-hypercube", "sobol"] as const).map((sampling) =>
      runEnsemble(plan({ sampling, runs: 1024 }), { workers: 0 }),
    ),
  );
  const median = (result: typeof latin) => result?.bands["mAb"]?.at(-1)?.quantiles[2] ?? Number.NaN;
  expect(median(sobol) / median(latin)).toBeCloseTo(1, 1);
  const hours = Array.from({ length: 129 }, (_, k) =>
    parseVariation(`feed[${k + 1}]=0..0.01`, model, { piece: 1 }),
  );
  const beyond = { ...plan({ sampling: "sobol" }), variations: hours };
  await expect(runEnsemble(beyond, { workers: 0 })).rejects.toThrow(
    "Sobol sampling varies at most 128 quantities; use a Latin hypercube",
  );
});

test("strategies meet the same draws: what differs between them is the strategy alone", async () => {
  const strategies = [
    { name: "as it is", settings: [] },
    { name: "more feed", settings: [parseVariation("feed[6..14]=1.2x", model)] },
  ];
  const measures = [
    { quantity: "titer", over: "end" },
    { quantity: "V", over: "largest" },
  ] as const;
  const both = await runEnsemble(plan({ strategies, measures, keepMeasures: true, runs: 200 }), {
    workers: 2,
    threadsFrom: 0,
  });
  const base = await runEnsemble(plan({ measures, keepMeasures: true, runs: 200 }), { workers: 0 });
  const [titer, volume] = both.differences;
  expect(both.bands).toEqual(base.bands);
  expect(both.others[0]?.bands["V"]?.at(-1)?.quantiles[2]).toBeGreaterThan(
    base.bands["V"]?.at(-1)?.quantiles[2] ?? 99,
  );
  for (let draw = 0; draw < 200; draw++) {
    expect(both.measures[draw * 4]).toBe(base.measures[draw * 2]);
    expect(both.measures[draw * 4 + 3]).toBeGreaterThan(both.measures[draw * 4 + 1] ?? Number.NaN);
  }
  expect(volume).toMatchObject({ pairs: 200, more: 200, less: 0 });
  const more = Array.from({ length: 200 }, (_, i) => i).filter(
    (i) => (both.measures[i * 4 + 2] ?? 0) > (both.measures[i * 4] ?? 0),
  );
  expect(titer).toMatchObject({ pairs: 200, more: more.length });
});

test("pieces that together are the whole run scale as the whole input does", async () => {
  const whole = replayRun(plan({ runs: 10 }, ["feed=1.3x"]), 0);
  const pieces = replayRun(plan({ runs: 10 }, ["feed[1..14]=1.3x"]), 0);
  const halves = replayRun(plan({ runs: 10 }, ["feed[1..7]=1.3x", "feed[8..14]=1.3x"]), 0);
  for (const other of [pieces, halves])
    other.final.forEach((value, i) => expect(value / (whole.final[i] as number)).toBeCloseTo(1, 4));
});

test("courses are thinned evenly, and are the replayed runs to the last bit", async () => {
  const { courses } = await runEnsemble(plan({ courses: 7, runs: 100 }), { workers: 2, threadsFrom: 0 });
  expect(courses.map(({ index }) => index)).toEqual([0, 14, 28, 42, 56, 70, 84]);
  const { course } = replayRun(plan({ courses: 7, runs: 100 }), 42);
  const states = courses[3]?.states ?? new Float64Array();
  expect([2, 10, 18].map((place) => states[place])).toEqual(course["Xd"]);
});

test("runs from a later time and state are the rest of the run", async () => {
  const fromStart = replayRun(plan({ runs: 10, outputs: [0, 100, 200, 336] }), 3);
  const at = model.states.map(({ name }) => fromStart.course[name]?.[1] ?? Number.NaN);
  const rest = replayRun(plan({ runs: 10, outputs: [100, 200, 336], start: { time: 100, state: at } }), 3);
  expect(rest.course["mAb"]?.[0]).toBe(fromStart.course["mAb"]?.[1]);
  rest.final.forEach((value, i) => expect(value / (fromStart.final[i] as number)).toBeCloseTo(1, 3));
});

test("a thousand batches start no threads, and one engine starts them when they are worth it", async () => {
  await using engine = startEnsembles(2);
  vi.mocked(startWorkers).mockClear();
  await engine.run(plan({ runs: 1000 }));
  expect(startWorkers).not.toHaveBeenCalled();
  const [once, twice] = [await engine.run(plan({ runs: 25_000 })), await engine.run(plan({ runs: 25_000 }))];
  expect(startWorkers).toHaveBeenCalledExactlyOnceWith(2);
  expect(twice).toEqual(once);
});

test("blocks of a model that takes long are short: progress is seen, and cancelling is heard", async () => {
  const stiff = readFileSync(libraryFile("penicillin-indpensim"), "utf8");
  const indpensim = readModel(stiff, "penicillin-indpensim.twin").model;
  const given = plan({
    modelText: stiff,
    file: "penicillin-indpensim.twin",
    variations: [parseVariation("mu_p=0.9x..1.1x", indpensim)],
    method: "rodas4",
    end: 230,
    outputs: [230],
    runs: 1000,
    keepFinals: false,
  });
  const stop = new AbortController();
  const { done } = await runEnsemble(given, {
    workers: 0,
    signal: stop.signal,
    onBlock: async () => stop.abort(),
  });
  expect(done).toBeLessThan(250);
});

test("blocks are handed on in the order of their draws, whoever finishes first", async () => {
  const seen: { from: number; to: number }[] = [];
  await runEnsemble(plan({ runs: 2000 }), {
    workers: 2,
    threadsFrom: 0,
    onBlock: async ({ from, to }) => {
      await Promise.resolve();
      seen.push({ from, to });
    },
  });
  expect(seen.length).toBeGreaterThan(1);
  expect(seen.map(({ from }) => from)).toEqual([0, ...seen.map(({ to }) => to)].slice(0, -1));
  expect(seen.at(-1)?.to).toBe(2000);
});

test("threads that have run before do the next ensemble too, and none of one that is cancelled beforehand", async () => {
  await using engine = startEnsembles(2, { threadsFrom: 0 });
  const first = await engine.run(plan({ runs: 5000 }));
  expect(await engine.run(plan({ runs: 5000 }))).toEqual(first);
  expect(await engine.run(plan({ runs: 5000 }), { signal: AbortSignal.abort() })).toMatchObject({
    done: 0,
    complete: false,
  });
  expect(await engine.run(plan({ runs: 600 }))).toEqual(await runEnsemble(plan(), { workers: 0 }));
});
