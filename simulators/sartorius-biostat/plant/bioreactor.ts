/**
 * The vessel round the culture: the library's model of both, stepped as a whole under what controllers,
 * pumps and faults do to it. Actuators are constant within a step. Knows nothing of setpoints, noise
 * or protocols.
 */
import { compileTerms, type Evaluator, METHODS, Simulation, type TwinModel } from "@helix/twins/stepping";
import type { Culture } from "./culture.ts";

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

/** Mole fraction of oxygen in dry air. */
export const OXYGEN_IN_AIR = 0.2095;
/** Glucose to carbon dioxide and water: C6H12O6 + 6 O2. */
const OXYGEN_PER_GLUCOSE = 6;
/** Far more than any gas transfer brings: a demand above it takes up no more oxygen. */
const MOST_FOREIGN_DEMAND = 2000;
const SECONDS_PER_HOUR = 3600;
const KELVIN_AT_ZERO_CEL = 273.15;

/** Names in the model that the unit reads or sets. */
const STATES = [
  "V",
  "Glc",
  "O2",
  "CO2",
  "strong",
  "T",
  "T_j",
  "doProbe_felt",
  "phProbe_felt",
  "ptProbe_felt",
] as const;
const INPUTS = [
  "pump",
  "delivered",
  "stirrer",
  "y_oxygen",
  "y_CO2",
  "gas",
  "alkali",
  "foreign",
  "jacket",
  "do_fixed",
  "ph_fixed",
] as const;
type StateName = (typeof STATES)[number];
type InputName = (typeof INPUTS)[number];

export interface InitialConditions {
  /** The culture's states, in the order of its model. */
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
  readonly #twin: Simulation;
  readonly #model: TwinModel;
  readonly #parameters: Float64Array;
  readonly #states: Readonly<Record<StateName, number>>;
  readonly #inputs: Readonly<Record<InputName, number>>;
  readonly #referenceKelvin: number;
  readonly #sensors: ReadonlyMap<string, number>;
  readonly #readCulture: Evaluator;
  readonly #cultureNow: Float64Array;
  readonly #lines = new Map<string, Evaluator>();
  readonly #one = new Float64Array(1);
  #seconds = 0;
  readonly actuators: Actuators;
  readonly troubles: Troubles = { ...NO_TROUBLES };
  readonly standards: ProbeStandards = { dissolvedOxygen: undefined, ph: undefined };

