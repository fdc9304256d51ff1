import { accountName, stationName } from "@helix/platform";
import type { Actor } from "./events.ts";

/** For the record: an account of the operating system, on this machine. @param account default: of this process */
export const accountActor = (role: Actor["role"], account = accountName()): Actor => ({
  id: `account:${account}`,
  role,
  station: stationName(),
});
