/**
 * The folder of one run: record.jsonl, ledger/, pki/, helix.toml, and the reports that are made later.
 */
import { join } from "node:path";
import type { Disk } from "@helix/platform";

export interface RunFolder {
  readonly path: string;
  readonly record: string;
  readonly config: string;
  readonly pki: string;
}

/** `runs/<scenario>-<seed>-<n>`, with the first n that is free. */
export async function makeRunFolder(
  disk: Disk,
  under: string,
  scenario: string,
  seed: number,
): Promise<RunFolder> {
  await disk.makeFolder(under, 0o755);
  const taken = new Set(await disk.list(under));
  let n = 1;
  while (taken.has(`${scenario}-${seed}-${n}`)) n += 1;
  const path = join(under, `${scenario}-${seed}-${n}`);
  await disk.makeFolder(path, 0o755);
  return {
    path,
    record: join(path, "record.jsonl"),
    config: join(path, "helix.toml"),
    pki: join(path, "pki"),
  };
}
