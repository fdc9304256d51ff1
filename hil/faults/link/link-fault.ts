/** What faults of a link have in common: rigs, and a part of the rig to be put on. */

import type { PlannedFault } from "../../scenario/plan.ts";
import type { Effect, LinkAccess, LinkShape, ShapeFigures } from "../access/access.ts";
import { firstTroubleSeen } from "../driver-saw.ts";
import { type FaultKind, type FaultTrace, partOf, setting } from "../fault-kind.ts";

const COMMON = {
  target: "link",
  rigs: ["virtual", "wire", "physical"],
  unable: {},
  pace: "real",
  falsifies: "nothing",
} as const;

/** Protocols that have connections. */
export const OVER_TCP = ["opcua", "modbus-tcp"];

type Own = Pick<FaultKind, "name" | "effect" | "receipt"> &
  Partial<Pick<FaultKind, "parameters" | "protocols" | "falsifies">>;

/**
 * @param put puts it on the link
 * @param trace what its figures say; undefined when it touched nothing
 */
export function linkFault<Figures>(
  own: Own,
  put: (link: LinkAccess, fault: PlannedFault) => Effect<Figures>,
  trace: (figures: Figures, fault: PlannedFault) => FaultTrace | undefined,
): FaultKind {
  return {
    parameters: {},
    ...COMMON,
    ...own,
    begin(fault, access) {
      const effect = put(partOf("link", fault, access), fault);
      return { end: async (endS) => trace(effect.end(), { ...fault, endS }) };
    },
    driverSaw: firstTroubleSeen,
  };
}

/**
 * A fault of one figure of the link's shape, by the parameter of the same meaning.
 *
 * @param scale the figure's unit per the setting's, e.g. 1000 for µs from ms
 */
export function shapeFault(
  own: Own,
  figure: keyof LinkShape,
  settingName: string,
  scale: number,
  trace: (figures: ShapeFigures, value: number) => FaultTrace | undefined,
): FaultKind {
  const valueOf = (fault: PlannedFault) => setting(fault, settingName) * scale;
  return linkFault(
    own,
    (link, fault) => link.shape({ [figure]: valueOf(fault) }),
    (figures, fault) => (figures.segments === 0 ? undefined : trace(figures, valueOf(fault))),
  );
}

/** Figures of a shape for the record. */
export const shapeNumbers = ({
  segments,
  bytes,
  shortestUs,
  longestUs,
  losses,
  corrupted,
}: ShapeFigures) => ({
  segments,
  bytes,
  shortestUs,
  longestUs,
  losses,
  corrupted,
});
