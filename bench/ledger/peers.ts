/** What the ledger is held against: the disk alone, and SQLite with a transaction for each row. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { blockingDisk, type Disk } from "@helix/platform";

const SECTOR_BYTES = 4096;
const ROOM_BYTES = 8 * 1024 * 1024;

/** One peer with its files open. */
export interface Peer {
  /** Resolves when the record is durable. */
  append(i: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * A write and an fdatasync of one sector, which is what one batch of the ledger takes, by blocking
 * calls into a file whose room is there already: the least that durability costs here.
 */
export const bareBlocking = (folder: string): Promise<Peer> =>
  bareLoop(blockingDisk, join(folder, "blocking.bin"));

/** The same as a program does it that must not block its event loop, as the ledger's callers must not. */
export const bareAsync = (folder: string, disk: Disk): Promise<Peer> =>
  bareLoop(disk, join(folder, "async.bin"));

async function bareLoop(disk: Disk, path: string): Promise<Peer> {
  const file = await disk.open(path, "create-new");
  await file.write(new Uint8Array(ROOM_BYTES), 0);
  await file.datasync();
  const sector = new Uint8Array(SECTOR_BYTES).fill(0x5a);
  return {
    async append(i) {
      await file.write(sector, (i * SECTOR_BYTES) % ROOM_BYTES);
      await file.datasync();
    },
    close: () => file.close(),
  };
}

/** synchronous=FULL with a write-ahead log: each commit is synced. */
export function sqliteRows(folder: string, body: string): Peer {
  const database = new DatabaseSync(join(folder, "rows.sqlite"));
  database.exec(
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE audit (at INTEGER, body TEXT)",
  );
  const insert = database.prepare("INSERT INTO audit VALUES (?, ?)");
  return {
    async append(i) {
      insert.run(i, body);
    },
    async close() {
      database.close();
    },
  };
}
