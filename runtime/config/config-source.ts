/** The file a configuration came from: to name it, and to find the place of a problem in it. */

import type { Locate } from "./position.ts";
import { type Problem, ProblemsError } from "./problems.ts";
import { hideSecrets } from "./secrets.ts";
import { locateInToml } from "./toml-positions.ts";

export class ConfigSource {
  /** As the person named it. */
  readonly file: string;
  readonly text: string;

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
  }

  locate(): Promise<Locate> {
    return locateInToml(this.text);
  }

  /** The error that carries `problems` and the text they stand in, passwords hidden. */
  error(problems: readonly Problem[]): ProblemsError {
    return new ProblemsError(problems, new Map([[this.file, hideSecrets(this.text)]]));
  }
}
