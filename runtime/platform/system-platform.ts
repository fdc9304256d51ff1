import { randomBytes } from "node:crypto";
import type { Platform } from "./platform.ts";
import { createSeededRandom } from "./seeded-random.ts";
import { systemClock } from "./system-clock.ts";
import { systemDisk } from "./system-disk.ts";
import { systemNet } from "./system-net.ts";
import { systemSerial } from "./system-serial.ts";
import { createSystemTimekeeping } from "./timekeeping.ts";

/**
 * The real world. With a seed, chance repeats (a bench on real sockets); without one it is drawn
 * from the system.
 */
export function createSystemPlatform(seed?: number | bigint | string): Platform {
  return {
    clock: systemClock,
    random: createSeededRandom(seed ?? randomBytes(32).toString("hex")),
    net: systemNet,
    serial: systemSerial,
    disk: systemDisk,
    timekeeping: createSystemTimekeeping(),
  };
}
