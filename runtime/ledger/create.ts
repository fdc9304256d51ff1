/** Makes a new ledger. The policy is written last: until it stands, the folder counts as unfinished. */
import { join } from "node:path";
import type { Clock, Random } from "@helix/hal";
import type { Disk } from "@helix/platform";
import { toUtf8 } from "./bytes.ts";
import { Chain } from "./chain.ts";
import { KEY_FILE } from "./folder.ts";
import { MARK_FILES, markBytes } from "./high-water-mark.ts";
import { POLICY_FILE, writePolicy } from "./policy.ts";
import { encodeSegmentHeader, NO_PREVIOUS, segmentName } from "./segment.ts";
import { signCheckpoint } from "./signed-note.ts";
import { createSigningKey } from "./signing-key.ts";

/** Only the owner may read the key, and the rest has no other reader by default either. */
const OWNER_ONLY = 0o600;

export async function createLedger(
  disk: Disk,
  folder: string,
  origin: string,
  clock: Clock,
  random: Random,
): Promise<void> {
  const key = createSigningKey(origin, random);
  const ledgerId = random.fork("ledger-id").bytes(16);
  const chain = Chain.start(ledgerId);
  const mark = markBytes(signCheckpoint(0n, chain.tree.root(), key).note);
  const header = { number: 0, ledgerId, createdUtcNs: clock.wallUtcNs(), previous: NO_PREVIOUS };
  const write = (name: string, bytes: Uint8Array) => disk.writeFile(join(folder, name), bytes, OWNER_ONLY);

  await write(KEY_FILE, toUtf8(key.pem));
  for (const file of MARK_FILES) await write(file, mark);
  await write(segmentName(0), encodeSegmentHeader(header, chain, key));
  await write(POLICY_FILE, toUtf8(writePolicy(ledgerId, key)));
}
