/** What faults of the runtime's computer and of its disk have in common. */
import type { PlannedFault } from "../../scenario/plan.ts";
import type { DiskAccess, DiskFigures, Effect, HostAccess } from "../access/access.ts";
import { firstTroubleSeen } from "../driver-saw.ts";
import { type FaultKind, type FaultTrace, partOf } from "../fault-kind.ts";
import { counted, milliseconds } from "../wording.ts";

interface Parts {
  readonly host: HostAccess;
  readonly disk: DiskAccess;
}

type Own = Pick<FaultKind, "name" | "effect" | "receipt" | "unable"> &
  Partial<Pick<FaultKind, "parameters" | "rigs" | "meets">>;

/** Why no other rig does a fault of the runtime's disk. */
export const DISK_UNABLE = {
  wire: "the runtime is on the machine's own disk, which is not harmed on purpose",
  physical: "the runtime of a real plant is not harmed on purpose",
} as const;

/** A fault that only a rig can do in which the runtime's computer is itself simulated. */
export function hostFault<P extends keyof Parts, Figures>(
  part: P,
  own: Own,
  put: (part: Parts[P], fault: PlannedFault) => Effect<Figures | Promise<Figures>>,
  trace: (figures: Figures) => FaultTrace | undefined,
): FaultKind {
  return {
    target: part,
    parameters: {},
    rigs: ["virtual"],
    pace: "real",
    falsifies: "nothing",
    ...own,
    begin(fault, access) {
      const effect = put(partOf(part, fault, access) as Parts[P], fault);
      return { end: async () => trace(await effect.end()) };
    },
    driverSaw: firstTroubleSeen,
  };
}

/** What a fault of the disk did to the calls that met it. */
export const diskTrace =
  (what: string, before: string, after: string) =>
  ({ calls, beforeUs, duringUs }: DiskFigures): FaultTrace | undefined =>
    calls === 0
      ? undefined
      : {
          summary: `${counted(calls, what)} met it`,
          before: before || `${milliseconds(beforeUs)} a call`,
          after: after || `${milliseconds(duringUs)} a call`,
          figures: { calls, beforeUs, duringUs },
        };
