/** `--fault` and `--paa`, apart from the engine: the command line reads them at every start. */
import type { PaaFeed } from "../library/indpensim-batch.ts";
import { INDPENSIM_FAULTS } from "../library/indpensim-faults.ts";

export const CONTROL_OPTIONS = {
  fault: {
    kind: "text",
    value: "fault",
    summary: "penicillin-indpensim: run under its controllers, with a fault of the published program",
    choices: INDPENSIM_FAULTS.map(({ name }) => name),
  },
  paa: {
    kind: "text",
    value: "feed",
    summary: "penicillin-indpensim: run under its controllers; who sets the feed of phenylacetic acid",
    choices: ["recipe", "loop"],
  },
} as const;

export interface ControlOptions {
  readonly fault: string | undefined;
  readonly paa: PaaFeed | undefined;
}

export const isControlled = ({ fault, paa }: ControlOptions): boolean =>
  fault !== undefined || paa !== undefined;
