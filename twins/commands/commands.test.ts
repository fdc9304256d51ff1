import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EXIT } from "@helix/cli";
import { describe, expect, test } from "vitest";
import { LIBRARY, loadLibraryModel } from "../library/library.ts";
import { applied, leaf, math, parameter, rateRule, sbml, TIME } from "../sbml/testing/sbml-text.ts";
import { caller } from "./command-call.test-support.ts";
import { command as twin } from "./twin.ts";
import { command as whatif } from "./whatif.ts";

const { call, folder } = await caller();

test("twin list names the models of the library", async () => {
  const { result } = await call(twin, "list", {});
  expect(result["models"]).toMatchObject([
    { name: "cho-fed-batch", states: 8, end: 336 },
    { name: "cho-fed-batch-oxygen", states: 11 },
    { name: "cho-bioreactor", states: 16 },
    { name: "ecoli-fed-batch", states: 6 },
    { name: "penicillin-birol", states: 9 },
    { name: "penicillin-indpensim", states: 33 },
  ]);
  expect(result["parts"]).toContainEqual(expect.objectContaining({ name: "pid", title: expect.any(String) }));
});

test("a part can be shown and checked; one without states has nothing to run", async () => {
  expect(await call(twin, "check", { model: "oxygen-solubility" })).toMatchObject({ exitCode: EXIT.pass });
  expect(await call(twin, "show", { model: "oxygen-solubility" })).toMatchObject({
    said: expect.stringContaining("mole fraction of oxygen in dry air"),
  });
  await expect(call(twin, "run", { model: "oxygen-solubility" })).rejects.toThrow(
    "oxygen-solubility is a part without states: there is nothing to run",
  );
  expect(await call(twin, "run", { model: "probe" })).toMatchObject({ exitCode: EXIT.pass });
});

test("twin check finds every library model in order", async () => {
  for (const model of ["cho-fed-batch", "ecoli-fed-batch"]) {
    expect(await call(twin, "check", { model })).toMatchObject({
      exitCode: EXIT.pass,
      said: expect.stringContaining("in order"),
    });
  }
});

test("twin check shows a file's errors with their places", async () => {
  await writeFile(
    join(folder, "wrong.twin"),
    "model wrong\ntime t until 1 h\nstates\n  x = 1 g/L\nequations\n  dx/dt = y\n",
  );
  await expect(call(twin, "check", { model: "wrong.twin" })).rejects.toThrow(
    'wrong.twin has 1 error\nwrong.twin:6:11: error: "y" is not known here',
  );
});

test("twin run takes other values, and ends where it is told", async () => {
  const { result, said } = await call(
    twin,
    "run",
    { model: "ecoli-fed-batch" },
    { set: ["kLa=100"], until: 6, points: 3 },
  );
  expect(result["times"]).toEqual([0, 3, 6]);
  expect((result["states"] as Record<string, number[]>)["DO"]?.[2]).toBeCloseTo(52.82, 1);
  expect(said).toContain("Rodas4: the model is stiff");
});

test("twin run puts IndPenSim under its controllers, with a fault or the PAA loop", async () => {
  const at = async (given: Record<string, unknown>) => {
    const all = { until: 80, points: 5, ...given };
    const { result, said } = await call(twin, "run", { model: "penicillin-indpensim" }, all);
    return { states: result["states"] as Record<"T" | "PAA", number[]>, times: result["times"], said };
  };
  const [sound, warm, looped] = [
    await at({ fault: "none" }),
    await at({ fault: "coolant-flow" }),
    await at({ paa: "loop" }),
  ];
  expect(warm.said).toContain("under its controllers, scan by scan with Rodas4; fault coolant-flow");
  expect(warm.times).toEqual([0, 20, 40, 60, 80]);
  expect(sound.states.T[4]).toBeCloseTo(298, 0);
  expect(warm.states.T.slice(0, 4)).toEqual(sound.states.T.slice(0, 4));
  expect(warm.states.T[4]).toBeGreaterThan(300);
  expect(looped.states.PAA[2]).toBeCloseTo(1200, -2);
});

test("IndPenSim runs under its controllers unless told otherwise; without them no temperature is kept", async () => {
  const endOf = async (options: Record<string, unknown>) => {
    const all = { until: 60, points: 2, ...options };
    const { result } = await call(twin, "run", { model: "penicillin-indpensim" }, all);
    return (result["states"] as Record<"T", number[]>).T[1] as number;
  };
  expect(await endOf({})).toBeCloseTo(298, 0);
  expect(await endOf({ set: ["Tcin=280"] })).toBeCloseTo(298, 0);
  expect(Math.abs((await endOf({ uncontrolled: true })) - 298)).toBeGreaterThan(5);
});

