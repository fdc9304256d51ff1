/**
 * HX-CHO8: a 14-day CHO fed-batch that makes an antibody. Eight states; growth limited by glucose
 * and glutamine and inhibited by lactate and ammonium (Monod products), death driven by both
 * inhibitors, maintenance on glucose, lysis of dead cells.
 *
 * Kinetics: Xing et al. 2010, Biotechnol. Prog. 26:1400, with values of Moeller et al. 2018
 * (PMC5874891, table 2). Changed from the papers, so that the batch stays within its feed and no
 * state can turn negative: maintenance is halved and limited by glucose, ammonium uptake is limited
 * by ammonium, dead cells lyse. Temperature factor: insilicho (Culture Robotics), set to 1 at 36.8 Cel.
 *
 * Left out: lactate consumption, amino acids besides glutamine, any effect of dissolved oxygen and pH.
 */
import type { TwinModel, TwinParameter, TwinState } from "../model.ts";

const XING = "Xing 2010";
const MOELLER = "Moeller 2018, table 2";
const REFERENCE = "reference problem HX-CHO8";
const INSILICHO = "insilicho (Culture Robotics)";

const parameter = (value: number, unit: string, source: string): TwinParameter => ({ value, unit, source });

const PARAMETERS = {
  maximumGrowthRate: parameter(0.029 * 1.35, "/h", `${XING} 0.029/h, scaled to ${MOELLER} 0.039/h`),
  maximumDeathRate: parameter(0.016, "/h", XING),
  glucoseHalfSaturation: parameter(0.084, "mmol/L", XING),
  glutamineHalfSaturation: parameter(0.047, "mmol/L", XING),
  lactateInhibition: parameter(43, "mmol/L", XING),
  ammoniumInhibition: parameter(6.51, "mmol/L", XING),
  lactateDeath: parameter(45.8, "mmol/L", XING),
  ammoniumDeath: parameter(6.51, "mmol/L", XING),
  cellsPerGlucose: parameter(0.357, "10*9{cells}/mmol", MOELLER),
  cellsPerGlutamine: parameter(0.974, "10*9{cells}/mmol", MOELLER),
  lactatePerGlucose: parameter(0.7, "mmol/mmol", MOELLER),
  ammoniumPerGlutamine: parameter(0.67, "mmol/mmol", XING),
  ammoniumUptake: parameter(6.3e-3, "mmol/(10*9{cells})/h", XING),
  ammoniumUptakeHalfSaturation: parameter(0.5, "mmol/L", REFERENCE),
  glucoseMaintenance: parameter(0.0692 * 0.5, "mmol/(10*9{cells})/h", `${XING}, halved in ${REFERENCE}`),
  glutamineMaintenance: parameter(3.2e-3, "mmol/(10*9{cells})/h", XING),
  glutamineMaintenanceHalfSaturation: parameter(2.1, "mmol/L", XING),
  glutamineDegradation: parameter(7.2e-3, "/h", XING),
  productivity: parameter(1.51e-3, "g/(10*9{cells})/h", MOELLER),
  lysisRate: parameter(0.02, "/h", REFERENCE),
  feedGlucose: parameter(560, "mmol/L", REFERENCE),
  feedGlutamine: parameter(90, "mmol/L", REFERENCE),
  oxygenUptake: parameter(0.32, "mmol/(10*9{cells})/h", `${XING} 3.2e-10 mmol/cell/h`),
  growthTemperatureOptimum: parameter(36.4, "Cel", INSILICHO),
  growthTemperatureWidth: parameter(3.12, "Cel", INSILICHO),
} as const satisfies Record<string, TwinParameter>;

const state = (name: string, unit: string, initial: number, description: string): TwinState => ({
  name,
  unit,
  initial,
  description,
});

const STATES: readonly TwinState[] = [
  state("volume", "L", 1.5, "culture volume"),
  state("viable_cell_density", "10*6{cells}/mL", 0.5, "living cells"),
  state("dead_cell_density", "10*6{cells}/mL", 0.01, "dead cells not yet lysed"),
  state("glucose", "mmol/L", 35, "glucose"),
  state("glutamine", "mmol/L", 4, "glutamine"),
  state("lactate", "mmol/L", 0.2, "lactate"),
  state("ammonium", "mmol/L", 0.5, "ammonium"),
  state("titer", "g/L", 0, "antibody"),
];

