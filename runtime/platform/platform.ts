import type { Clock, Net, Random, Serial } from "@helix/hal";
import type { Disk } from "./disk.ts";
import type { Timekeeping } from "./timekeeping.ts";

/** What one part of the system is given of the outside world. */
export interface Platform {
  readonly clock: Clock;
  readonly random: Random;
  readonly net: Net;
  readonly serial: Serial;
  readonly disk: Disk;
  /** What is known of `clock`'s wall time. */
  readonly timekeeping: Timekeeping;
}
