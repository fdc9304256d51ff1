/**
 * Draws a swarm of faults for one seed. Which kinds are on at all is drawn first, so that a rare pair
 * meets without the noise of all the others (swarm testing: Groce et al., ISSTA 2012); then how many,
 * which, on what, when, how long and how strong. Each draw is a labelled fork of the seed: a kind that
 * is new in the catalogue changes what is drawn, and nothing else does.
 *
 * A drawn fault leaves alone what an expectation speaks of: the readings of a channel whose value is
 * expected, the physics of a twin whose state is, the times after an event in which a status is.
 */
import type { Random } from "@helix/hal";
import type { KnownParts } from "../scenario/known-parts.ts";
import type { Plan, PlannedCommand } from "../scenario/plan.ts";
import type { DeclaredFault } from "./declared-fault.ts";
import { drawParameter, pick } from "./draw-parameter.ts";
import { targetsOf } from "./fault-targets.ts";
import { DRAWN_ID } from "./leave-out-traceless.ts";
import { durationText, type Entry, timeText } from "./scenario-text.ts";
import { expectedTargets, isQuiet, type QuietTime, quietTimes } from "./spoken-of.ts";
import { commandsToMeet } from "./to-meet.ts";

export interface Swarm {
  readonly plan: Plan;
  readonly parts: KnownParts;
  readonly catalogue: ReadonlyMap<string, DeclaredFault>;
  /** The seed's, forked for the campaign. */
  readonly random: Random;
}

const KIND_IS_ON = 0.5;
const MOST_FAULTS = 5;
/** Placing is tried so often before a fault is left out. */
const TRIES = 20;
/** s at the end of the run without drawn faults: what it takes to come back and settle. */
const RECOVERY_S = 60;
const SHORTEST_S = 10;
const LONGEST_S = 3600;
/** What cuts an instrument off lasts no longer: a runtime that has given up sees no later fault. */
const LONGEST_CUT_S = 300;
/** s after a cut in which no other begins, beside its own length: the runtime is still backing off. */
const AFTER_CUT_S = 10;
/** So many sample periods at least: a fault that no reading falls into leaves no receipt. */
const SAMPLES_HIT = 3;

interface Occupied {
  readonly inject: string;
  readonly on: string;
  readonly beginS: number;
  readonly endS: number;
}

interface Placed extends Occupied {
  readonly entry: Entry;
}

/** Entries for `faults`, in order of time; none where the run is too short for any. */
export function drawFaults({ plan, parts, catalogue, random }: Swarm): Entry[] {
  const spoken = expectedTargets(plan);
  const possible = [...catalogue.values()]
    .filter((kind) => kind.rigs.includes("virtual"))
    .map((kind) => ({
      kind,
      targets: targetsOf(kind, plan.instruments, parts).filter(
        ({ on }) => !spoken.has(on) && commandsToMeet(kind, on, plan)?.length !== 0,
      ),
    }))
    .filter(({ targets }) => targets.length > 0);
  if (possible.length === 0) return [];
  const on = possible.filter(({ kind }) => random.fork(`kind:${kind.name}`).uniform() < KIND_IS_ON);
  // A swarm without a single kind would be a calm run: it gets one.
  const swarm = on.length > 0 ? on : [pick(possible, random.fork("only kind"))];
  const count = 1 + Math.floor(random.fork("count").uniform() * MOST_FAULTS);
  const quiet = quietTimes(plan);
  const isCut = (inject: string) => catalogue.get(inject)?.target !== "channel";
  const own = ownFaults(plan);
  const placed: Placed[] = [];
  for (let n = 1; n <= count; n += 1) {
    const draw = random.fork(`fault:${n}`);
    const { kind, targets } = pick(swarm, draw.fork("kind"));
    const target = pick(targets, draw.fork("target"));
    const others = [...own, ...placed].flatMap((other) => {
      const isSame = other.inject === kind.name && other.on === target.on;
      if (isCut(kind.name) && isCut(other.inject)) return [withRecovery(other)];
      return isSame ? [other] : [];
    });
    const times = placeFault(
      {
        plan,
        longestS: isCut(kind.name) ? LONGEST_CUT_S : LONGEST_S,
        taken: [...quiet, ...others],
        isCut: isCut(kind.name),
        meets: commandsToMeet(kind, target.on, plan),
      },
      draw.fork("times"),
    );
    if (times === undefined) continue;
    const parameters = Object.entries(kind.parameters).map(([name, parameter]) => [
      name,
      drawParameter(parameter, target.channel, draw.fork(`parameter:${name}`)),
    ]);
    const entry: Entry = {
      id: `${DRAWN_ID}${n}`,
      at: timeText(times.beginS),
      for: durationText(times.endS - times.beginS),
      on: target.on,
      inject: kind.name,
      ...Object.fromEntries(parameters),
    };
    placed.push({ entry, inject: kind.name, on: target.on, ...times });
  }
  return placed.sort((a, b) => a.beginS - b.beginS).map(({ entry }) => entry);
}

/** A fault that waits for its condition may come at any time. */
const ownFaults = (plan: Plan): Occupied[] => [
  ...plan.faults,
  ...plan.armed.map(({ inject, on }) => ({ inject, on, beginS: plan.beginS, endS: plan.endS })),
];

/** With the time in which the runtime comes back from it. */
const withRecovery = ({ beginS, endS }: Occupied): QuietTime => ({ beginS, endS: comeBackS(beginS, endS) });
const comeBackS = (beginS: number, endS: number) => endS + (endS - beginS) + AFTER_CUT_S;

interface Placing {
  readonly plan: Plan;
  readonly longestS: number;
  readonly taken: readonly QuietTime[];
  readonly isCut: boolean;
  /** One of these has to fall into it. */
  readonly meets: readonly PlannedCommand[] | undefined;
}

/** When it happens; undefined where no try found a place. */
function placeFault(
  { plan, longestS: mostS, taken, isCut, meets }: Placing,
  random: Random,
): { beginS: number; endS: number } | undefined {
  const samplePeriodS = Math.max(...plan.instruments.map((instrument) => instrument.samplePeriodS));
  const shortestS = Math.max(SHORTEST_S, Math.ceil(SAMPLES_HIT * samplePeriodS));
  const lastS = plan.endS - RECOVERY_S;
  const longestS = Math.min(mostS, (lastS - plan.beginS) / 2);
  if (longestS < shortestS) return undefined;
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const forS = Math.round(shortestS * (longestS / shortestS) ** random.uniform());
    const beginS = drawBegin(plan, lastS - forS, meets, random);
    const endS = beginS + forS;
    const untilS = isCut ? comeBackS(beginS, endS) : endS;
    if (endS <= lastS && isQuiet(taken, beginS, untilS)) return { beginS, endS };
  }
  return undefined;
}

/** s before a command, at most, that a fault begins that is to meet it; shorter than any fault lasts. */
const JUST_BEFORE_S = 5;

/** Every other fault begins just before a command: in the middle of one is where drivers break. */
function drawBegin(
  plan: Plan,
  latestS: number,
  meets: readonly PlannedCommand[] | undefined,
  random: Random,
): number {
  const nearCommand = random.uniform() < 0.5 || meets !== undefined;
  const uniform = random.uniform();
  const commands = meets ?? plan.commands;
  if (nearCommand && commands.length > 0) {
    const { atS } = pick(commands, random);
    const beginS = Math.round(atS - JUST_BEFORE_S * uniform);
    if (beginS >= plan.beginS && beginS <= latestS) return beginS;
  }
  return Math.floor(plan.beginS + uniform * Math.max(0, latestS - plan.beginS));
}
