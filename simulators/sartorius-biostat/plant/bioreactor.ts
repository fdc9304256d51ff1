/**
 * The vessel round the culture: one set of differential equations for the twin's states, dissolved
 * gases, heat, and the probes' lag, stepped together by a fixed step. Actuators are constant within
 * a step. Knows nothing of setpoints, noise or protocols.
 */
import { DormandPrince, namedStates, stateIndex, type TwinModel } from "@helix/twins";
import { brothPh, strongIonsForPh } from "./acid-base.ts";
import {
  CARBON_DIOXIDE_TRANSFER_RATIO,
  carbonDioxideSaturation,
  oxygenSaturation,
  oxygenSaturationInAir,
  oxygenTransferCoefficient,
} from "./gas-transfer.ts";

/** What the controllers and pumps do during one step. */
export interface Actuators {
  /** {rev}/min */
  stirrer: number;
  /** L/h */
  feed: number;
  /** Mole fraction of oxygen in the gas, 0 to 1. */
  oxygenFraction: number;
  /** Mole fraction of carbon dioxide in the gas, 0 to 1. */
  carbonDioxideFraction: number;
  /** Base into the broth, mmol/L/h. */
  base: number;
  /** Temperature that the jacket is driven to, Cel. */
  jacket: number;
}

/** A probe that stands in a calibration standard reads it instead of the broth; in the probe's unit. */
export interface ProbeStandards {
  dissolvedOxygen: number | undefined;
  ph: number | undefined;
}

/** What is wrong in the vessel during one step; set anew before each. */
export interface Troubles {
  /** Share of the pumped feed that reaches the broth, 0 to 1. */
  feedShare: number;
  /** Share of the sparger's gas transfer that is there, 0 to 1. */
  gasShare: number;
  /** Oxygen that another organism would take up if there were enough, mmol/L/h. */
  foreignOxygenDemand: number;
}

const NO_TROUBLES: Readonly<Troubles> = { feedShare: 1, gasShare: 1, foreignOxygenDemand: 0 };

/** Glucose to carbon dioxide and water: C6H12O6 + 6 O2. */
const OXYGEN_PER_GLUCOSE = 6;
/** mmol/L; keeps glucose from turning negative. */
const GLUCOSE_HALF_SATURATION = 0.1;

const SECONDS_PER_HOUR = 3600;
const OXYGEN_HALF_SATURATION = 0.005;
const RESPIRATORY_QUOTIENT = 1;
const VESSEL_TIME_CONSTANT_H = 280 / SECONDS_PER_HOUR;
const JACKET_TIME_CONSTANT_H = 60 / SECONDS_PER_HOUR;
const DO_PROBE_LAG_H = 30 / SECONDS_PER_HOUR;
/** In a standard the probe stands in gas, without the film of liquid that slows it. */
const DO_PROBE_LAG_IN_STANDARD_H = 10 / SECONDS_PER_HOUR;
const PH_PROBE_LAG_H = 3 / SECONDS_PER_HOUR;
const TEMPERATURE_PROBE_LAG_H = 10 / SECONDS_PER_HOUR;

/** Places of the vessel's own states, after the twin's. */
const VESSEL = {
  oxygen: 0,
  carbonDioxide: 1,
  strongIons: 2,
  temperature: 3,
  jacket: 4,
  doProbe: 5,
  phProbe: 6,
  ptProbe: 7,
};
const VESSEL_STATES = Object.keys(VESSEL).length;

export interface InitialConditions {
  /** The twin's state vector. */
  readonly culture: Float64Array;
  /** %{airsat} */
  readonly dissolvedOxygen: number;
  readonly ph: number;
  /** Cel */
  readonly temperature: number;
  /** {rev}/min */
  readonly stirrer: number;
  /** Mole fraction in the gas. */
  readonly carbonDioxideFraction: number;
}

export class Bioreactor {
  readonly #twin: TwinModel;
  readonly #y: Float64Array;
  readonly #solver: DormandPrince;
  readonly #base: number;
  /** Of the twin's states, by name. */
  readonly #places: ReadonlyMap<string, number>;
  readonly #volume: number;
  readonly #lactate: number;
  readonly #ammonium: number;
  readonly #glucose: number;
  readonly actuators: Actuators;
  readonly troubles: Troubles = { ...NO_TROUBLES };
  readonly standards: ProbeStandards = { dissolvedOxygen: undefined, ph: undefined };

