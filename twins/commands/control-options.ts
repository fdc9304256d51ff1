/** Options of models that run under controllers, apart from the engine: the command line reads them at every start. */
import { INDPENSIM_FAULTS } from "../library/indpensim-faults.ts";

export const CONTROL_OPTIONS = {
  fault: {
    kind: "text",
    value: "fault",
    summary: "penicillin-indpensim: a fault of the published program",
    choices: INDPENSIM_FAULTS.map(({ name }) => name),
  },
  paa: {
    kind: "text",
    value: "feed",
    summary: "penicillin-indpensim: who sets the feed of phenylacetic acid; the recipe unless given",
    choices: ["recipe", "loop"],
  },
  uncontrolled: {
    kind: "flag",
    summary: "penicillin-indpensim: without its controllers of temperature and pH",
  },
} as const;

export interface ControlOptions {
  readonly fault: string | undefined;
  readonly paa: "recipe" | "loop" | undefined;
  readonly uncontrolled: boolean;
}
