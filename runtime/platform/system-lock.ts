/**
 * An exclusive lock that dies with its holder, however the holder dies: SQLite's lock on an empty
 * database file, which is the operating system's own (fcntl, LockFileEx). A file with a pid alone
 * would outlive a kill -9 and then block, or be taken for stale while its holder lives.
 */
import { readFile, rm, writeFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { type DiskLock, LockHeldError } from "./disk.ts";

const SQLITE_BUSY = 5;

/** @throws LockHeldError; or the system's error when the file cannot be created */
export async function lockFile(path: string): Promise<DiskLock> {
  const holderPath = `${path}.pid`;
  // node:sqlite tells only "unable to open database file"; this tells why (EACCES, EROFS, ENOENT).
  await writeFile(path, "", { flag: "a", mode: 0o600 });
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error;
    throw new LockHeldError(path, await holderPid(holderPath));
  }
  await writeFile(holderPath, `${process.pid}\n`, { mode: 0o600 });
  return {
    async release() {
      await rm(holderPath, { force: true });
      database.close();
    },
  };
}

/** Undefined when the holder has not written it yet: only a courtesy to the reader of the error. */
async function holderPid(path: string): Promise<number | undefined> {
  const text = await readFile(path, "utf8").catch(() => "");
  const pid = Number.parseInt(text, 10);
  return Number.isInteger(pid) ? pid : undefined;
}
