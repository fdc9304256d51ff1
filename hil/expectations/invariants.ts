/** The invariants that `always:` may name, and what each demands. */
import type { LeakBudget } from "../scenario/plan.ts";

export interface Invariant {
  readonly demands: string;
  /** Without a command it could prove nothing. */
  readonly isAboutCommands: boolean;
}

export const INVARIANTS: ReadonlyMap<string, Invariant> = new Map([
  [
    "every-gap-is-recorded",
    {
      demands:
        "every jump in a channel's sequence has its gap line and its TELEMETRY_GAP record in the ledger, every death of the runtime its interruption, and the reverse",
      isAboutCommands: false,
    },
  ],
  [
    "one-outcome-per-command",
    {
      demands:
        "every scheduled command was sent once, with one intent and one outcome in the ledger, and an unknown outcome was settled by reading the setpoint back",
      isAboutCommands: true,
    },
  ],
  [
    "exactly-one-audit-record",
    {
      demands:
        "every command has one intent, one outcome and at most one resolution in the ledger, every calibration one record, and no driver sent more or fewer audit records than one for a command",
      isAboutCommands: true,
    },
  ],
  [
    "setpoint-agrees-with-plant",
    {
      demands:
        "what was acknowledged is what the instrument reports as its setpoint from then on, and what a pump or stirrer truly does",
      isAboutCommands: true,
    },
  ],
  [
    "no-stale-value-marked-good",
    {
      demands:
        "a value of good quality is newer than the one before it, and no older than the time it takes to come",
      isAboutCommands: false,
    },
  ],
  [
    "ledger-clean",
    { demands: "the ledger verifies as CLEAN after the run and holds records", isAboutCommands: false },
  ],
  [
    "no-leak",
    {
      demands:
        "sockets, timers and memory grow by no more than their budgets from the first reading to the last",
      isAboutCommands: false,
    },
  ],
]);

/** Growth that a run may show without a leak: a reconnection in progress, a cache that fills. */
export const DEFAULT_LEAK_BUDGET: LeakBudget = { sockets: 2, timers: 20, heapMegabytes: 64 };
