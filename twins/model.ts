/**
 * What a twin model is to the rest of HELIX: named states with units, named parameters with unit
 * and source, and a right-hand side. Time is in hours, as the literature's rates are.
 */

/** One number that the model carries through time. */
export interface TwinState {
  /** Scenarios read it as `twin.<name>`. */
  readonly name: string;
  /** UCUM */
  readonly unit: string;
  readonly description: string;
  /** At inoculation, in `unit`. */
  readonly initial: number;
}

/** A constant of the model. */
export interface TwinParameter {
  readonly value: number;
  /** UCUM, or a ratio of UCUM units */
  readonly unit: string;
  readonly source: string;
}

/** What the vessel does to the culture; held constant over one step. */
export interface CultureInputs {
  /** L/h, at least 0 */
  readonly feed: number;
  /** Cel */
  readonly temperature: number;
}

export interface TwinModel {
  /** As scenarios name it. */
  readonly name: string;
  readonly title: string;
  readonly source: string;
  /** In the order of the state vector. */
  readonly states: readonly TwinState[];
  readonly parameters: Readonly<Record<string, TwinParameter>>;
  /** Temperature at which the parameters hold, Cel. */
  readonly nominalTemperature: number;
  /** A new state vector at inoculation. */
  initialState(): Float64Array;
  /**
   * Writes the derivatives per hour into the first `states.length` places of `dydt`; reads only as
   * many of `y`, so that a plant may append states of its own. Never throws: NaN in gives NaN out.
   */
  rightHandSide(y: Float64Array, dydt: Float64Array, inputs: CultureInputs): void;
  /** Oxygen that the culture takes up where oxygen does not limit it, mmol/L/h. */
  oxygenDemand(y: Float64Array): number;
  /** Feed of the reference recipe at `timeH` hours after inoculation, L/h. */
  referenceFeed(timeH: number): number;
  /** Times in (0, endH) at which the reference feed changes, h, ascending. */
  referenceFeedChanges(endH: number): readonly number[];
}

/** The states by name. */
export function namedStates(model: TwinModel, y: Float64Array): Record<string, number> {
  return Object.fromEntries(model.states.map(({ name }, index) => [name, y[index] ?? Number.NaN]));
}

/**
 * Position of a state in the vector.
 *
 * @throws RangeError for a name that the model does not have
 */
export function stateIndex(model: TwinModel, name: string): number {
  const index = model.states.findIndex((state) => state.name === name);
  if (index < 0) throw new RangeError(`twin ${model.name} has no state "${name}"`);
  return index;
}
