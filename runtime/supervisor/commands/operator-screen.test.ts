import { expect, test } from "vitest";
import { instrumentLine } from "./operator-screen.ts";

const line = (columns: number, origin: "physical" | "simulated" = "physical") =>
  instrumentLine(
    {
      view: { key: "brx-07", origin, status: { state: "Streaming" } } as Parameters<
        typeof instrumentLine
      >[0]["view"],
      values: new Map([
        [0, "ph 7.01 [pH]"],
        [1, "temperature 36.8 Cel"],
      ]),
    },
    columns,
  );

test("an instrument's line: its state and as many values as fit whole", () => {
  expect(line(80)).toBe("brx-07 Streaming  ph 7.01 [pH]  temperature 36.8 Cel");
  expect(line(50)).toBe("brx-07 Streaming  ph 7.01 [pH]");
  expect(line(12)).toBe("brx-07 Stre");
});

test("what is not physical says so", () => {
  expect(line(80, "simulated")).toMatch(/^brx-07 \[simulated\] Streaming/);
});
