/** The bench's parts with the driver that a bug is planted in, here and in a world's thread. */
import { fileURLToPath } from "node:url";
import type { DriverManifest } from "@helix/hal";
import { DRIVERS, type DriverPart } from "../../parts.ts";

export const PLANTED = "planted-optimistic";
const MODULE = fileURLToPath(new URL("./planted-driver.ts", import.meta.url));

export function plantDriver(): void {
  const sound = DRIVERS.get("sartorius-biostat");
  if (!sound) throw new Error("there is no driver to plant a bug in");
  const part: DriverPart = {
    ...sound,
    library: MODULE,
    packageName: MODULE,
    loadManifest: async () =>
      (await import("./planted-driver.ts")).helixDriverManifest as DriverManifest<never>,
  };
  (DRIVERS as Map<string, DriverPart>).set(PLANTED, part);
}
