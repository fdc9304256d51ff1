/**
 * What may be asked of a running HELIX at its door, the local socket beside its ledger: one line of JSON each way.
 * The file's mode lets nobody in but the account that runs HELIX, so the name that a caller gives is believed.
 */
import * as v from "valibot";

const text = v.pipe(v.string(), v.nonEmpty());
const BY_A_PERSON = { account: text, reason: text };

export const REQUEST = v.variant("do", [
  v.strictObject({ do: v.literal("reload"), instrument: text, ...BY_A_PERSON }),
  v.strictObject({ do: v.literal("register"), library: text, ...BY_A_PERSON }),
  v.strictObject({ do: v.literal("drivers") }),
  v.strictObject({ do: v.literal("name"), person: text, name: text, ...BY_A_PERSON }),
  v.strictObject({ do: v.literal("erase-name"), person: text, ...BY_A_PERSON }),
]);
export type ControlRequest = v.InferOutput<typeof REQUEST>;
