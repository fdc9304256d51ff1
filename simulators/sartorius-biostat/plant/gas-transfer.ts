/**
 * Oxygen and carbon dioxide between gas and broth: saturation and transfer coefficient. What is
 * literature and what is a guess is told in ../FIDELITY.md.
 */

const OXYGEN_G_PER_MOL = 31.9988;
const OXYGEN_IN_AIR = 0.2095;
const KELVIN = 273.15;

/** Dissolved oxygen of water in equilibrium with air at 1 atm, mmol/L; 0 to 40 Cel (APHA 4500-O). */
export function oxygenSaturationInAir(temperatureCel: number): number {
  const t = temperatureCel + KELVIN;
  const lnMilligramsPerLitre =
    -139.34411 + (1.575701e5 + (-6.642308e7 + (1.2438e10 - 8.621949e11 / t) / t) / t) / t;
  return Math.exp(lnMilligramsPerLitre) / OXYGEN_G_PER_MOL;
}

/** The same with a gas whose mole fraction of oxygen is `oxygenFraction`. */
export const oxygenSaturation = (temperatureCel: number, oxygenFraction: number): number =>
  (oxygenSaturationInAir(temperatureCel) * oxygenFraction) / OXYGEN_IN_AIR;

const CO2_MMOL_PER_L_ATM = 24.6;

/** Dissolved CO2 in equilibrium with a gas at 1 atm and 37 Cel, mmol/L. */
export const carbonDioxideSaturation = (fraction: number): number => CO2_MMOL_PER_L_ATM * fraction;

const REFERENCE_KLA_PER_H = 15;
const REFERENCE_RPM = 200;
const REFERENCE_VOLUME_L = 1.5;
const SURFACE_KLA_PER_H = 0.5;
const POWER_EXPONENT = 0.7;
/** Power drawn in turbulent flow goes with the cube of the speed. */
const SPEED_EXPONENT = 3 * POWER_EXPONENT;

/**
 * Oxygen transfer coefficient at a constant gas flow, /h.
 *
 * gasShare  share of the sparger's transfer that is there, 0 to 1; what the surface takes in stays
 */
export function oxygenTransferCoefficient(stirrerRpm: number, volumeL: number, gasShare = 1): number {
  const stirred =
    (REFERENCE_KLA_PER_H - SURFACE_KLA_PER_H) *
    (stirrerRpm / REFERENCE_RPM) ** SPEED_EXPONENT *
    (REFERENCE_VOLUME_L / volumeL) ** POWER_EXPONENT;
  return SURFACE_KLA_PER_H + stirred * gasShare;
}

/** Carbon dioxide is transferred a little slower than oxygen. */
export const CARBON_DIOXIDE_TRANSFER_RATIO = 0.89;

export const AIR = { oxygenFraction: OXYGEN_IN_AIR } as const;
