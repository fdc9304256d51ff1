import { userInfo } from "node:os";

/** Name of the operating system's account that this process runs as; its number where it has no name. */
export function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a user that no table names.
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}
