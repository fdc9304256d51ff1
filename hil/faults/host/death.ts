/** The trace of a runtime that died and was started again. */
import type { DeathFigures, Restart } from "../access/access.ts";
import type { FaultTrace } from "../fault-kind.ts";
import { counted } from "../wording.ts";

/** Undefined where nothing ran that could have died. */
export const deathTrace =
  (what: string, after: string, lossOf: (figures: DeathFigures) => string | undefined) =>
  (figures: DeathFigures): FaultTrace | undefined => {
    const { ended, connectionsLost, unsyncedBytes, lostBytes, restart } = figures;
    if (ended === 0 || restart === undefined) return undefined;
    const { found, records } = restart;
    const told = [
      what,
      `${counted(connectionsLost, "connection")} lost`,
      lossOf(figures),
      ledgerFound(restart),
      restart.failure === undefined
        ? `${records} records once it ran again`
        : `it does not run again: ${restart.failure}`,
    ];
    return {
      summary: told.filter((part) => part !== undefined).join("; "),
      before: "running",
      after,
      figures: {
        ended,
        connectionsLost,
        unsyncedBytes,
        lostBytes,
        ...(found === undefined ? {} : { recordsFound: Number(found.records) }),
        ...(records === undefined ? {} : { recordsAfterStart: Number(records) }),
      },
    };
  };

const ledgerFound = ({ found }: Restart): string =>
  found === undefined
    ? "no ledger found at the start"
    : `ledger found ${found.verdict} with ${found.records} records at the start`;
