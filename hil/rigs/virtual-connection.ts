/** How a driver reaches its instrument in the virtual world: over the network, or over a serial cable. */
import type { CableAccess, LinkAccess } from "../faults/access/access.ts";
import { virtualLink } from "../faults/access/virtual-link.ts";
import { virtualCable } from "../faults/access/virtual-serial-link.ts";
import { mediumOf, type Place } from "../parts.ts";
import type { Station, World } from "../world/index.ts";

export interface VirtualConnection {
  /** As the simulator has it. */
  readonly near: Place;
  /** As the driver has it. */
  readonly far: Place;
  readonly link: LinkAccess;
  /** Where there is one. */
  readonly cable?: CableAccess;
}

const PORT = 4840;
/** As the instrument names its only port. */
const INSTRUMENT_PORT = "/dev/ttyS0";

/** @param instrument the host of the instrument `key`, which speaks `protocol` */
export function connectVirtually(
  world: World,
  runtime: Station,
  instrument: Station,
  { key, protocol }: { readonly key: string; readonly protocol: string },
): VirtualConnection {
  if (mediumOf(protocol) === "network") {
    const place: Place = { medium: "network", host: key, port: PORT };
    return { near: place, far: place, link: virtualLink(world.network, runtime.host, instrument.host) };
  }
  const path = `/dev/tty-${key}`;
  const cable = world.serial.addCable(
    { host: instrument.host, path: INSTRUMENT_PORT },
    { host: runtime.host, path },
  );
  return {
    near: { medium: "serial", path: INSTRUMENT_PORT },
    far: { medium: "serial", path },
    ...virtualCable(cable),
  };
}
