import { isDeepStrictEqual } from "node:util";
import { expect, test } from "vitest";
import { runInWorld } from "../run/run-in-world.ts";
import { runScripts, SCRIPTS } from "../testing/socket-scripts.ts";

const WORLD = new URL("../testing/socket-world.ts", import.meta.url).href;
/** A busy machine can delay a real socket past a script's patience; a real difference stays. */
const ATTEMPTS = 8;

/** What each endpoint saw, in its own order: how two endpoints interleave is nobody's promise. */
function byEndpoint(lines: readonly string[]): Record<string, string[]> {
  const seen: Record<string, string[]> = {};
  for (const line of lines) {
    const endpoint = line.slice(0, line.indexOf("."));
    (seen[endpoint] ??= []).push(line);
  }
  return seen;
}

test(`virtual sockets behave as real ones over ${Object.keys(SCRIPTS).length} scripted exchanges`, async () => {
  const { result: virtual } = await runInWorld<Record<string, string[]>>({ seed: 1, module: WORLD });
  expect(Object.keys(virtual).length).toBeGreaterThanOrEqual(30);
  let open: string[] = Object.keys(SCRIPTS);
  const differences: Record<string, unknown> = {};
  for (let attempt = 0; attempt < ATTEMPTS && open.length > 0; attempt++) {
    const real = await runScripts(open);
    open = open.filter((name) => {
      const seen = { real: byEndpoint(real[name] ?? []), virtual: byEndpoint(virtual[name] ?? []) };
      differences[name] = seen;
      return !isDeepStrictEqual(seen.real, seen.virtual);
    });
  }
  expect(Object.fromEntries(open.map((name) => [name, differences[name]]))).toEqual({});
  for (const lines of Object.values(virtual)) expect(lines.length).toBeGreaterThan(0);
});