  /** Starts in the steady state that the initial conditions describe, actuators included. */
  constructor(culture: Culture, initial: InitialConditions) {
    this.#model = culture.vessel;
    this.#twin = new Simulation(this.#model, METHODS.dp5, {}, culture.vesselKernel());
    this.#parameters = Float64Array.from(this.#model.parameters, (p) => p.value);
    this.#states = placesOf(STATES, this.#model.states);
    this.#inputs = placesOf(INPUTS, this.#model.inputs);
    this.#referenceKelvin = this.#parameter("T_ref");
    this.#sensors = new Map(culture.model.sensors.map(({ name }, i) => [name, i]));
    this.#readCulture = compileTerms(
      this.#model,
      culture.model.sensors.map(({ value }) => value),
    );
    this.#cultureNow = new Float64Array(culture.model.sensors.length);
    this.#model.states.forEach(({ name }, place) => {
      const own = culture.model.states.findIndex((state) => state.name === name);
      if (own >= 0) this.#twin.state[place] = initial.culture[own] as number;
    });
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
    this.#actuate();
    this.#seconds += seconds;
    this.#twin.advance(this.#seconds / SECONDS_PER_HOUR);
    if (this.troubles.foreignOxygenDemand > 0) this.#burnGlucose(seconds / SECONDS_PER_HOUR);
  }

  forgetTroubles(): void {
    Object.assign(this.troubles, NO_TROUBLES);
  }

  /** Oxygen transfer coefficient now, /h. */
  get oxygenTransfer(): number {
    this.#actuate();
    return this.#line("kLa");
  }

  /** Oxygen taken up now by the culture, and by what does not belong there; mmol/L/h. */
  get oxygenUptakes(): { readonly own: number; readonly foreign: number } {
    this.#actuate();
    return { own: this.#line("own"), foreign: this.#line("other") };
  }

  /** The culture's quantities by the names of its model's sensors. */
  get culture(): Record<string, number> {
    this.#senseCulture();
    return Object.fromEntries([...this.#sensors].map(([name, i]) => [name, this.#cultureNow[i] as number]));
  }

  /** One of them; NaN when there is none of that name. */
  cultureState(name: string): number {
    this.#senseCulture();
    return this.#cultureNow[this.#sensors.get(name) ?? -1] ?? Number.NaN;
  }

  /** L */
  get volume(): number {
    return this.#state("V");
  }

  /** True dissolved oxygen, %{airsat}. */
  get dissolvedOxygen(): number {
    return 100 * this.#line("airsat");
  }

  get ph(): number {
    return this.#line("acid_pH");
  }

  /** Cel */
  get temperature(): number {
    return this.#state("T") - KELVIN_AT_ZERO_CEL;
  }

  /** What the probes feel, before noise, drift and calibration. */
  get probes(): { readonly dissolvedOxygen: number; readonly ph: number; readonly temperature: number } {
    return {
      dissolvedOxygen: 100 * this.#state("doProbe_felt"),
      ph: this.#state("phProbe_felt"),
      temperature: this.#state("ptProbe_felt") * this.#referenceKelvin - KELVIN_AT_ZERO_CEL,
    };
  }

  #actuate(): void {
    const { stirrer, feed, oxygenFraction, carbonDioxideFraction, base, jacket } = this.actuators;
    const { feedShare, gasShare, foreignOxygenDemand } = this.troubles;
    const { dissolvedOxygen, ph } = this.standards;
    const [into, at] = [this.#twin.inputs, this.#inputs];
    into[at.pump] = feed;
    into[at.delivered] = feedShare;
    into[at.stirrer] = stirrer;
    into[at.y_oxygen] = oxygenFraction;
    into[at.y_CO2] = carbonDioxideFraction;
    into[at.gas] = gasShare;
    into[at.alkali] = base;
    into[at.foreign] = Math.min(foreignOxygenDemand, MOST_FOREIGN_DEMAND);
    into[at.jacket] = jacket + KELVIN_AT_ZERO_CEL;
    into[at.do_fixed] = dissolvedOxygen === undefined ? -1 : dissolvedOxygen / 100;
    into[at.ph_fixed] = ph ?? -1;
  }

  /** What does not belong to the culture is not in its equations: its glucose goes after each step. */
  #burnGlucose(hours: number): void {
    const burnt = (this.#line("other") / OXYGEN_PER_GLUCOSE) * hours;
    this.#set("Glc", Math.max(0, this.#state("Glc") - burnt));
  }

  #settle(initial: InitialConditions): void {
    const kelvin = initial.temperature + KELVIN_AT_ZERO_CEL;
    this.#set("T", kelvin);
    this.#set("T_j", kelvin);
    this.#actuate();
    const inAir = this.#line("oxygen_air");
    const oxygen = (inAir * initial.dissolvedOxygen) / 100;
    this.#set("O2", oxygen);
    const [uptake, transfer] = [this.#line("own"), this.#line("kLa")];
    const fraction = ((oxygen + uptake / transfer) / inAir) * OXYGEN_IN_AIR;
    this.actuators.oxygenFraction = Math.min(1, Math.max(0, fraction));
    const fromGas = this.#parameter("H_CO2") * initial.carbonDioxideFraction;
    const made = (this.#parameter("RQ") * uptake) / (this.#parameter("slower") * transfer);
    this.#set("CO2", fromGas + made);
    this.#set("strong", this.#strongIonsFor(initial.ph));
    this.#set("doProbe_felt", initial.dissolvedOxygen / 100);
    this.#set("phProbe_felt", initial.ph);
    this.#set("ptProbe_felt", kelvin / this.#referenceKelvin);
  }

  /** Strong ions at which the broth has the given pH, mmol/L: pH rises with them, so they are bracketed. */
  #strongIonsFor(ph: number): number {
    let [low, high] = [-500, 500];
    for (let k = 0; k < 60; k++) {
      const middle = (low + high) / 2;
      this.#set("strong", middle);
      if (this.#line("acid_pH") < ph) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  }

  #senseCulture(): void {
    const { time, state, inputs } = this.#twin;
    this.#readCulture(time, state, this.#parameters, inputs, this.#cultureNow);
  }

  /** An algebraic line of the model, as things are. */
  #line(name: string): number {
    const known = this.#lines.get(name) ?? compileTerms(this.#model, [{ kind: "name", name }]);
    this.#lines.set(name, known);
    const { time, state, inputs } = this.#twin;
    known(time, state, this.#parameters, inputs, this.#one);
    return this.#one[0] as number;
  }

  #state(name: StateName): number {
    return this.#twin.state[this.#states[name]] as number;
  }

  #set(name: StateName, value: number): void {
    this.#twin.state[this.#states[name]] = value;
  }

  #parameter(name: string): number {
    const found = this.#model.parameters.find((p) => p.name === name);
    if (!found) throw new RangeError(`${this.#model.name} has no parameter "${name}"`);
    return found.value;
  }
}

/** @throws RangeError for a name that the model does not have */
function placesOf<Name extends string>(
  names: readonly Name[],
  list: readonly { readonly name: string }[],
): Record<Name, number> {
  const places = names.map((name) => {
    const place = list.findIndex((quantity) => quantity.name === name);
    if (place < 0) throw new RangeError(`the vessel's model has no "${name}"`);
    return [name, place];
  });
  return Object.fromEntries(places) as Record<Name, number>;
}
