import type { SampleLine } from "@helix/run-record";

/** Somebody who looks on while a scenario runs. */
export interface RunWatch {
  /** What the bench is busy with. */
  stage(text: string): void;
  /** s of plant time */
  time(plantTimeS: number): void;
  sample(sample: SampleLine): void;
  /** Something happened: a fault, a command, a change of status. */
  event(plantTimeS: number, text: string): void;
}
