/** Units for tests: a Biostat without protocol or process. */
import { createSeededRandom } from "@helix/platform";
import { Biostat } from "../biostat.ts";
import type { ChannelName } from "../device/channels.ts";
import type { Reading } from "../device/sensors.ts";
import { CULTURES, type Culture } from "../plant/culture.ts";

export const HOUR_S = 3600;

export function choCulture(): Culture {
  const culture = CULTURES.get("cho-fed-batch");
  if (!culture) throw new Error("cho-fed-batch is not registered");
  return culture;
}

/** A unit at `beginH` hours of the reference batch. */
export function unitAt(beginH: number, seed = 7): Biostat {
  return new Biostat({
    culture: choCulture(),
    beginS: beginH * HOUR_S,
    random: createSeededRandom(seed).fork("sartorius-biostat"),
  });
}

export function advance(unit: Biostat, seconds: number): void {
  for (let i = 0; i < seconds; i++) unit.step();
}

export function reading(unit: Biostat, name: ChannelName): Reading {
  const found = unit.sample().find(({ channel }) => channel.name === name);
  if (!found) throw new Error(`no reading of ${name}`);
  return found;
}

export function truth(unit: Biostat, name: string): number {
  const value = unit.truth()[name];
  if (value === undefined) throw new Error(`no true value of ${name}`);
  return value;
}
