/** What the wire rig gives access to: a proxy on the link, and the control channel of the simulator. */
import type { FaultAccess, InstrumentAccess, LinkAccess } from "./access.ts";

export const wireAccess = ({
  link,
  simulator,
}: {
  readonly link: LinkAccess;
  readonly simulator: InstrumentAccess;
}): FaultAccess => ({ link, instrument: simulator, plant: simulator });
