/**
 * Rig `virtual`: the same scenario, drivers, runtime and simulators in a virtual world, in a thread of
 * its own. This thread stays in real time: it writes the run's folder, shows progress, and ends a
 * world that hangs. One seed gives one run, byte for byte.
 */

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Platform } from "@helix/platform";
import type { Plan } from "../scenario/plan.ts";
import {
  checkDeterminism,
  type DeterminismReport,
  runInWorld,
  WorldFailedError,
  WorldHungError,
  type WorldRun,
  type WorldRunOptions,
} from "../world/index.ts";
import { closeRun } from "./close-run.ts";
import type { Outcome, RunResult } from "./judge-run.ts";
import { RecordWriter } from "./record-writer.ts";
import { makeRunFolder, type RunFolder } from "./run-folder.ts";
import type { RunWatch } from "./run-watch.ts";
import {
  type FromWorld,
  type RecordCounts,
  RUNTIME_HOST,
  type VirtualResult,
  type VirtualRunOptions,
} from "./virtual-messages.ts";

export interface VirtualRun {
  readonly plan: Plan;
  readonly platform: Platform;
  /** Real time without any event after which the world is ended as hung, ms; absent: 30,000. */
  readonly stallMs?: number;
  /** URL of the program that runs in the world; absent: virtual-program.ts. */
  readonly program?: string;
  readonly helixVersion: string;
  /** The one command that runs this again. */
  readonly replay: string;
}

export interface RecordedVirtualRun extends VirtualRun {
  /** Takes the run's own folder. */
  readonly runsFolder: string;
  readonly signal: AbortSignal;
  /** A run that is stopped is closed in good order ("closed", the default), or ended at once and left as it lies. */
  readonly whenStopped?: "closed" | "left";
  readonly watch: RunWatch;
}

/** The day on which every virtual batch is inoculated: records repeat, calendar and all. */
const INOCULATION_MS = Date.UTC(2030, 0, 1);
const LEAD_MS = 60_000;
/** Virtual time for stopping and judging after the scenario's end; a run that waits longer waits for ever. */
const CLOSING_S = 6 * 3600;
/** What the stacks print, in the run's folder. */
const STACKS_LOG = "stacks.log";
const PROGRAM = new URL("./virtual-program.ts", import.meta.url).href;

/**
 * @throws the system's error when the run's folder cannot be written; the signal's reason, for a run that is
 * left when it is stopped; other trouble is in the verdict
 */
