/** The models that come with HELIX: text files beside this one. */

import type { CheckedModel } from "../language/check.ts";
import { nearest } from "../language/nearest.ts";
import { readModel } from "../language/read-model.ts";

export const LIBRARY = [
  "cho-fed-batch",
  "cho-fed-batch-oxygen",
  "ecoli-fed-batch",
  "penicillin-birol",
  "penicillin-indpensim",
] as const;

/** Where the text of a model lies. @throws RangeError for a name that is not in the library */
export function libraryFile(name: string): URL {
  if (!(LIBRARY as readonly string[]).includes(name)) {
    const guess = nearest(name, LIBRARY);
    throw new RangeError(
      `no model "${name}" in the library${guess ? `: did you mean ${guess}?` : `: ${LIBRARY.join(", ")}`}`,
    );
  }
  return new URL(`./${name}.twin`, import.meta.url);
}

/** `read` gives a file's bytes: disks are handed in. */
export async function loadLibraryModel(
  name: string,
  read: (file: URL) => Promise<Uint8Array>,
): Promise<CheckedModel> {
  const bytes = await read(libraryFile(name));
  return readModel(new TextDecoder().decode(bytes), `${name}.twin`);
}
