import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EXIT } from "@helix/cli";
import { expect, test } from "vitest";
import { caller } from "./command-call.test-support.ts";
import { command as twin } from "./twin.ts";

const { call, folder } = await caller();

test("twin list names the models of the library", async () => {
  const { result } = await call(twin, "list", {});
  expect(result["models"]).toMatchObject([
    { name: "cho-fed-batch", states: 8, end: 336 },
    { name: "cho-fed-batch-oxygen", states: 11 },
    { name: "ecoli-fed-batch", states: 6 },
    { name: "penicillin-birol", states: 9 },
    { name: "penicillin-indpensim", states: 33 },
  ]);
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

test("twin plot writes a picture with a panel for every state", async () => {
  await call(twin, "plot", { model: "cho-fed-batch" }, { out: "cho.svg" });
  const svg = await readFile(join(folder, "cho.svg"), "utf8");
  expect(svg.match(/<polyline/g)).toHaveLength(8);
  expect(svg).toContain("mAb, mg/L");
});