export async function runVirtually(run: RecordedVirtualRun): Promise<RunResult> {
  const { plan, platform, signal } = run;
  const startedNs = platform.clock.monotonicNs();
  const folder = await makeRunFolder(platform.disk, run.runsFolder, plan.scenario, plan.seed);
  const record = await RecordWriter.create(platform.disk, folder.record);
  const stop = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const onAbort = () => void Atomics.store(new Int32Array(stop), 0, 1);
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort);
  const post = new WorldPost(run, folder, record);
  const wallSeconds = () => Number(platform.clock.monotonicNs() - startedNs) / 1e9;
  try {
    const options = await worldOptions(run, stop);
    const { result, traceHash } = await runInWorld<VirtualResult>({
      ...options,
      ...(run.whenStopped === "left" ? { signal } : {}),
      onProgress: ({ message }) => post.take(message as FromWorld),
      onOutput: (text) => post.takeOutput(text),
    });
    await post.settled();
    return await closeRun(plan, folder, record, withFolder(result, folder), {
      wallSeconds: wallSeconds(),
      traceHash,
    });
  } catch (error) {
    if (!(error instanceof WorldHungError || error instanceof WorldFailedError)) {
      // The file is let go of; whoever stopped the run, or saw it go wrong, decides what is to become of it.
      await record.close();
      throw error;
    }
    await post.settled();
    const rest = { faults: [], expectations: [], ledger: undefined, commands: [] };
    const outcome = { ...endOf(error), ...post.counts };
    return await closeRun(plan, folder, record, { outcome, ...rest }, { wallSeconds: wallSeconds() });
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

export interface CheckedVirtualRun extends VirtualRun {
  /** Ends the check at once. */
  readonly signal?: AbortSignal;
  readonly onFirst?: (first: WorldRun) => void;
}

/**
 * Runs a scenario twice, the second time in another process under other conditions.
 * @throws RunEndedError; the signal's reason
 */
export async function checkVirtualRun(run: CheckedVirtualRun): Promise<DeterminismReport> {
  const { signal, onFirst } = run;
  const options = { ...(await worldOptions(run)), ...(signal === undefined ? {} : { signal }) };
  return checkDeterminism(options, undefined, onFirst);
}

/** What a world needs to run the scenario, whatever is made of it. */
export async function worldOptions(run: VirtualRun, stop?: SharedArrayBuffer): Promise<WorldRunOptions> {
  const { plan, platform, helixVersion, replay } = run;
  const key = async (name: string) => {
    const url = new URL(`./fixtures/${name}.private-key.pem`, import.meta.url);
    return new TextDecoder().decode(await platform.disk.readFile(fileURLToPath(url)));
  };
  const options: VirtualRunOptions = {
    plan,
    helixVersion,
    replay,
    inoculationMs: INOCULATION_MS,
    leadMs: LEAD_MS,
    keys: { driver: await key("driver"), simulator: await key("simulator") },
    ...(stop === undefined ? {} : { stop }),
  };
  const epochMs = INOCULATION_MS + plan.beginS * 1000 - LEAD_MS;
  const watchdog = run.stallMs === undefined ? {} : { watchdog: { stallMs: run.stallMs } };
  const limitVirtualSeconds = LEAD_MS / 1000 + plan.endS - plan.beginS + CLOSING_S;
  const module = run.program ?? PROGRAM;
  return { seed: plan.seed, module, options, epochMs, limitVirtualSeconds, ...watchdog };
}

/** Takes what the world sends on its way. */
class WorldPost {
  counts: RecordCounts = { frames: 0, gaps: 0, drops: 0 };
  readonly #run: RecordedVirtualRun;
  readonly #folder: RunFolder;
  readonly #record: RecordWriter;
  readonly #files: Promise<void>[] = [];
  readonly #output: string[] = [];

  constructor(run: RecordedVirtualRun, folder: RunFolder, record: RecordWriter) {
    this.#run = run;
    this.#folder = folder;
    this.#record = record;
  }

  take(message: FromWorld): void {
    const { watch } = this.#run;
    switch (message.type) {
      case "stage":
        return watch.stage(message.text);
      case "event":
        return watch.event(message.plantTimeS, message.text);
      case "time":
        for (const sample of message.latest) watch.sample(sample);
        return watch.time(message.plantTimeS);
      case "record":
        this.counts = message.counts;
        return this.#record.addText(message.text);
      case "file":
        this.#files.push(this.#write(join(this.#folder.path, message.path), message.bytes));
    }
  }

  takeOutput(text: string): void {
    this.#output.push(text);
  }

  /** @throws the system's error when a file could not be written */
  async settled(): Promise<void> {
    if (this.#output.length > 0) {
      const bytes = new TextEncoder().encode(this.#output.join(""));
      this.#files.push(this.#write(join(this.#folder.path, STACKS_LOG), bytes));
    }
    await Promise.all(this.#files);
  }

  async #write(path: string, bytes: Uint8Array): Promise<void> {
    const { disk } = this.#run.platform;
    await disk.makeFolder(dirname(path));
    await disk.writeFile(path, bytes);
  }
}

/** In the record the folder counts from the record; people are told where it lies. */
function withFolder(result: VirtualResult, folder: RunFolder): VirtualResult {
  const { ledger } = result;
  return ledger === undefined
    ? result
    : { ...result, ledger: { ...ledger, folder: join(folder.path, ledger.folder) } };
}

/**
 * Whose code ran last is who hung. An exception that nobody catches would have ended the process, and
 * real asynchronous work cannot repeat: in the runtime, either is the driver's failure.
 */
function endOf(error: WorldHungError | WorldFailedError): Pick<Outcome, "verdict" | "cause" | "summary"> {
  const host = error instanceof WorldHungError ? error.lastEvent.host : error.host;
  const [what = ""] = error.message.split("\n", 1);
  const cause = host === RUNTIME_HOST ? "driver" : "bench";
  if (error instanceof WorldHungError || host === undefined)
    return { verdict: "invalid", cause, summary: `The virtual world was ended: ${what}.` };
  const where = host === RUNTIME_HOST ? "the runtime" : `the simulator of ${host}`;
  const [why = ""] = error.error.split("\n", 1);
  const verdict = host === RUNTIME_HOST ? "fail" : "invalid";
  const summary = `The virtual world was ended at ${error.virtualSeconds} s for what ${where} did: ${why}.`;
  return { verdict, cause, summary };
}
