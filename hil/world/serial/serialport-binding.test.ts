import { expect, test } from "vitest";
import { runInWorld } from "../run/run-in-world.ts";

const MODULE = new URL("../testing/serialport-world.ts", import.meta.url).href;

test("the serialport package runs on a virtual cable: answers, a cut, an unplugged converter, a reopened port", async () => {
  const run = () => runInWorld<{ said: string[]; ports: string[] }>({ seed: 3, module: MODULE });
  const first = await run();
  expect(first.result.ports).toEqual(["/dev/ttyUSB0"]);
  const { said } = first.result;
  expect(said.slice(0, 4)).toEqual(["S S 1000.50 g", "S S 1001.00 g", "timeout", "S S 1001.50 g"]);
  // Unplugged at 4.5 s; the port reports it at once, and is open again 5 s later.
  expect(said[4]).toBe("4.5 closed");
  expect(said.slice(5)).toContain("S S 1002.00 g");
  expect((await run()).traceHash).toBe(first.traceHash);
});
