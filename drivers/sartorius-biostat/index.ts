/**
 * Driver for the Sartorius Biostat B. The loader reads `helixDriverManifest` and nothing else.
 */
export { type BiostatConfig, biostatConfig } from "./config.ts";
export { SartoriusBiostatDriver } from "./driver.ts";
export { helixDriverManifest } from "./manifest.ts";
