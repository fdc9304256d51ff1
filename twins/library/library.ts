/** The models and parts that come with HELIX: text files beside this one. */

import type { CheckedModel } from "../language/check.ts";
import { nearest } from "../language/nearest.ts";
import { missingParts, readModel } from "../language/read-model.ts";

export const LIBRARY = [
  "cho-fed-batch",
  "cho-fed-batch-oxygen",
  "cho-bioreactor",
  "ecoli-fed-batch",
  "penicillin-birol",
  "penicillin-indpensim",
] as const;

/** To be used in models: `uses probe = probe(signal = ...)`. */
export const PARTS = [
  "charge-balance",
  "control-valve",
  "jacket",
  "kla-coalescing",
  "kla-non-coalescing",
  "oxygen-solubility",
  "pid",
  "probe",
  "pump",
  "stirrer-power",
] as const;

/** Where the text of a model or part lies. @throws RangeError for a name that is not in the library */
export function libraryFile(name: string): URL {
  if ((PARTS as readonly string[]).includes(name)) return new URL(`./parts/${name}.twin`, import.meta.url);
  if (!(LIBRARY as readonly string[]).includes(name)) {
    const guess = nearest(name, [...LIBRARY, ...PARTS]);
    throw new RangeError(
      `no model "${name}" in the library${guess ? `: did you mean ${guess}?` : `: ${LIBRARY.join(", ")}`}`,
    );
  }
  return new URL(`./${name}.twin`, import.meta.url);
}

/** Gives a file's bytes: disks are handed in. */
export type ReadFile = (file: URL) => Promise<Uint8Array>;

/**
 * The text with all parts of the library that it uses behind it: complete in itself. A part that neither
 * the text nor the library has is left to the reader, which says where it is used.
 * @throws ModelError when the text cannot be read
 */
export async function withParts(text: string, file: string, read: ReadFile): Promise<string> {
  const known: readonly string[] = [...LIBRARY, ...PARTS];
  let whole = text;
  for (;;) {
    const missing = missingParts(whole, file).filter((name) => known.includes(name));
    if (missing.length === 0) return whole;
    const texts = await Promise.all(missing.map((name) => read(libraryFile(name))));
    whole = [whole, ...texts.map((bytes) => new TextDecoder().decode(bytes))].join("\n");
  }
}

export async function loadLibraryModel(name: string, read: ReadFile): Promise<CheckedModel> {
  const text = new TextDecoder().decode(await read(libraryFile(name)));
  return readModel(await withParts(text, `${name}.twin`, read), `${name}.twin`);
}
