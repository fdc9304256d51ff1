/**
 * Runs a world twice, the second time in another process under other conditions, and compares the
 * traces. When they differ, the first differing stretch is run again with everything written down,
 * and the first event that differs is named with the place in the code where it was scheduled.
 */
import { fileURLToPath } from "node:url";
import { startProcess } from "@helix/platform";
import type { TraceLine } from "../kernel/trace.ts";
import type { WorldRun } from "../run/messages.ts";
import { runInWorld, type WorldRunOptions } from "../run/run-in-world.ts";
import { endedRun, RunEndedError } from "./ended-run.ts";
import type { ReplicaAnswer, ReplicaRequest } from "./messages.ts";

/** What is different about the second run. */
export interface Perturbation {
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly niceness: number;
}

export const DEFAULT_PERTURBATION: Perturbation = {
  cwd: "/",
  environment: {
    TZ: "Asia/Tokyo",
    LANG: "de_DE.UTF-8",
    LC_ALL: "de_DE.UTF-8",
    NODE_OPTIONS: "--max-semi-space-size=1",
  },
  niceness: 5,
};

export interface Difference {
  /** Events, first and last, between the last equal checkpoint and the first that differs. */
  readonly window: readonly [number, number];
  /** The first event that differs; undefined where one run has ended, or when the replay agreed. */
  readonly first: TraceLine | undefined;
  readonly second: TraceLine | undefined;
  /** The last events on which both agree. */
  readonly before: readonly TraceLine[];
  /** One paragraph for people. */
  readonly text: string;
}

export interface DeterminismReport {
  readonly same: boolean;
  readonly first: WorldRun;
  readonly second: WorldRun;
  readonly difference?: Difference;
}

const REPLICA = fileURLToPath(new URL("./replica.ts", import.meta.url));
const OWN_FRAMES = ["../kernel/", "../patches/"].map((folder) => new URL(folder, import.meta.url).href);
/** Chance may hide a difference once. */
const REPLAYS = 4;
const EVENTS_BEFORE = 3;

/**
 * @param onFirst told when the first run has come to its end
 * @throws RunEndedError when a world is ended before its end; the signal's reason; whatever else either run throws
 */
export async function checkDeterminism(
  options: WorldRunOptions,
  perturbation: Perturbation = DEFAULT_PERTURBATION,
  onFirst: (first: WorldRun) => void = () => {},
): Promise<DeterminismReport> {
  const first = await runHere(options);
  onFirst(first);
  const second = await runElsewhere(options, perturbation, first);
  if (first.traceHash === second.traceHash && first.events === second.events)
    return { same: true, first, second };
  const window = firstDifferingWindow(first, second);
  return { same: false, first, second, difference: await findDifference(options, perturbation, window) };
}

/** @throws RunEndedError */
async function runHere(options: WorldRunOptions): Promise<WorldRun> {
  try {
    return await runInWorld(options);
  } catch (error) {
    throw new RunEndedError(endedRun(error));
  }
}

/** @throws RunEndedError */
async function runElsewhere(
  options: WorldRunOptions,
  perturbation: Perturbation,
  first: WorldRun,
): Promise<WorldRun> {
  const { onProgress: _progress, onOutput: _output, signal, ...cloneable } = options;
  signal?.throwIfAborted();
  const { cwd, environment, niceness } = perturbation;
  const process = startProcess<ReplicaRequest, ReplicaAnswer>(REPLICA, { cwd, environment });
  const answer = new Promise<ReplicaAnswer>((resolve) => process.onMessage(resolve));
  process.send({ options: cloneable, niceness });
  const died = process.exited.then(({ code, signal, stderrTail }): ReplicaAnswer => {
    const how = signal === undefined ? `ended with code ${code}` : `was killed by ${signal}`;
    const what = `its process ${how}`;
    const error = `${what}: ${stderrTail}`;
    return { type: "ended", ended: { how: "killed", what, host: undefined, lastEvent: undefined, error } };
  });
  const onAbort = () => process.kill("SIGTERM");
  signal?.addEventListener("abort", onAbort);
  try {
    const outcome = await Promise.race([answer, died]);
    signal?.throwIfAborted();
    if (outcome.type === "failed") throw new Error(`the second run failed: ${outcome.error}`);
    if (outcome.type === "ended") throw new RunEndedError(outcome.ended, first);
    return outcome.run;
  } finally {
    signal?.removeEventListener("abort", onAbort);
    process.kill("SIGTERM");
  }
}

