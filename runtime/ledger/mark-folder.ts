/**
 * High-water marks on a device of their own: who puts an older copy of the ledger's folder back does not put
 * them back, and they tell. The policy names their folder, so that every opening and every reader looks for
 * them there and nowhere else; taking them to another folder is a record.
 */
import { isAbsolute, join } from "node:path";
import type { Disk } from "@helix/platform";
import { toUtf8 } from "./bytes.ts";
import { OWNER_ONLY } from "./create.ts";
import type { Actor, LedgerEvent } from "./events.ts";
import { findMarks, MARK_FILES, type Mark } from "./high-water-mark.ts";
import { asOpenError, LedgerOpenError } from "./open-error.ts";
import { type LedgerPolicy, marksIn, POLICY_FILE, writePolicy } from "./policy.ts";
import type { SigningKey } from "./signing-key.ts";

export interface MarksMove {
  /** Absolute; there already. The ledger's own folder brings them home. */
  readonly to: string;
  /** Nobody can read them any more: the ledger goes on without what they would have shown. */
  readonly lost: boolean;
  readonly actor?: Actor;
  readonly reason: string;
}

/** A move that may begin. */
export interface MarksPlan {
  /** The folder with the marks afterwards. */
  readonly to: string;
  /** What the ledger must bear out: all marks that are left, here and there. */
  readonly marks: readonly Mark[];
  /** How much of it is checked: where marks are lost nothing vouches for the segments before the last one. */
  readonly from: "first" | "last";
  readonly event: LedgerEvent;
  /** The policy says so from now on; the old marks are removed. To be called when the new ones are written. */
  settle(key: SigningKey): Promise<LedgerPolicy>;
}

/** @throws LedgerOpenError for a path that the policy cannot hold */
export function checkMarkPath(folder: string, markFolder: string): void {
  if (isAbsolute(markFolder) && !/\p{Cc}/u.test(markFolder)) return;
  throw marksError(
    folder,
    `"${markFolder}" cannot be the folder of the marks; give an absolute path in one line`,
  );
}

/** @throws LedgerOpenError when the folder is not there, or another ledger's marks are in it */
export async function checkNewMarkFolder(disk: Disk, folder: string, markFolder: string): Promise<void> {
  await requireFolder(disk, folder, markFolder);
  for (const file of MARK_FILES) {
    if ((await disk.stat(join(markFolder, file))) === undefined) continue;
    const message =
      `ledger ${folder} is not there, and ${join(markFolder, file)} is the mark of one; if that ledger is lost, restore it ` +
      "from a copy; for a new one name an empty folder for the marks";
    throw marksError(folder, message);
  }
}

/** @param wanted undefined: wherever they are */
export function checkMarksKept(folder: string, policy: LedgerPolicy, wanted: string | undefined): void {
  const kept = marksIn(folder, policy);
  if (wanted === undefined || wanted === kept) return;
  const message =
    `ledger ${folder} keeps its high-water marks in ${kept}, not in ${wanted}; name that folder, ` +
    `or take them there: helix ledger move-marks ${folder} --to ${wanted}`;
  throw marksError(folder, message);
}

/**
 * The policy for a reader that was told where the marks are.
 *
 * @throws LedgerOpenError for a ledger that keeps them in its own folder, where nobody has to say so
 */
export function readingMarksIn(folder: string, policy: LedgerPolicy, told: string | undefined): LedgerPolicy {
  if (told === undefined || told === marksIn(folder, policy)) return policy;
  if (policy.markFolder !== undefined) return { ...policy, markFolder: told };
  const message =
    `ledger ${folder} keeps its high-water marks in its own folder, not in ${told}; leave out --marks, ` +
    "or if it should have them there: this is an older copy of it";
  throw marksError(folder, message);
}

