import { expect, test } from "vitest";
import { libraryModel } from "../testing/models.ts";
import { chooseMethod } from "./choose.ts";

test("the smooth culture gets the explicit method, and the reason is said", () => {
  const { method, reason } = chooseMethod(libraryModel("cho-fed-batch"));
  expect(method.name).toBe("dp5");
  expect(reason).toMatch(
    /^Dormand-Prince 5\(4\): the model is not stiff, the fastest rate is \S+ per h, and stability asks for no more than \d+ steps$/,
  );
});

test("oxygen, probe and loop make it stiff", () => {
  const { method, reason } = chooseMethod(libraryModel("cho-fed-batch-oxygen"));
  expect(method.name).toBe("rodas4");
  expect(reason).toMatch(
    /^Rodas4: the model is stiff, the fastest rate is \S+ per h, and an explicit method would need about \S+ times its steps$/,
  );
});
