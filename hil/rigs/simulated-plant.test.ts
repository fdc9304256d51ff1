import { describe, expect, test } from "vitest";
import { SimulatedPlant } from "./simulated-plant.ts";

function plantOfTwo() {
  const grants: string[] = [];
  const plant = new SimulatedPlant();
  for (const key of ["a", "b"]) {
    plant.add(key, { advance: (untilS, speed) => grants.push(`${key} to ${untilS} at ${speed}x`) }, 0);
  }
  return { plant, grants };
}
const settled = async (promise: Promise<void>) => {
  let isSettled = false;
  promise.then(
    () => (isSettled = true),
    () => (isSettled = true),
  );
  await new Promise((resolve) => setImmediate(resolve));
  return isSettled;
};

describe("a plant of several simulators", () => {
  test("has reached a time when the last of them stands there", async () => {
    const { plant, grants } = plantOfTwo();
    const reached = plant.reached(10);
    plant.advance(10, 600);
    plant.report("a", 10, true);
    expect(plant.timeS).toBe(0);
    expect(await settled(reached)).toBe(false);
    plant.report("b", 4, false);
    expect(plant.timeS).toBe(4);
    plant.advance(10, 1);
    plant.report("b", 10, true);
    await reached;
    expect(grants).toEqual(["a to 10 at 600x", "b to 10 at 600x", "b to 10 at 1x"]);
  });

  test("a late report of an earlier grant is not taken for the present one", async () => {
    const { plant } = plantOfTwo();
    plant.advance(10, 600);
    plant.report("a", 10, true);
    plant.report("b", 10, true);
    plant.advance(20, 600);
    const reached = plant.reached(20);
    plant.report("a", 10, true);
    plant.report("b", 20, true);
    expect(await settled(reached)).toBe(false);
    plant.report("a", 20, true);
    await reached;
  });

  test("a failure ends every wait, before and after", async () => {
    const { plant } = plantOfTwo();
    const before = plant.reached(10);
    plant.fail(new Error("simulator a: died"));
    await expect(before).rejects.toThrow("died");
    await expect(plant.reached(20)).rejects.toThrow("died");
  });
});
