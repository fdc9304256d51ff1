/**
 * Runs scenarios twice each, the second time under other conditions, several at a time: every one must
 * repeat event by event, and its verdict must be a pass. One run serves for both.
 */
import { basename, join } from "node:path";
import type { Platform } from "@helix/platform";
import { knownParts } from "../parts.ts";
import type { Plan } from "../scenario/plan.ts";
import { readScenario, SCENARIO_SUFFIX } from "../scenario/read-scenario.ts";
import type { VirtualResult } from "./virtual-messages.ts";
import { checkVirtualRun } from "./virtual-rig.ts";

export interface CheckedScenario {
  readonly scenario: string;
  readonly ok: boolean;
  /** What is wrong, several lines; the verdict's summary where nothing is. */
  readonly text: string;
  readonly events: number;
  /** CPU s of each run, loading included. */
  readonly cpuSeconds: readonly number[];
}

export interface LibraryCheck {
  /** Holds the scenarios. */
  readonly folder: string;
  readonly platform: Platform;
  /** Worlds at a time. */
  readonly atOnce: number;
  /** URL of the program that runs in the worlds; absent: the rig's own. */
  readonly program?: string;
  readonly onChecked: (checked: CheckedScenario) => void;
}

/** Real time in which a world must move: judging two weeks is one event, and here two worlds share the cores. */
const STALL_MS = 180_000;
/** Plant time that setting up an instrument costs about as much as, s. */
const SET_UP_S = 36_000;

/** @returns whether all is well; @throws ProblemsError for a scenario that cannot be read */
export async function checkLibrary(check: LibraryCheck): Promise<boolean> {
  const waiting = (await plansIn(check)).toSorted((a, b) => costOf(b) - costOf(a));
  let isWell = true;
  const lane = async () => {
    for (let plan = waiting.shift(); plan !== undefined; plan = waiting.shift()) {
      const checked = await checkOne(plan, check);
      isWell &&= checked.ok;
      check.onChecked(checked);
    }
  };
  await Promise.all(Array.from({ length: check.atOnce }, lane));
  return isWell;
}

async function plansIn({ folder, platform: { disk } }: LibraryCheck): Promise<Plan[]> {
  const parts = await knownParts();
  const files = (await disk.list(folder)).filter((name) => name.endsWith(SCENARIO_SUFFIX));
  return Promise.all(
    files.map(async (name) => {
      const text = new TextDecoder().decode(await disk.readFile(join(folder, name)));
      return readScenario(text, join(basename(folder), name), parts);
    }),
  );
}

/** The dearest first, so that none is left over at the end for one core alone. */
const costOf = ({ instruments, beginS, endS }: Plan) =>
  instruments.reduce(
    (sum, { samplePeriodS, publishPeriodS }) =>
      sum + SET_UP_S + ((endS - beginS) * 20) / (samplePeriodS + publishPeriodS),
    0,
  );

async function checkOne(plan: Plan, { platform, program }: LibraryCheck): Promise<CheckedScenario> {
  const { scenario, file, seed } = plan;
  const replay = `helix run ${file} --seed ${seed}`;
  try {
    const { same, difference, first, second } = await checkVirtualRun({
      plan,
      platform,
      helixVersion: "0.0.0",
      replay,
      stallMs: STALL_MS,
      ...(program === undefined ? {} : { program }),
    });
    const { verdict, summary } = (first.result as VirtualResult).outcome;
    const wrong = [
      ...(verdict === "pass" ? [] : [`${verdict}: ${summary}`, `Again: ${replay}`]),
      ...(same ? [] : [difference?.text ?? "The two runs differ.", `Again: ${replay} --check-determinism`]),
    ];
    return {
      scenario,
      ok: wrong.length === 0,
      text: wrong.length === 0 ? summary : wrong.join("\n"),
      events: first.events,
      cpuSeconds: [first, second].map((run) => run.cpuSeconds + run.loadCpuSeconds),
    };
  } catch (error) {
    const text = `${error instanceof Error ? error.message : String(error)}\nAgain: ${replay}`;
    return { scenario, ok: false, text, events: 0, cpuSeconds: [] };
  }
}
