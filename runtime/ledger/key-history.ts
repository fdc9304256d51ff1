/**
 * Whose signature counts for which records. A key signs from its epoch's first record until the
 * next rotation; each rotation is signed by the old and by the new key, over the tree at that point, and by
 * the root key where the ledger was made with one. Where a key was compromised, the root key alone says how
 * many of the records before the rotation are still trusted.
 */
import { concat, fromBase64, toBase64, toHex, toUtf8 } from "./bytes.ts";
import { HASH_BYTES } from "./hashing.ts";
import { parseVerifierKey, type SigningKey, type VerifierKey } from "./signing-key.ts";

export interface Rotation {
  /** Records before it; the new key signs from there on. */
  readonly records: bigint;
  /** Root over those records. */
  readonly root: Uint8Array;
  readonly key: VerifierKey;
  readonly signedByOld: Uint8Array;
  readonly signedByNew: Uint8Array;
  /** There where the ledger has a root key. */
  readonly signedByRoot?: Uint8Array | undefined;
  /** There where the key before was compromised. */
  readonly compromise?: Compromise | undefined;
}

/** What the root key says of a signing key that others may have had. */
export interface Compromise {
  /** Trusted, counted from the first record. */
  readonly records: bigint;
  /** Root over those records. */
  readonly root: Uint8Array;
  readonly signedByRoot: Uint8Array;
}

/** Records that a compromised key may have signed for somebody else, `from` up to before `to`. */
export interface UntrustedRecords {
  readonly from: bigint;
  readonly to: bigint;
  /** Of the compromised key. */
  readonly epoch: number;
}

/** A tree at a size. */
interface TreeState {
  readonly records: bigint;
  readonly root: Uint8Array;
}

export class KeyHistory {
  readonly ledgerId: Uint8Array;
  readonly first: VerifierKey;
  readonly rotations: readonly Rotation[];
  /** Named when the ledger was made, or never. */
  readonly root: VerifierKey | undefined;

  constructor(
    ledgerId: Uint8Array,
    first: VerifierKey,
    { root, rotations = [] }: { root?: VerifierKey | undefined; rotations?: readonly Rotation[] } = {},
  ) {
    this.ledgerId = ledgerId;
    this.first = first;
    this.root = root;
    this.rotations = rotations;
  }

  /** Of the key in use, from 0. */
  get epoch(): number {
    return this.rotations.length;
  }

  get current(): VerifierKey {
    return this.rotations.at(-1)?.key ?? this.first;
  }

  keyOf(epoch: number): VerifierKey | undefined {
    return epoch === 0 ? this.first : this.rotations[epoch - 1]?.key;
  }

  /** Records before the epoch. */
  startOf(epoch: number): bigint | undefined {
    return epoch === 0 ? 0n : this.rotations[epoch - 1]?.records;
  }

  /** May the key of `epoch` speak for the first `records` records? Not for what came after its end. */
  mayCover(epoch: number, records: bigint): boolean {
    const start = this.startOf(epoch);
    const end = this.startOf(epoch + 1);
    return start !== undefined && records >= start && (end === undefined || records <= end);
  }

  /** Rising. */
  get untrusted(): UntrustedRecords[] {
    return this.rotations.flatMap(({ records, compromise }, epoch) =>
      compromise !== undefined && compromise.records < records
        ? [{ from: compromise.records, to: records, epoch }]
        : [],
    );
  }

  /**
   * The history after a rotation here and now.
   *
   * @param root the private half of the root key, where there is one
   * @param trusted when the key in use was compromised: the records that are trusted all the same
   */
  rotated(
    at: TreeState,
    old: SigningKey,
    next: SigningKey,
    root?: SigningKey,
    trusted?: TreeState,
  ): KeyHistory {
    const statement = statementOf(this.ledgerId, this.epoch + 1, at, this.current, next.verifier);
    const compromise = root &&
      trusted && {
        ...trusted,
        signedByRoot: root.sign(compromiseOf(this.ledgerId, this.epoch, trusted, this.current)),
      };
    const rotation: Rotation = {
      ...at,
      key: next.verifier,
      signedByOld: old.sign(statement),
      signedByNew: next.sign(statement),
      signedByRoot: root?.sign(statement),
      compromise,
    };
    return this.#with([...this.rotations, rotation]);
  }

  #with(rotations: readonly Rotation[]): KeyHistory {
    return new KeyHistory(this.ledgerId, this.first, { root: this.root, rotations });
  }

  /** The history with one more line of the policy; undefined when it does not follow, or is not signed as it must be. */
  withLine(line: string): KeyHistory | undefined {
    const last = this.rotations.at(-1);
    if (!line.startsWith("compromised ")) {
      const rotation = rotationIn(line, this);
      return rotation && this.#with([...this.rotations, rotation]);
    }
    const compromise = last && compromiseIn(line, this);
    return compromise && this.#with([...this.rotations.slice(0, -1), { ...last, compromise }]);
  }

  /** Lines of the policy, each with a newline. */
  get text(): string {
    const root = this.root === undefined ? "" : `root ${this.root.text}\n`;
    return `${root}key ${this.first.text}\n${this.rotations.map(rotationText).join("")}`;
  }
}

