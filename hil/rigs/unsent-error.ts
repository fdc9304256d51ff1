/** The command could not be given: nothing was sent, and no intent is on record. */
export class UnsentError extends Error {
  override readonly name = "UnsentError";
}