/** Nothing is changed yet. @throws LedgerOpenError when the marks cannot go where they are to go */
export async function planMove(
  disk: Disk,
  folder: string,
  policy: LedgerPolicy,
  { to, lost, actor, reason }: MarksMove,
): Promise<MarksPlan> {
  checkMarkPath(folder, to);
  await requireFolder(disk, folder, to);
  const from = marksIn(folder, policy);
  const at = (place: string): LedgerPolicy => ({
    ...policy,
    markFolder: place === folder ? undefined : place,
  });
  const before = await marksLeftIn(disk, folder, at(from));
  const there = to === from ? before : await findMarks(disk, folder, at(to), 0);
  if (lost) refuseUnread(folder, from, before);
  refuseForeign(folder, to, to === from ? [] : there);
  const found = [
    { place: from, marks: before },
    { place: to, marks: there },
  ];
  return {
    to,
    marks: lost ? whatIsLeft(folder, found) : whole(folder, found),
    from: lost ? "first" : "last",
    event: { type: "MARKS_MOVED", from, to, lost, ...(actor === undefined ? {} : { actor }), reason },
    async settle(key) {
      const settled = at(to);
      await disk.writeFile(join(folder, POLICY_FILE), toUtf8(writePolicy(settled, key)), OWNER_ONLY);
      if (to !== from) await removeLeft(disk, from, before);
      return settled;
    },
  };
}

interface MarksFound {
  readonly place: string;
  readonly marks: readonly Mark[];
}

const isThere = ({ bytes }: Mark): boolean => bytes.length > 0;
const isGood = ({ checkpoint }: Mark): boolean => checkpoint !== undefined;

/** A device that does not answer has no marks any more. */
async function marksLeftIn(disk: Disk, folder: string, policy: LedgerPolicy): Promise<readonly Mark[]> {
  try {
    return await findMarks(disk, folder, policy, 0);
  } catch (error) {
    if (asOpenError(error, folder) === error) throw error;
    return [];
  }
}

/** Of the folder that has them, and what a move that was cut short left in the other one. @throws LedgerOpenError when there are none, or nothing is to be moved */
function whole(folder: string, found: readonly MarksFound[]): readonly Mark[] {
  const places = [...new Set(found.map(({ place }) => place))];
  const [source, ...others] = found.filter(({ marks }) => marks.some(isThere));
  if (source !== undefined && places.length === 1) {
    throw marksError(folder, `ledger ${folder} keeps its high-water marks in ${source.place} already`);
  }
  if (source !== undefined) return [...source.marks, ...others.flatMap(({ marks }) => marks.filter(isGood))];
  const message =
    `the high-water marks of ledger ${folder} are not in ${places.join(" nor in ")}; bring their device back, or name the folder where ` +
    "they stand now with --to; where they are lost for good, say so with --lost";
  throw marksError(folder, message);
}

/** @throws LedgerOpenError when nothing is lost */
function whatIsLeft(folder: string, found: readonly MarksFound[]): readonly Mark[] {
  const good = found.find(({ marks }) => marks.length > 0 && marks.every(isThere) && marks.some(isGood));
  if (good === undefined) return found.flatMap(({ marks }) => marks.filter(isGood));
  const message = `the marks of ledger ${folder} are not lost: they are in ${good.place}; leave out --lost`;
  throw marksError(folder, message);
}

function refuseForeign(folder: string, to: string, marks: readonly Mark[]): void {
  const foreign = marks.find((mark) => isThere(mark) && !isGood(mark));
  if (foreign === undefined) return;
  const message = `${join(to, foreign.file)} is no mark of ledger ${folder}; name another folder for its marks`;
  throw marksError(folder, message);
}

/** What stands there may be of a later key than an older copy of this ledger knows: nobody may call that lost. */
function refuseUnread(folder: string, from: string, marks: readonly Mark[]): void {
  const unread = marks.find((mark) => isThere(mark) && !isGood(mark));
  if (unread === undefined) return;
  const message =
    `${join(from, unread.file)} is there, and no mark that ledger ${folder} can read: if this is an older copy of it, restore a newer one; ` +
    "if the file is damaged, take it out of that folder, keep it, and ask again";
  throw marksError(folder, message);
}

async function removeLeft(disk: Disk, from: string, marks: readonly Mark[]): Promise<void> {
  const left = marks.filter(isThere);
  for (const { file } of left) await disk.remove(join(from, file));
  if (left.length > 0) await disk.syncFolder(from);
}

async function requireFolder(disk: Disk, folder: string, markFolder: string): Promise<void> {
  if ((await disk.stat(markFolder))?.kind === "folder") return;
  const message = `there is no folder ${markFolder} for the marks of ledger ${folder}; mount the device, and make the folder on it`;
  throw marksError(folder, message);
}

const marksError = (folder: string, message: string): LedgerOpenError =>
  new LedgerOpenError("marks", folder, message);
