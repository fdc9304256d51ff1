import type { Clock, Net, Random, Serial } from "@helix/hal";
import type { Disk } from "./disk.ts";

/** What one part of the system is given of the outside world. */
export interface Platform {
  readonly clock: Clock;
  readonly random: Random;
  readonly net: Net;
  readonly serial: Serial;
  readonly disk: Disk;
}
