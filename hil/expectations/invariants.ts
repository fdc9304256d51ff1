/** The invariants that `always:` may name, and what each demands. */
export const INVARIANTS: ReadonlyMap<string, string> = new Map([
  [
    "every-gap-is-recorded",
    "every jump in a channel's sequence has its gap line and its TELEMETRY_GAP record in the ledger, and every gap its jump",
  ],
  [
    "one-outcome-per-command",
    "every scheduled command was sent once, with one intent and one outcome in the ledger, and an unknown outcome was settled by reading the setpoint back",
  ],
]);
