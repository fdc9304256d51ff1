import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { EXIT } from "@helix/cli";
import { describe, expect, test } from "vitest";
import { caller } from "./command-call.test-support.ts";
import { command as whatif } from "./whatif.ts";

const { call, folder } = await caller();
const CHO = { model: "cho-fed-batch" };
const ask = (given: Record<string, unknown>, model = CHO) =>
  call(whatif, undefined, model, { workers: 0, rank: 0, points: 5, runs: 60, ...given });

/** A culture small enough to try things on. */
const TANK = `model tank
title "A <tank> & its yield"
time t until 96 h
parameters
  c = 4 L/h within 1 .. 7
  k = 1
inputs
  u = 0.5 L/h within 0 .. 8
states
  V = 0 L within 0 .. 1000
  Y = 0 L2/h
equations
  dV/dt = u
  dY/dt = k * u * (c - u)
`;
await writeFile(join(folder, "tank.twin"), TANK);
const tank = { model: "tank.twin" };

test("bands, and the same ones again for the same seed", async () => {
  const options = { vary: ["mu_max=normal(0.039,5%)", "feed=0.5x..2x"], runs: 300, csv: "bands.csv" };
  const [first, second] = [await ask(options), await ask(options)];
  expect(first).toMatchObject({
    exitCode: EXIT.pass,
    result: { runs: 300, finished: 300, complete: true, failed: [] },
  });
  expect(first.result["bands"]).toEqual(second.result["bands"]);
  const csv = (await readFile(join(folder, "bands.csv"), "utf8")).trimEnd().split("\n");
  expect(csv).toHaveLength(1 + 8 * 5);
  expect(csv[0]).toBe("strategy,state,unit,time h,q5,q25,q50,q75,q95,complete");
});

test("one run again by its index gives the bits of the table", async () => {
  const options = { runs: 50, vary: ["X_0=0.4..0.6", "feed[2..9]=0.8x..1.2x"], runsCsv: "fifty.csv" };
  await ask(options);
  const row = (await readFile(join(folder, "fifty.csv"), "utf8")).split("\n")[8]?.split(",") ?? [];
  const { result } = await ask({ ...options, replay: 7 });
  expect(result).toMatchObject({ index: 7, times: [0, 84, 168, 252, 336] });
  expect(row.slice(0, 4)).toEqual([
    "7",
    "as it is",
    ...Object.values(result["values"] as Record<string, number>).map(String),
  ]);
  expect(row.slice(4, 12)).toEqual((result["final"] as number[]).map(String));
  await expect(ask({ replay: 60 })).rejects.toThrow("--replay 60: the runs are numbered 0 .. 59");
});