  /** Starts in the steady state that the initial conditions describe, actuators included. */
  constructor(twin: TwinModel, initial: InitialConditions) {
    this.#twin = twin;
    this.#base = twin.states.length;
    this.#places = new Map(twin.states.map(({ name }, place) => [name, place]));
    this.#volume = stateIndex(twin, "volume");
    this.#lactate = stateIndex(twin, "lactate");
    this.#ammonium = stateIndex(twin, "ammonium");
    this.#glucose = stateIndex(twin, "glucose");
    this.#y = new Float64Array(this.#base + VESSEL_STATES);
    this.#y.set(initial.culture);
    this.#solver = new DormandPrince((_t, y, dydt) => this.#rightHandSide(y, dydt), this.#y.length);
    this.actuators = {
      stirrer: initial.stirrer,
      feed: 0,
      oxygenFraction: 0,
      carbonDioxideFraction: initial.carbonDioxideFraction,
      base: 0,
      jacket: initial.temperature,
    };
    this.#settle(initial);
  }

  /** Advances by `seconds` with the actuators as they are. */
  step(seconds: number): void {
    this.#solver.step(0, seconds / SECONDS_PER_HOUR, this.#y);
  }

  forgetTroubles(): void {
    Object.assign(this.troubles, NO_TROUBLES);
  }

  /** Oxygen transfer coefficient now, /h. */
  get oxygenTransfer(): number {
    return oxygenTransferCoefficient(this.actuators.stirrer, this.volume, this.troubles.gasShare);
  }