function rotationText(rotation: Rotation): string {
  const { records, root, key, signedByOld, signedByNew, signedByRoot, compromise } = rotation;
  const signatures = [signedByOld, signedByNew, ...(signedByRoot ? [signedByRoot] : [])];
  const line = `rotated ${records} ${toBase64(root)} ${key.text} ${signatures.map(toBase64).join(" ")}\n`;
  if (compromise === undefined) return line;
  const { records: trusted, root: trustedRoot, signedByRoot: signed } = compromise;
  return `${line}compromised ${trusted} ${toBase64(trustedRoot)} ${toBase64(signed)}\n`;
}

/** Undefined when the lines are not a history whose every step is signed by all the keys that it needs. */
export function parseKeyHistory(ledgerId: Uint8Array, lines: readonly string[]): KeyHistory | undefined {
  const named = /^root (\S+)$/.exec(lines[0] ?? "")?.[1];
  const [first = "", ...rest] = named === undefined ? lines : lines.slice(1);
  const key = /^key (\S+)$/.exec(first)?.[1];
  try {
    const root = named === undefined ? undefined : parseVerifierKey(named);
    let history = new KeyHistory(ledgerId, parseVerifierKey(key ?? ""), { root });
    for (const line of rest) {
      const next = history.withLine(line);
      if (next === undefined) return undefined;
      history = next;
    }
    return history;
  } catch {
    // Whatever is wrong with a key's text, the policy cannot be trusted.
    return undefined;
  }
}

const ROTATED = /^rotated (0|[1-9]\d*) (\S+) (\S+) (\S+) (\S+)(?: (\S+))?$/;

function rotationIn(line: string, history: KeyHistory): Rotation | undefined {
  const [, records = "", root = "", key = "", old = "", next = "", byRoot] = ROTATED.exec(line) ?? [];
  if (records === "") return undefined;
  const rotation: Rotation = {
    records: BigInt(records),
    root: fromBase64(root),
    key: parseVerifierKey(key),
    signedByOld: fromBase64(old),
    signedByNew: fromBase64(next),
    signedByRoot: byRoot === undefined ? undefined : fromBase64(byRoot),
  };
  const { ledgerId, current, epoch } = history;
  const statement = statementOf(ledgerId, epoch + 1, rotation, current, rotation.key);
  const sound =
    rotation.root.length === HASH_BYTES &&
    rotation.key.origin === history.first.origin &&
    rotation.records >= (history.startOf(epoch) ?? 0n) &&
    current.verify(statement, rotation.signedByOld) &&
    rotation.key.verify(statement, rotation.signedByNew) &&
    isSignedByRoot(history, statement, rotation.signedByRoot);
  return sound ? rotation : undefined;
}

/** With a root key its signature must be there; without one there must be none. */
const isSignedByRoot = ({ root }: KeyHistory, statement: Uint8Array, signature?: Uint8Array): boolean =>
  root === undefined ? signature === undefined : signature !== undefined && root.verify(statement, signature);

const COMPROMISED = /^compromised (0|[1-9]\d*) (\S+) (\S+)$/;

/** Of the key before the last one. */
function compromiseIn(line: string, history: KeyHistory): Compromise | undefined {
  const [, records = "", root = "", signature = ""] = COMPROMISED.exec(line) ?? [];
  const last = history.rotations.at(-1);
  const epoch = history.epoch - 1;
  const key = history.keyOf(epoch);
  if (records === "" || last === undefined || last.compromise !== undefined || key === undefined)
    return undefined;
  const compromise = {
    records: BigInt(records),
    root: fromBase64(root),
    signedByRoot: fromBase64(signature),
  };
  const sound =
    compromise.root.length === HASH_BYTES &&
    compromise.records >= (history.startOf(epoch) ?? 0n) &&
    compromise.records <= last.records &&
    history.root?.verify(compromiseOf(history.ledgerId, epoch, compromise, key), compromise.signedByRoot);
  return sound === true ? compromise : undefined;
}

function statementOf(
  ledgerId: Uint8Array,
  epoch: number,
  at: TreeState,
  old: VerifierKey,
  next: VerifierKey,
): Uint8Array {
  const lines = [toHex(ledgerId), epoch, at.records, toBase64(at.root), old.text, next.text];
  return concat(toUtf8("helix-ledger/1 rotation\n"), toUtf8(`${lines.join("\n")}\n`));
}

function compromiseOf(ledgerId: Uint8Array, epoch: number, trusted: TreeState, key: VerifierKey): Uint8Array {
  const lines = [toHex(ledgerId), epoch, key.text, trusted.records, toBase64(trusted.root)];
  return concat(toUtf8("helix-ledger/1 compromise\n"), toUtf8(`${lines.join("\n")}\n`));
}