test("two strategies: how probable it is that one gives more, in text, JSON and page", async () => {
  const { said, result } = await ask({ against: ["feed[6..14]=1.2x"], runs: 200, html: "two.html" });
  const comparisons = result["comparisons"] as { quantity: string; probabilityMore: { value: number } }[];
  expect(comparisons.find(({ quantity }) => quantity === "V")?.probabilityMore.value).toBe(1);
  const titer = comparisons.find(({ quantity }) => quantity === "titer");
  expect(titer).toMatchObject({ strategy: "feed[6..14]=1.2x", pairs: 200, unit: "g/L" });
  expect(said).toMatch(
    /feed\[6\.\.14\]=1\.2x gives less titer with probability \d+(\.\d)? % \(95 % interval/,
  );
  const page = await readFile(join(folder, "two.html"), "utf8");
  expect(page).toContain("<h2>feed[6..14]=1.2x, against as it is</h2>");
});

test("the ranking puts first what the model says matters", async () => {
  const { said, result } = await ask(
    {
      vary: ["c=3..5", "k=0.99..1.01"],
      set: ["u=2"],
      rank: 200,
    },
    tank,
  );
  const ranking = result["ranking"] as {
    quantities: { quantity: string; causes?: { label: string; total: { value: number } }[] }[];
  };
  expect(ranking.quantities.find(({ quantity }) => quantity === "Y")?.causes).toMatchObject([
    { label: "c", total: { value: expect.closeTo(1, 1) as number } },
    { label: "k", total: { value: expect.closeTo(0, 1) as number } },
  ]);
  expect(ranking.quantities.find(({ quantity }) => quantity === "V")?.causes).toBeUndefined();
  expect(said).toContain("what matters for Y");
});

test("finds the best feed and says how sure it is, on draws that the search has not seen", async () => {
  const { said, result } = await ask(
    {
      vary: ["c=normal(4,20%)"],
      optimise: "Y",
      over: ["u[1..2]=0..6", "u[3]=0..6"],
      keep: ["V<=150"],
      runs: 400,
    },
    tank,
  );
  expect(result["optimum"]).toMatchObject({
    decisions: [{ label: "u[1]", base: 0.5 }, { label: "u[2]" }, { label: "u[3]" }],
    kept: { value: 1 },
    complete: true,
  });
  const { values, searchSeed } = result["optimum"] as { values: number[]; searchSeed: number };
  for (const value of values) expect(Math.abs(value - 2)).toBeLessThan(0.1);
  expect(searchSeed).not.toBe(result["seed"]);
  expect(said).toContain("optimised gives more Y with probability");
  expect(said).toMatch(/two searches from different starts found means of/);
  expect(said).toContain("it keeps to V at most 150 L in 100 % of the runs");
});

test("single runs on request, in the page and in JSON", async () => {
  const { result } = await ask({ runs: 100, spaghetti: 4, html: "lines.html" });
  const courses = result["courses"] as { index: number; states: Record<string, number[]> }[];
  expect(courses.map(({ index }) => index)).toEqual([0, 25, 50, 75]);
  expect(courses[0]?.states["mAb"]).toHaveLength(5);
  const page = await readFile(join(folder, "lines.html"), "utf8");
  expect(page.match(/stroke-width="\.6"/g)).toHaveLength(4 * 8);
});

test("failed runs are listed with their values, the others count", async () => {
  await writeFile(
    join(folder, "fragile.twin"),
    TANK.replace("k = 1", "k = 1\n  V_0 = 1 L").replace("V = 0 L", "V = V_0"),
  );
  const given = { vary: ["V_0=-1..3"], runs: 40, html: "fragile.html" };
  const { said, result } = await ask(given, { model: "fragile.twin" });
  expect(result).toMatchObject({ failedCount: 10, finished: 30, complete: true });
  expect(said).toContain("10 runs failed\n");
  expect(said).toMatch(
    /run \d+: start-out-of-bounds, V starts at -0\.\d+, outside 0 \.\. 1000 \(V_0=-0\.\d+\)/,
  );
  const failed = result["failed"] as { index: number }[];
  expect(said).toContain(`--replay ${failed[0]?.index} runs the first of them again`);
  expect(
    (await readFile(join(folder, "fragile.html"), "utf8")).match(/V_0=\u22120\.\d+<\/span>/g),
  ).toHaveLength(10);
});

test("Ctrl-C keeps what is done and marks it as partial", async () => {
  const stop = new AbortController();
  const given = {
    runs: 100_000,
    runsCsv: "stopped.csv",
    parquet: "stopped.parquet",
    html: "stopped.html",
    workers: 1,
  };
  const running = call(whatif, undefined, CHO, { ...given, rank: 0, points: 3 }, { signal: stop.signal });
  const partial = join(folder, "stopped.csv.partial");
  await expect
    .poll(async () => (await readFile(partial, "utf8").catch(() => "")).split("\n").length, {
      timeout: 60_000,
    })
    .toBeGreaterThan(300);
  stop.abort();
  const { exitCode, said, result } = await running;
  expect(exitCode).toBe(EXIT.fail);
  const done = result["done"] as number;
  expect(done).toBeGreaterThanOrEqual(250);
  expect(done).toBeLessThan(100_000);
  expect(said).toContain(`PARTIAL: stopped after ${done} of 100000`);
  expect(said).toContain(`stopped.parquet: ${done} rows are kept in stopped.parquet.partial`);
  expect((await readFile(partial, "utf8")).trimEnd().split("\n")).toHaveLength(done + 1);
  expect(await readFile(join(folder, "stopped.html"), "utf8")).toContain(
    `Partial: stopped after ${done} of 100000 draws.`,
  );
});

describe("what cannot be asked is said", () => {
  test.each(["0", "-5", "1.5", "NaN"])("%s runs", async (runs) => {
    const launcher = join(dirname(createRequire(import.meta.url).resolve("@helix/cli")), "bin/helix.mjs");
    const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
      execFile(process.execPath, [launcher, "whatif", "cho-fed-batch", `--runs=${runs}`], (error, _, text) =>
        resolve({ code: error?.code, stderr: text }),
      );
    });
    expect(code).toBe(EXIT.invalidInput);
    expect(stderr).toBe(
      `helix: option '--runs <number>' argument '${runs}' is invalid. Expected a whole number of at least 1 and of at most 100000000\n` +
        "  helix whatif --help shows how it is called\n",
    );
  });

  test.each([
    [
      { vary: ["mumax=1"] },
      "--vary mumax: cho-fed-batch has no parameter or input of that name: did you mean mu_max?",
    ],
    [{ vary: ["mu_max=NaN"] }, "--vary mu_max: NaN is not a finite number"],
    [{ vary: ["feed=1x", "feed=2x"] }, "--vary feed is given twice"],
    [{ set: ["mu_max=0.03..0.04"] }, "--set mu_max=0.03..0.04: one value is expected"],
    [{ against: ["X_0=9"] }, "--against X_0: 9, outside the model's bounds 0.01 .. 5 10*9{cells}/L"],
    [{ until: 0 }, "--until 0: the run needs a length above 0"],
    [{ target: "titr" }, 'cho-fed-batch has no state, sensor or algebraic line "titr": did you mean titer?'],
    [{ optimise: "titer" }, "--optimise titer: what can be decided?"],
    [{ optimise: "titer", minimise: "Lac", over: ["feed"] }, "--optimise and --minimise: one of them"],
    [{ over: ["feed"] }, "--over needs --optimise or --minimise: what is it for?"],
    [{ keep: ["V<=2"] }, "--keep needs --optimise or --minimise"],
    [
      { optimise: "titer", over: ["feed[1..14]=0.004..0"] },
      "--over feed[1..14]: bounds are reversed: 0.004 is above 0",
    ],
    [
      { optimise: "titer", over: ["feed[1..14]=0.5x..2x"] },
      "--over feed[1]: its bounds are both 0; write feed[1]=low..high without x",
    ],
    [
      { optimise: "titer", over: ["fed[1..14]"] },
      "--over fed: cho-fed-batch has no parameter or input of that name: did you mean feed?",
    ],
    [{ optimise: "titer", over: ["feed[1..14]", "feed[2]"] }, "--over feed[2] is given twice"],
    [
      { optimise: "titer", over: ["feed"], keep: ["V<2"] },
      "--keep V<2: write a quantity, <= or >=, and a number: V<=2.2",
    ],
    [
      { sampling: "sobol", piece: 1, vary: Array.from({ length: 129 }, (_, k) => `feed[${k + 1}]=0..0.01`) },
      "--sampling sobol varies at most 128 quantities, not 129",
    ],
    [{ fromRun: "nowhere" }, "--from-run nowhere: there is no such record"],
    [{ csv: "nowhere/bands.csv" }, `--csv nowhere/bands.csv: there is no folder ${join(folder, "nowhere")}`],
    [{ runsCsv: "." }, "--runs-csv .: is a folder"],
    [{ parquet: "/dev/full" }, "--parquet /dev/full: is no plain file"],
  ])("%j", async (given, message) => {
    await expect(ask(given)).rejects.toThrow(message);
  });
});

