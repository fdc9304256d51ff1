/** The names that an editor offers where an expectation takes one. */
import type { KnownWords } from "@helix/scenarios";
import { INVARIANTS } from "../expectations/invariants.ts";
import { STATUSES } from "./plan-claims.ts";

export const KNOWN_WORDS: KnownWords = { invariants: [...INVARIANTS.keys()], statuses: STATUSES };
