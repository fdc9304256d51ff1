/** What the SBML reader says: an error of the file, or a feature that is refused by name. */
import type { Place } from "../language/diagnostic.ts";

/** The file is not valid: the message says what and where. */
export class SbmlError extends Error {
  override readonly name: string = "SbmlError";
}

/** The file may be right, but uses something that would give wrong numbers here. */
export class SbmlRefusal extends SbmlError {
  override readonly name = "SbmlRefusal";
  /** Short, the same for every file that uses it: "algebraic rule". */
  readonly feature: string;

  constructor(feature: string, message: string) {
    super(message);
    this.feature = feature;
  }
}

/** Where in a file something stands. */
export interface Origin extends Place {
  readonly file: string;
}

const at = ({ file, line, column }: Origin): string => `${file}:${line}:${column}`;

export const wrong = (origin: Origin, message: string): SbmlError =>
  new SbmlError(`${at(origin)}: ${message}`);

export const refused = (origin: Origin, feature: string, detail = ""): SbmlRefusal =>
  new SbmlRefusal(feature, `${at(origin)}: ${feature} is not supported${detail && `: ${detail}`}`);