test("IndPenSim's runs are under its controllers, replayed to the bit, and none of the default draws fails", async () => {
  const model = { model: "penicillin-indpensim" };
  const given = { until: 60, runs: 12, points: 3, rank: 0, workers: 0 };
  const { result } = await call(whatif, undefined, model, { ...given, spaghetti: 12 });
  expect(result).toMatchObject({ finished: 12, failedCount: 0, target: "penicillin" });
  const courses = result["courses"] as { index: number; states: Record<string, number[]> }[];
  for (const { states } of courses) expect(states["T"]?.[2]).toBeCloseTo(298, -0.5);
  const again = await call(whatif, undefined, model, { ...given, replay: 7 });
  const { course } = again.result as { course: Record<string, number[]> };
  expect(course).toEqual(courses.find(({ index }) => index === 7)?.states);
});

test("what the controllers set can be neither varied nor decided", async () => {
  const model = { model: "penicillin-indpensim" };
  const refused = (given: Record<string, unknown>) => call(whatif, undefined, model, { runs: 2, ...given });
  await expect(refused({ vary: ["Fc=1..2"] })).rejects.toThrow("--vary Fc: the controllers set it");
  await expect(refused({ against: ["Fb=1"] })).rejects.toThrow("--against Fb: the controllers set it");
  await expect(refused({ optimise: "P", over: ["Fh=1..2"] })).rejects.toThrow(
    "--over Fh: the controllers set it",
  );
  await expect(refused({ fromRun: "runs/x" })).rejects.toThrow(
    "--from-run: penicillin-indpensim runs under its controllers, and what they remember is in no record",
  );
});