/** Events after the last checkpoint on which both agree, to the first on which they do not. */
function firstDifferingWindow(first: WorldRun, second: WorldRun): [number, number] {
  const at = first.checkpoints.findIndex((checkpoint, i) => checkpoint.hash !== second.checkpoints[i]?.hash);
  const from = at <= 0 ? 0 : (first.checkpoints[at - 1]?.events ?? 0);
  const to = Math.max(
    first.checkpoints[at]?.events ?? first.events,
    second.checkpoints[at]?.events ?? second.events,
  );
  // One more, so that an event which only one of them has can be seen.
  return [from, to + 1];
}

async function findDifference(
  options: WorldRunOptions,
  perturbation: Perturbation,
  window: readonly [number, number],
): Promise<Difference> {
  const replay = { ...options, window, leaks: "report" } as const;
  for (let i = 0; i < REPLAYS; i++) {
    const both = await replayBoth(replay, perturbation);
    if (both instanceof RunEndedError) return unfound(window, `in a replay of that stretch ${both.message}`);
    const [first, second] = both;
    const at = first.findIndex((line, n) => !isSame(line, second[n]));
    const index = at >= 0 ? at : second.length > first.length ? first.length : undefined;
    if (index !== undefined) return describe(window, first, second, index);
  }
  return unfound(window, `${REPLAYS} replays of that stretch agreed`);
}

async function replayBoth(
  replay: WorldRunOptions,
  perturbation: Perturbation,
): Promise<[readonly TraceLine[], readonly TraceLine[]] | RunEndedError> {
  try {
    const first = await runHere(replay);
    return [first.lines, (await runElsewhere(replay, perturbation, first)).lines];
  } catch (error) {
    if (error instanceof RunEndedError) return error;
    throw error;
  }
}

function unfound(window: readonly [number, number], why: string): Difference {
  const text = `The traces differ between events ${window[0]} and ${window[1]}, but ${why}.`;
  return { window, first: undefined, second: undefined, before: [], text };
}

function isSame(a: TraceLine, b: TraceLine | undefined): boolean {
  return (
    b !== undefined &&
    a.timeUs === b.timeUs &&
    a.host === b.host &&
    a.kind === b.kind &&
    a.payload === b.payload
  );
}

function describe(
  window: readonly [number, number],
  firstLines: readonly TraceLine[],
  secondLines: readonly TraceLine[],
  at: number,
): Difference {
  const first = firstLines[at];
  const second = secondLines[at];
  const text = [
    `The first event that differs is no. ${first?.event ?? second?.event}:`,
    `  first run:  ${oneLine(first)}`,
    `  second run: ${oneLine(second)}`,
    "It comes from",
    stackOf(suspect(first, second)),
  ].join("\n");
  return { window, first, second, before: firstLines.slice(Math.max(0, at - EVENTS_BEFORE), at), text };
}

/** The earlier of the two: the later one is what would have come next, had nothing gone before it. */
function suspect(first: TraceLine | undefined, second: TraceLine | undefined): TraceLine | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return second.timeUs < first.timeUs ? second : first;
}

/** Without the world's own frames. */
function stackOf(line: TraceLine | undefined): string {
  const frames = (line?.stack ?? "").split("\n").filter((frame) => /^\s+at /.test(frame));
  const others = frames.filter((frame) => !OWN_FRAMES.some((own) => frame.includes(own)));
  if (others.length > 0) return others.join("\n");
  return frames.length > 0 ? frames.join("\n") : "    the world itself";
}

function oneLine(line: TraceLine | undefined): string {
  if (line === undefined) return "nothing more";
  const payload = line.payload === "" ? "" : ` ${line.payload.slice(0, 64)}`;
  return `${line.kind} on ${line.host} at ${line.timeUs} µs${payload}`;
}