test.each(LIBRARY)("twin plot draws a run of %s, every curve of finite numbers", async (model) => {
  const given = { points: 20, out: `${model}.svg` };
  expect(await call(twin, "plot", { model }, given)).toMatchObject({ exitCode: EXIT.pass });
  const picture = await readFile(join(folder, `${model}.svg`), "utf8");
  const { model: read } = await loadLibraryModel(model, async (file) => readFile(file));
  expect(picture.match(/<polyline/g)).toHaveLength(read.states.length);
  expect(picture).not.toContain("NaN");
});

test("what does not fit a model's controllers is refused", async () => {
  const refused = (model: string, options: Record<string, unknown>) => call(twin, "run", { model }, options);
  await writeFile(join(folder, "sbml.xml"), sbml({}));
  for (const model of ["ecoli-fed-batch", "sbml.xml"])
    await expect(refused(model, { fault: "aeration" })).rejects.toThrow(
      `--fault: ${model} has no controllers of its own`,
    );
  await expect(refused("ecoli-fed-batch", { uncontrolled: true })).rejects.toThrow(
    "--uncontrolled: ecoli-fed-batch has no controllers of its own",
  );
  const indpensim = (options: Record<string, unknown>) => refused("penicillin-indpensim", options);
  await expect(indpensim({ set: ["Fc=3"] })).rejects.toThrow("--set Fc: the controllers set it");
  await expect(indpensim({ paa: "loop", set: ["Fpaa=3"] })).rejects.toThrow(
    "--set Fpaa: the controllers set it",
  );
  await expect(indpensim({ fault: "none", uncontrolled: true })).rejects.toThrow(
    "--fault and --uncontrolled: one of them",
  );
  await expect(indpensim({ method: "dp5" })).rejects.toThrow(
    "--method dp5: penicillin-indpensim is stiff under its controllers: leave it to rodas4",
  );
});

test("twin plot writes a picture with a panel for every state", async () => {
  await call(twin, "plot", { model: "cho-fed-batch" }, { out: "cho.svg" });
  const svg = await readFile(join(folder, "cho.svg"), "utf8");
  expect(svg.match(/<polyline/g)).toHaveLength(8);
  expect(svg).toContain("antibody, mg/L");
});

describe("SBML", () => {
  const decay = {
    parameters: `${parameter("x", 1)}<parameter id="k" value="2"/>`,
    rules: rateRule("x", applied("minus", applied("times", "k", "x"))),
  };
  const back = `<event id="dose" useValuesFromTriggerTime="true"><trigger initialValue="false" persistent="true">${math(applied("geq", TIME, 0.5))}</trigger><delay>${math(leaf(0.25))}</delay><listOfEventAssignments><eventAssignment variable="x">${math(leaf(1))}</eventAssignment></listOfEventAssignments></event>`;
  const given = async (name: string, text: string) => {
    await writeFile(join(folder, name), text);
    return { model: name };
  };

  test("is shown and run as a model of the library is, by its own symbols", async () => {
    const model = await given("decay.xml", sbml(decay));
    expect(await call(twin, "show", model)).toMatchObject({ result: { symbols: ["x"], events: 0 } });
    const { result } = await call(twin, "run", model, { until: 1, points: 3, set: ["k=1"] });
    const { x } = result["states"] as { x: number[] };
    x.forEach((value, i) => expect(value).toBeCloseTo(Math.exp(-0.5 * i), 7));
  });

  test("events with a delay happen in a single run", async () => {
    const model = await given("dose.xml", sbml({ ...decay, events: back }));
    const { result, said } = await call(twin, "run", model, { until: 1, points: 5 });
    expect(result["events"]).toEqual([{ id: "dose", time: expect.closeTo(0.75, 6) }]);
    expect((result["states"] as { x: number[] }).x[4]).toBeCloseTo(Math.exp(-0.5), 6);
    expect(said).toContain("event dose at 0.75");
  });

  test("what an ensemble does not know is refused by name", async () => {
    const model = await given("dose.xml", sbml({ ...decay, events: back }));
    await expect(call(whatif, undefined, model, { until: 1, runs: 4 })).rejects.toThrow(
      'event in an ensemble is not supported: "dose"; a single run knows them all',
    );
  });

  test("an ensemble of a model without events runs", async () => {
    const model = await given("decay.xml", sbml(decay));
    const { result } = await call(whatif, undefined, model, {
      until: 1,
      runs: 50,
      workers: 1,
      vary: ["k=0.5x..2x"],
    });
    expect(result["finished"]).toBe(50);
  });

  test("an end is asked for: SBML has none", async () => {
    const model = await given("decay.xml", sbml(decay));
    const runs = [
      () => call(twin, "run", model),
      () => call(twin, "plot", model),
      () => call(whatif, undefined, model),
    ];
    for (const run of runs) await expect(run()).rejects.toThrow("decay.xml names no end of its run");
  });

  test("a file that is not SBML says where", async () => {
    const model = await given("broken.xml", sbml(decay).replace("</model>", ""));
    await expect(call(twin, "run", model, { until: 1 })).rejects.toThrow(/^broken\.xml:\d+:\d+: /);
  });
});
