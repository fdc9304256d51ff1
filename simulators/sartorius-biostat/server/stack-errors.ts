/**
 * What the stack of the server prints as errors. It counts a client's silence among them, which is a client's
 * everyday and no trouble of the unit: that line is left out. All others go to standard error, where the last
 * of them tells why a simulator ended.
 */
import { basename } from "node:path";
import { format } from "node:util";
import { setErrorLogger } from "node-opcua-debug";

/** Of one place in the stack; it may say the same for ever. */
const MOST_LINES = 100;
const SESSION_TIMED_OUT = /closing SESSION .*because of timeout/;

/** Where the stack stands, as its logger gives it. */
interface StackContext {
  readonly filename: string;
  readonly callerline: number;
}

const counts = new Map<string, number>();

/** One logger serves the whole process. */
export function printStackErrors(print: (line: string) => void): void {
  setErrorLogger((context, ...words) => {
    const { filename, callerline } = context as StackContext;
    const text = format(...words);
    if (SESSION_TIMED_OUT.test(text)) return;
    const place = `${basename(filename)}:${callerline}`;
    const count = (counts.get(place) ?? 0) + 1;
    counts.set(place, count);
    if (count <= MOST_LINES) print(`opc ua stack, ${place}: ${text.trim()}\n`);
  });
}
