import { hostname, userInfo } from "node:os";

/** Name of the operating system's account that this process runs as; its number where it has no name. */
export function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a user that no table names.
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}

/** Name of this machine, as its operating system has it. */
export const stationName = (): string => hostname();
