/** What is in the folder: a ledger, nothing yet, or something that is not ours to touch. */
import { join } from "node:path";
import type { Disk } from "@helix/platform";
import { SECTOR_BYTES } from "./bytes.ts";
import { MARK_FILES } from "./high-water-mark.ts";
import { keyFile } from "./key-file.ts";
import { damaged, LedgerOpenError } from "./open-error.ts";
import { FORMAT, type LedgerPolicy, POLICY_FILE, policyFormat, readPolicy } from "./policy.ts";
import { parseSegmentName, segmentFile } from "./segment.ts";

/** In every export, and in no ledger. */
const EXPORT_FILE = "records.json";
export const LOCK_FILE = "ledger.lock";

/** Files that a creation cut short by a crash can leave behind; the policy comes last. */
const BEFORE_POLICY = [keyFile(0), ...MARK_FILES, segmentFile(0, 0).name, POLICY_FILE].flatMap((name) => [
  name,
  `${name}.new`,
]);

/** @throws LedgerOpenError when the folder holds anything but a ledger, or one of another format */
export async function surveyFolder(disk: Disk, folder: string): Promise<"absent" | "unfinished" | "ledger"> {
  const found = await disk.stat(folder);
  if (found === undefined) return "absent";
  if (found.kind !== "folder") throw notALedger(folder, "it is not a folder");
  const names = await disk.list(folder);
  if (names.includes(POLICY_FILE) && names.includes(EXPORT_FILE)) {
    const message = `${folder} is an export of a ledger; check it with: python3 ${join(folder, "verify.py")} ${folder}`;
    throw new LedgerOpenError("not-a-ledger", folder, message);
  }
  if (names.includes(POLICY_FILE)) {
    checkFormat(folder, await disk.readFile(join(folder, POLICY_FILE)));
    return "ledger";
  }
  const foreign = names.find((name) => !isOurs(name));
  if (foreign !== undefined) throw notALedger(folder, `it holds ${foreign} and no ${POLICY_FILE}`);
  await refuseLostPolicy(disk, folder, names);
  return "unfinished";
}

const isOurs = (name: string): boolean =>
  BEFORE_POLICY.includes(name) || name.startsWith(LOCK_FILE) || parseSegmentName(name) !== undefined;

/** Segments with records and no policy: it was there once, so this is no fresh start. */
async function refuseLostPolicy(disk: Disk, folder: string, names: readonly string[]): Promise<void> {
  for (const name of names.filter((name) => parseSegmentName(name) !== undefined)) {
    const size = (await disk.stat(join(folder, name)))?.size ?? 0;
    if (name !== segmentFile(0, 0).name || size > SECTOR_BYTES)
      throw damaged(folder, `${POLICY_FILE} is missing`);
  }
}

function checkFormat(folder: string, policy: Uint8Array): void {
  const format = policyFormat(policy);
  if (format === undefined || format === FORMAT) return;
  const [problem, which] =
    format > FORMAT
      ? (["newer-format", "a newer HELIX"] as const)
      : (["older-format", "the HELIX that wrote it"] as const);
  const message = `ledger ${folder} has format ${format}, this HELIX knows ${FORMAT}; use ${which}`;
  throw new LedgerOpenError(problem, folder, message);
}

const notALedger = (folder: string, reason: string): LedgerOpenError =>
  new LedgerOpenError(
    "not-a-ledger",
    folder,
    `${folder} is not a ledger: ${reason}; name a ledger, or an empty folder to make one`,
  );

/**
 * Undefined when the policy is there and damaged.
 *
 * @throws LedgerOpenError when there is no ledger in the folder
 */
export async function loadPolicy(disk: Disk, folder: string): Promise<LedgerPolicy | undefined> {
  const state = await surveyFolder(disk, folder);
  if (state !== "ledger") {
    throw notALedger(folder, state === "absent" ? "it does not exist" : `there is no ${POLICY_FILE} in it`);
  }
  return readPolicy(await disk.readFile(join(folder, POLICY_FILE)));
}
