import { make_errorLog } from "node-opcua-debug";
import { expect, test } from "vitest";
import { printStackErrors } from "./server/stack-errors.ts";

test("a client that went silent is no error of the unit; anything else is told, with its place, and not for ever", () => {
  const lines: string[] = [];
  printStackErrors((line) => lines.push(line));
  const error = make_errorLog("test");
  error(
    "Server: closing SESSION ",
    "active",
    "ClientSession1",
    " because of timeout = ",
    60_000,
    " has expired",
  );
  expect(lines).toEqual([]);
  error("Invalid packet signature", { code: 5 });
  expect(lines).toEqual([
    expect.stringMatching(/^opc ua stack, \S+:\d+: Invalid packet signature \{ code: 5 \}\n$/),
  ]);
  for (let n = 0; n < 1000; n += 1) error("again");
  expect(lines.length).toBe(101);
});