  /** Oxygen taken up now by the culture, and by what does not belong there; mmol/L/h. */
  get oxygenUptakes(): { readonly own: number; readonly foreign: number } {
    const oxygen = this.#vessel("oxygen");
    return { own: this.#oxygenUptake(this.#y, oxygen), foreign: this.#foreignUptake(this.#y, oxygen) };
  }

  /** The twin's states by name. */
  get culture(): Record<string, number> {
    return namedStates(this.#twin, this.#y);
  }

  /** One of the twin's states; NaN when it has none of that name. */
  cultureState(name: string): number {
    return this.#y[this.#places.get(name) ?? -1] ?? Number.NaN;
  }

  /** L */
  get volume(): number {
    return this.#y[this.#volume] as number;
  }

  /** True dissolved oxygen, %{airsat}. */
  get dissolvedOxygen(): number {
    return airSaturation(this.#y, this.#base);
  }

  get ph(): number {
    return this.#ph(this.#y);
  }

  /** Cel */
  get temperature(): number {
    return this.#vessel("temperature");
  }

  /** What the probes feel, before noise, drift and calibration. */
  get probes(): { readonly dissolvedOxygen: number; readonly ph: number; readonly temperature: number } {
    return {
      dissolvedOxygen: this.#vessel("doProbe"),
      ph: this.#vessel("phProbe"),
      temperature: this.#vessel("ptProbe"),
    };
  }

  #vessel(name: keyof typeof VESSEL): number {
    return this.#y[this.#base + VESSEL[name]] as number;
  }

  #ph(y: Float64Array): number {
    return brothPh({
      strongIons: y[this.#base + VESSEL.strongIons] as number,
      carbonDioxide: y[this.#base + VESSEL.carbonDioxide] as number,
      lactate: y[this.#lactate] as number,
      ammonium: y[this.#ammonium] as number,
    });
  }

  #settle(initial: InitialConditions): void {
    const y = this.#y;
    const at = (name: keyof typeof VESSEL, value: number) => {
      y[this.#base + VESSEL[name]] = value;
    };
    at("temperature", initial.temperature);
    at("jacket", initial.temperature);
    const oxygen = (oxygenSaturationInAir(initial.temperature) * initial.dissolvedOxygen) / 100;
    at("oxygen", oxygen);
    const uptake = this.#oxygenUptake(y, oxygen);
    const transfer = oxygenTransferCoefficient(initial.stirrer, this.volume);
    const fraction = (oxygen + uptake / transfer) / oxygenSaturation(initial.temperature, 1);
    this.actuators.oxygenFraction = Math.min(1, Math.max(0, fraction));
    const carbonDioxide =
      carbonDioxideSaturation(initial.carbonDioxideFraction) +
      (RESPIRATORY_QUOTIENT * uptake) / (CARBON_DIOXIDE_TRANSFER_RATIO * transfer);
    at("carbonDioxide", carbonDioxide);
    const lactate = y[this.#lactate] as number;
    const ammonium = y[this.#ammonium] as number;
    at("strongIons", strongIonsForPh(initial.ph, { lactate, ammonium, carbonDioxide }));
    at("doProbe", initial.dissolvedOxygen);
    at("phProbe", initial.ph);
    at("ptProbe", initial.temperature);
  }

  /** mmol/L/h; falls to nothing with the oxygen, which therefore cannot turn negative. */
  #oxygenUptake(y: Float64Array, oxygen: number): number {
    return (this.#twin.oxygenDemand(y) * oxygen) / (OXYGEN_HALF_SATURATION + oxygen);
  }

  /** mmol/L/h; ends with the oxygen or the glucose. */
  #foreignUptake(y: Float64Array, oxygen: number): number {
    const glucose = y[this.#glucose] as number;
    const limits =
      (oxygen / (OXYGEN_HALF_SATURATION + oxygen)) * (glucose / (GLUCOSE_HALF_SATURATION + glucose));
    return this.troubles.foreignOxygenDemand * limits;
  }

  #rightHandSide(y: Float64Array, dydt: Float64Array): void {
    const b = this.#base;
    const { stirrer, oxygenFraction, carbonDioxideFraction, base, jacket } = this.actuators;
    const feed = this.actuators.feed * this.troubles.feedShare;
    const temperature = y[b + VESSEL.temperature] as number;
    const oxygen = y[b + VESSEL.oxygen] as number;
    const carbonDioxide = y[b + VESSEL.carbonDioxide] as number;
    const jacketTemperature = y[b + VESSEL.jacket] as number;
    const volume = y[this.#volume] as number;
    this.#twin.rightHandSide(y, dydt, { feed, temperature });

    const transfer = oxygenTransferCoefficient(stirrer, volume, this.troubles.gasShare);
    const foreign = this.#foreignUptake(y, oxygen);
    const uptake = this.#oxygenUptake(y, oxygen) + foreign;
    dydt[this.#glucose] = (dydt[this.#glucose] as number) - foreign / OXYGEN_PER_GLUCOSE;
    dydt[b + VESSEL.oxygen] = transfer * (oxygenSaturation(temperature, oxygenFraction) - oxygen) - uptake;
    dydt[b + VESSEL.carbonDioxide] =
      RESPIRATORY_QUOTIENT * uptake -
      CARBON_DIOXIDE_TRANSFER_RATIO *
        transfer *
        (carbonDioxide - carbonDioxideSaturation(carbonDioxideFraction));
    dydt[b + VESSEL.strongIons] = base - (feed / volume) * (y[b + VESSEL.strongIons] as number);
    dydt[b + VESSEL.temperature] = (jacketTemperature - temperature) / VESSEL_TIME_CONSTANT_H;
    dydt[b + VESSEL.jacket] = (jacket - jacketTemperature) / JACKET_TIME_CONSTANT_H;

    const doSeen = this.standards.dissolvedOxygen ?? airSaturation(y, b);
    const doLag = this.standards.dissolvedOxygen === undefined ? DO_PROBE_LAG_H : DO_PROBE_LAG_IN_STANDARD_H;
    const phSeen = this.standards.ph ?? this.#ph(y);
    dydt[b + VESSEL.doProbe] = (doSeen - (y[b + VESSEL.doProbe] as number)) / doLag;
    dydt[b + VESSEL.phProbe] = (phSeen - (y[b + VESSEL.phProbe] as number)) / PH_PROBE_LAG_H;
    dydt[b + VESSEL.ptProbe] = (temperature - (y[b + VESSEL.ptProbe] as number)) / TEMPERATURE_PROBE_LAG_H;
  }
}

/** %{airsat} */
function airSaturation(y: Float64Array, vesselBase: number): number {
  const temperature = y[vesselBase + VESSEL.temperature] as number;
  return (100 * (y[vesselBase + VESSEL.oxygen] as number)) / oxygenSaturationInAir(temperature);
}
