/**
 * The faults of IndPenSim, by the numbers of the published program (Goldrick 2015, J. Biotechnol. 193:70-82; times and
 * sizes as in release 2.02, whose controller holds them; scans of 0.2 h, both ends included).
 *
 * An actuator fault holds a flow or the pressure at a value, whatever recipe or controller ask for, and the
 * controller goes on from what the actuator did. A sensor fault makes the controller's probe read low, by an error
 * that grows on a line; the vessel then goes above its setpoint. Not here: random changes of the recipe (PRBS).
 */

/** An input of the model that is held at `value` from scan `first` to scan `last`. */
export interface HeldInput {
  readonly input: "FgH" | "pres" | "Fs" | "Fb" | "Fc";
  readonly value: number;
  readonly first: number;
  readonly last: number;
}

export interface IndPenSimFault {
  readonly number: number;
  readonly name: string;
  readonly held: readonly HeldInput[];
  /** By how much each probe reads low in the end: K, pH. */
  readonly readsLow: { readonly temperature: number; readonly pH: number };
}

/** The sensor error grows from 0 at the first scan to all of it at the last. */
const DRIFT_SCANS = { first: 200, last: 800 };
const EXACT = { temperature: 0, pH: 0 };

const AERATION: readonly HeldInput[] = [
  { input: "FgH", value: 20, first: 100, last: 120 },
  { input: "FgH", value: 20, first: 500, last: 550 },
];
const BACK_PRESSURE: readonly HeldInput[] = [
  { input: "pres", value: 2, first: 500, last: 520 },
  { input: "pres", value: 2, first: 1000, last: 1200 },
];
const SUGAR_FEED: readonly HeldInput[] = [
  { input: "Fs", value: 2, first: 100, last: 150 },
  { input: "Fs", value: 20, first: 380, last: 460 },
  { input: "Fs", value: 20, first: 1000, last: 1070 },
];
const BASE_FLOW: readonly HeldInput[] = [
  { input: "Fb", value: 5, first: 400, last: 420 },
  { input: "Fb", value: 10, first: 700, last: 800 },
];
const COOLANT_FLOW: readonly HeldInput[] = [
  { input: "Fc", value: 2, first: 350, last: 450 },
  { input: "Fc", value: 10, first: 1200, last: 1350 },
];
const ALL = [AERATION, BACK_PRESSURE, SUGAR_FEED, BASE_FLOW, COOLANT_FLOW].flat();

export const INDPENSIM_FAULTS: readonly IndPenSimFault[] = [
  { number: 0, name: "none", held: [], readsLow: EXACT },
  { number: 1, name: "aeration", held: AERATION, readsLow: EXACT },
  { number: 2, name: "back-pressure", held: BACK_PRESSURE, readsLow: EXACT },
  { number: 3, name: "sugar-feed", held: SUGAR_FEED, readsLow: EXACT },
  { number: 4, name: "base-flow", held: BASE_FLOW, readsLow: EXACT },
  { number: 5, name: "coolant-flow", held: COOLANT_FLOW, readsLow: EXACT },
  { number: 6, name: "all-actuators", held: ALL, readsLow: EXACT },
  { number: 7, name: "temperature-sensor", held: [], readsLow: { temperature: 0.4, pH: 0 } },
  { number: 8, name: "ph-sensor", held: [], readsLow: { temperature: 0, pH: 0.1 } },
];

export const NO_FAULT = INDPENSIM_FAULTS[0] as IndPenSimFault;

/** @throws RangeError for a number that the published program does not know */
export function faultNumbered(number: number): IndPenSimFault {
  const fault = INDPENSIM_FAULTS[number];
  if (!fault) throw new RangeError(`IndPenSim has no fault ${number}: its faults are 0 (none) to 8`);
  return fault;
}

/** What the fault holds at scan k. */
export function heldAt(fault: IndPenSimFault, k: number): readonly HeldInput[] {
  return fault.held.filter(({ first, last }) => first <= k && k <= last);
}

/** The part of a sensor fault's error that is there at scan k, 0 to 1. */
export function driftAt(k: number): number {
  const { first, last } = DRIFT_SCANS;
  return Math.min(1, Math.max(0, (k - first) / (last - first)));
}

/** First scan that the fault changes; undefined for none. */
export function onsetOf({ held, readsLow }: IndPenSimFault): number | undefined {
  const drifts = readsLow.temperature !== 0 || readsLow.pH !== 0;
  const scans = [...held.map(({ first }) => first), ...(drifts ? [DRIFT_SCANS.first + 1] : [])];
  return scans.length === 0 ? undefined : Math.min(...scans);
}
