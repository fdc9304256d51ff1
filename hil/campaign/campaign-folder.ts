/**
 * The folder of a campaign: campaign.json says which campaign it is, journal.jsonl what has been done,
 * scenarios/ and runs/ keep what failed. A command that is given again goes on in the folder that it
 * began; one that had come to its end begins anew in the next.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Disk } from "@helix/platform";
import { Journal } from "./journal.ts";

export interface CampaignIdentity {
  readonly version: 1;
  readonly kind: "seeds" | "systematic";
  /** As the person gave it. */
  readonly scenarioFile: string;
  /** Lower-case hex SHA-256 of the file, of the names of the catalogue's faults. */
  readonly scenarioHash: string;
  readonly catalogueHash: string;
  readonly randomFaults: boolean;
  readonly helixVersion: string;
}

export interface CampaignFolder {
  readonly path: string;
  readonly journal: Journal;
  close(): Promise<void>;
}

/** Something that whoever gave the command can mend. */
export class CampaignError extends Error {
  override readonly name = "CampaignError";
  readonly advice: string;

  constructor(message: string, advice: string) {
    super(message);
    this.advice = advice;
  }
}

const IDENTITY = "campaign.json";
const JOURNAL = "journal.jsonl";

/** The folder that a person named. @throws CampaignError when something else is in it, LockHeldError */
export async function openCampaign(
  disk: Disk,
  path: string,
  identity: CampaignIdentity,
): Promise<CampaignFolder> {
  const text = `${JSON.stringify(identity, undefined, 2)}\n`;
  const found = await identityIn(disk, path);
  if (found !== undefined && found !== text) {
    throw new CampaignError(
      `${path} holds another campaign`,
      "Name another folder with --out; what is in this one was run with other settings or code.",
    );
  }
  if (found === undefined) {
    if ((await namesIn(disk, path)).length > 0) {
      throw new CampaignError(
        `${path} is not empty, and no campaign is in it`,
        "Name an empty folder with --out, or one that does not exist yet.",
      );
    }
    await disk.makeFolder(path, 0o755);
    await disk.writeFile(join(path, IDENTITY), new TextEncoder().encode(text), 0o644);
  }
  const lock = await disk.lock(join(path, "lock"));
  const journal = await Journal.open(disk, join(path, JOURNAL));
  return {
    path,
    journal,
    async close() {
      await journal.close();
      await lock.release();
    },
  };
}

/** `<under>/<name>-<n>`: the one of this campaign in which a job is still to be done, or the next free one. */
export async function nextCampaign(
  disk: Disk,
  under: string,
  name: string,
  identity: CampaignIdentity,
  jobIds: readonly string[],
): Promise<CampaignFolder> {
  const taken = new Set(await namesIn(disk, under));
  for (let n = 1; ; n += 1) {
    const path = join(under, `${name}-${n}`);
    if (!taken.has(`${name}-${n}`)) return openCampaign(disk, path, identity);
    if ((await identityIn(disk, path)) !== `${JSON.stringify(identity, undefined, 2)}\n`) continue;
    const folder = await openCampaign(disk, path, identity);
    if (jobIds.some((id) => !folder.journal.lines.has(id))) return folder;
    await folder.close();
  }
}

/** Of names, in any order. */
export const hashOfNames = (names: Iterable<string>): string =>
  createHash("sha256")
    .update([...names].sort().join("\n"))
    .digest("hex");

async function identityIn(disk: Disk, path: string): Promise<string | undefined> {
  const file = join(path, IDENTITY);
  return (await disk.stat(file)) ? new TextDecoder().decode(await disk.readFile(file)) : undefined;
}

async function namesIn(disk: Disk, path: string): Promise<string[]> {
  return (await disk.stat(path))?.kind === "folder" ? disk.list(path) : [];
}
