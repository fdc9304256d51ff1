/** Makes a new ledger. The policy is written last: until it stands, the folder counts as unfinished. */
import { join } from "node:path";
import type { Clock, Random } from "@helix/hal";
import type { Disk } from "@helix/platform";
import { type BatchSector, toUtf8 } from "./bytes.ts";
import { Chain } from "./chain.ts";
import { MARK_FILES, signMark } from "./high-water-mark.ts";
import { keyFile, writeKeyFile } from "./key-file.ts";
import { KeyHistory } from "./key-history.ts";
import { marksIn, POLICY_FILE, writePolicy } from "./policy.ts";
import { crcOf } from "./resume-point.ts";
import { encodeSegmentHeader, NO_PREVIOUS, segmentFile } from "./segment.ts";
import { createSigningKey, type VerifierKey } from "./signing-key.ts";

/** Only the owner may read the key, and the rest has no other reader by default either. */
export const OWNER_ONLY = 0o600;

export async function createLedger(
  disk: Disk,
  folder: string,
  {
    origin,
    passphrase,
    root,
    markFolder,
    sector,
  }: {
    origin: string;
    passphrase: string | undefined;
    root: VerifierKey | undefined;
    /** There, and without marks. */
    markFolder: string | undefined;
    sector: BatchSector;
  },
  clock: Clock,
  random: Random,
): Promise<void> {
  const key = createSigningKey(origin, random);
  const ledgerId = random.fork("ledger-id").bytes(16);
  const chain = Chain.start(ledgerId, sector);
  const header = encodeSegmentHeader(
    { number: 0, epoch: 0, ledgerId, createdUtcNs: clock.wallUtcNs(), previous: NO_PREVIOUS },
    chain,
    key,
  );
  const start = { segment: 0, epoch: 0, end: header.length, crc: crcOf(header) };
  const mark = signMark(start, ledgerId, chain, key).bytes;
  const write = (name: string, bytes: Uint8Array, to = folder) =>
    disk.writeFile(join(to, name), bytes, OWNER_ONLY);

  await write(keyFile(0), writeKeyFile(key, passphrase, random));
  for (const file of MARK_FILES) await write(file, mark, marksIn(folder, { markFolder }));
  await write(segmentFile(0, 0).name, header);
  const keys = new KeyHistory(ledgerId, key.verifier, { root });
  await write(POLICY_FILE, toUtf8(writePolicy({ keys, sector, markFolder }, key)));
}
