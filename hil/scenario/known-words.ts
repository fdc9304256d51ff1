/** What an editor offers, and how the rest is written: from the tables that the reader looks into. */
import type { KnownWords } from "@helix/scenarios";
import { INVARIANTS } from "../expectations/invariants.ts";
import type { KnownParts } from "./known-parts.ts";
import { PATTERNS } from "./patterns.ts";
import { STATUSES } from "./plan-claims.ts";

export const knownWords = ({ twins, simulators, drivers }: KnownParts): KnownWords => ({
  patterns: PATTERNS,
  twins: [...twins.keys()],
  simulators: [...simulators.keys()],
  drivers: [...drivers.keys()],
  protocols: [...new Set([...drivers.values()].flatMap(({ protocols }) => protocols))],
  invariants: [...INVARIANTS.keys()],
  statuses: STATUSES,
});
