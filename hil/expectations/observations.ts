/** What a run shows about a claim, moment by moment. */
import type { Cause } from "@helix/run-record";
import type { Claim, PlannedValue } from "../scenario/plan.ts";
import { linesOf, type RunFacts } from "./finding.ts";

export interface Observation {
  /** s */
  readonly t: number;
  readonly holds: boolean;
  /** For people: "7.1 [pH]", "Streaming". */
  readonly shown: string;
}

/** OPC quality from which a value is good. */
export const GOOD = 0xc0;

/** In order of time. A value that is bad or no number is no observation. */
export function observe(claim: Claim, facts: RunFacts): Observation[] {
  const found = claim.of === "status" ? observeStatus(claim, facts) : observeValue(claim, facts);
  return found.sort((a, b) => a.t - b.t);
}

/** "brx-07.ph from 6.8 to 7.2 [pH]", "brx-07 Streaming" */
export const claimText = (claim: Claim): string =>
  claim.of === "status"
    ? `${claim.instrument} ${claim.status}`
    : `${valueText(claim.value)} from ${claim.min} to ${claim.max} ${claim.value.unit}`;

const valueText = (value: PlannedValue) =>
  value.of === "state" ? `twin.${value.state}` : `${value.instrument}.${value.channel}`;

/** Whose fault it is when a claim is not met. */
export const causeOf = (claim: Claim): Cause => {
  if (claim.of === "status") return "driver";
  return claim.value.of === "state" ? "twin" : "device";
};

function observeStatus(
  { instrument, status }: Extract<Claim, { of: "status" }>,
  facts: RunFacts,
): Observation[] {
  return linesOf(facts, "status")
    .filter((line) => line.instrument === instrument)
    .map((line) => ({ t: line.t, holds: line.status === status, shown: line.status }));
}

function observeValue({ value, min, max }: Extract<Claim, { of: "band" }>, facts: RunFacts): Observation[] {
  return valuesOf(value, facts).map(({ t, number }) => ({
    t,
    holds: number >= min && number <= max,
    shown: `${Number(number.toPrecision(6))} ${value.unit}`,
  }));
}

function valuesOf(value: PlannedValue, facts: RunFacts): { t: number; number: number }[] {
  const read =
    value.of === "state"
      ? linesOf(facts, "truth").map((line) => ({ t: line.t, number: line.states[value.state] }))
      : linesOf(facts, "sample")
          .filter((line) => line.instrument === value.instrument && line.channel === value.channel)
          .filter((line) => line.quality >= GOOD)
          .map((line) => ({ t: line.t, number: line.value ?? undefined }));
  return read.filter((one): one is { t: number; number: number } => Number.isFinite(one.number));
}
