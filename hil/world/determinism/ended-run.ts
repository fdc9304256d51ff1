/**
 * A run of the check that did not come to its end: hung, failed, or killed with its process. As data, since the
 * second run tells of it from another process.
 */
import type { BeaconReading } from "../kernel/beacon.ts";
import type { WorldRun } from "../run/messages.ts";
import { WorldFailedError, WorldHungError } from "../run/run-in-world.ts";

export interface EndedRun {
  readonly how: "hung" | "failed" | "killed";
  /** One line. */
  readonly what: string;
  /** Whose code it is put down to; undefined where nobody's is known. */
  readonly host: string | undefined;
  /** Of the world, as far as its process could still tell. */
  readonly lastEvent: BeaconReading | undefined;
  /** With the stack. */
  readonly error: string;
}

/** Nothing can be said of repeating, or, where the first run came to its end, only that the second did not. */
export class RunEndedError extends Error {
  override readonly name = "RunEndedError";
  readonly run: "first" | "second";
  readonly ended: EndedRun;
  /** Where it came to its end. */
  readonly first: WorldRun | undefined;

  constructor(ended: EndedRun, first?: WorldRun) {
    const run = first === undefined ? "first" : "second";
    super(`the ${run} run was ended: ${ended.what}`);
    this.run = run;
    this.ended = ended;
    this.first = first;
  }
}

/** @throws the error itself when it is not the world's end */
export function endedRun(error: unknown): EndedRun {
  if (error instanceof WorldHungError) {
    const { message, lastEvent } = error;
    return { how: "hung", what: message, host: lastEvent.host, lastEvent, error: message };
  }
  if (!(error instanceof WorldFailedError)) throw error;
  const [what = ""] = error.message.split("\n", 1);
  const { host, lastEvent } = error;
  const { events, kind, host: on, timeUs } = lastEvent;
  const where = `last event: no. ${events}, ${kind} on ${on} at ${timeUs / 1e6} s`;
  return { how: "failed", what: `${what}; ${where}`, host, lastEvent, error: error.error };
}