const NOMINAL_TEMPERATURE_CEL = 36.8;

/** L/h by day of the reference recipe; after the last day nothing is fed. */
const DAILY_FEED = [
  0, 0, 0.0006, 0.001, 0.0016, 0.0022, 0.0026, 0.0026, 0.0024, 0.0022, 0.002, 0.0018, 0.0016, 0.0014,
];
const HOURS_PER_DAY = 24;

const p = Object.fromEntries(Object.entries(PARAMETERS).map(([name, { value }]) => [name, value])) as {
  readonly [Name in keyof typeof PARAMETERS]: number;
};

export const choFedBatch: TwinModel = {
  name: "cho-fed-batch",
  title: "CHO fed-batch, monoclonal antibody (HX-CHO8)",
  source: "Xing 2010, Biotechnol. Prog. 26:1400; Moeller 2018, PMC5874891",
  states: STATES,
  parameters: PARAMETERS,
  nominalTemperature: NOMINAL_TEMPERATURE_CEL,

  initialState: () => Float64Array.from(STATES, ({ initial }) => initial),

  rightHandSide(y, dydt, inputs) {
    // Lengths are fixed by STATES; the destructuring default only satisfies the type of an index.
    const [V = NaN, Xv = NaN, Xd = NaN, glc = NaN, gln = NaN, lac = NaN, amm = NaN, titer = NaN] = y;
    const dilution = inputs.feed / V;
    const glucoseLimit = glc / (p.glucoseHalfSaturation + glc);
    const growth =
      p.maximumGrowthRate *
      temperatureFactor(inputs.temperature) *
      glucoseLimit *
      (gln / (p.glutamineHalfSaturation + gln)) *
      (p.lactateInhibition / (p.lactateInhibition + lac)) *
      (p.ammoniumInhibition / (p.ammoniumInhibition + amm));
    const death = p.maximumDeathRate * (lac / (p.lactateDeath + lac)) * (amm / (p.ammoniumDeath + amm));
    const glucoseUptake = growth / p.cellsPerGlucose + p.glucoseMaintenance * glucoseLimit;
    const glutamineForGrowth = growth / p.cellsPerGlutamine;
    const glutamineUptake =
      glutamineForGrowth + (p.glutamineMaintenance * gln) / (p.glutamineMaintenanceHalfSaturation + gln);
    const glutamineDecay = p.glutamineDegradation * gln;
    const ammoniumUptake = (p.ammoniumUptake * amm) / (p.ammoniumUptakeHalfSaturation + amm);

    dydt[0] = inputs.feed;
    dydt[1] = (growth - death - dilution) * Xv;
    dydt[2] = death * Xv - (p.lysisRate + dilution) * Xd;
    dydt[3] = dilution * (p.feedGlucose - glc) - glucoseUptake * Xv;
    dydt[4] = dilution * (p.feedGlutamine - gln) - glutamineUptake * Xv - glutamineDecay;
    dydt[5] = p.lactatePerGlucose * glucoseUptake * Xv - dilution * lac;
    dydt[6] =
      p.ammoniumPerGlutamine * glutamineForGrowth * Xv +
      glutamineDecay -
      ammoniumUptake * Xv -
      dilution * amm;
    dydt[7] = p.productivity * Xv - dilution * titer;
  },

  oxygenDemand: (y) => p.oxygenUptake * (y[1] ?? Number.NaN),

  referenceFeed: (timeH) => DAILY_FEED[Math.floor(timeH / HOURS_PER_DAY)] ?? 0,

  referenceFeedChanges: (endH) =>
    Array.from({ length: DAILY_FEED.length }, (_, day) => (day + 1) * HOURS_PER_DAY).filter((t) => t < endH),
};

/** Growth at `temperature` Cel over growth at the nominal temperature: a bell about the optimum. */
function temperatureFactor(temperature: number): number {
  const bell = (cel: number) =>
    Math.exp(-(((cel - p.growthTemperatureOptimum) / p.growthTemperatureWidth) ** 2));
  return bell(temperature) / bell(NOMINAL_TEMPERATURE_CEL);
}
