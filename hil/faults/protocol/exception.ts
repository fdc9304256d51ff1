/** A device that refuses. Codes: Modbus Application Protocol 1.1b3, section 7. */
import { type FaultKind, wordOf } from "../fault-kind.ts";
import { answerFault } from "../simulator-fault.ts";

const CODES: ReadonlyMap<string, number> = new Map([
  ["illegal-function", 1],
  ["illegal-data-address", 2],
  ["illegal-data-value", 3],
  ["server-device-failure", 4],
  ["acknowledge", 5],
  ["server-device-busy", 6],
  ["gateway-path-unavailable", 10],
  ["gateway-target-failed", 11],
]);

export const exception: FaultKind = answerFault({
  name: "exception",
  effect: "every request is refused with this exception, and nothing is carried out",
  parameters: { code: { measure: { words: [...CODES.keys()] }, example: "server-device-busy" } },
  receipt: "requests refused, and the last of them",
  tell: (fault) => ({ inject: "exception", code: codeOf(wordOf(fault, "code")) }),
});

function codeOf(word: string): number {
  const code = CODES.get(word);
  if (code === undefined) throw new Error(`"${word}" is no exception of the standard`);
  return code;
}
