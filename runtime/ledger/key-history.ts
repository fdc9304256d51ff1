/**
 * Whose signature counts for which records. A key signs from its epoch's first record until the
 * next rotation; each rotation is signed by the old and by the new key, over the tree at that point.
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
}

export class KeyHistory {
  readonly ledgerId: Uint8Array;
  readonly first: VerifierKey;
  readonly rotations: readonly Rotation[];

  constructor(ledgerId: Uint8Array, first: VerifierKey, rotations: readonly Rotation[] = []) {
    this.ledgerId = ledgerId;
    this.first = first;
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

  /** The history after a rotation here and now. */
  rotated(at: { records: bigint; root: Uint8Array }, old: SigningKey, next: SigningKey): KeyHistory {
    const statement = statementOf(this.ledgerId, this.epoch + 1, at, this.current, next.verifier);
    const rotation: Rotation = {
      ...at,
      key: next.verifier,
      signedByOld: old.sign(statement),
      signedByNew: next.sign(statement),
    };
    return new KeyHistory(this.ledgerId, this.first, [...this.rotations, rotation]);
  }

  /** Lines of the policy, each with a newline. */
  get text(): string {
    const lines = this.rotations.map(
      ({ records, root, key, signedByOld, signedByNew }) =>
        `rotated ${records} ${toBase64(root)} ${key.text} ${toBase64(signedByOld)} ${toBase64(signedByNew)}\n`,
    );
    return `key ${this.first.text}\n${lines.join("")}`;
  }
}

/** Undefined when the lines are not a history whose rotations are signed by both keys each. */
export function parseKeyHistory(ledgerId: Uint8Array, lines: readonly string[]): KeyHistory | undefined {
  const [first = "", ...rest] = lines;
  const key = /^key (\S+)$/.exec(first)?.[1];
  let history: KeyHistory;
  try {
    history = new KeyHistory(ledgerId, parseVerifierKey(key ?? ""));
    for (const line of rest) {
      const next = withLine(history, line);
      if (next === undefined) return undefined;
      history = next;
    }
  } catch {
    // Whatever is wrong with a key's text, the policy cannot be trusted.
    return undefined;
  }
  return history;
}

const ROTATED = /^rotated (0|[1-9]\d*) (\S+) (\S+) (\S+) (\S+)$/;

function withLine(history: KeyHistory, line: string): KeyHistory | undefined {
  const [, records = "", root = "", key = "", old = "", next = ""] = ROTATED.exec(line) ?? [];
  if (records === "") return undefined;
  const rotation: Rotation = {
    records: BigInt(records),
    root: fromBase64(root),
    key: parseVerifierKey(key),
    signedByOld: fromBase64(old),
    signedByNew: fromBase64(next),
  };
  const statement = statementOf(history.ledgerId, history.epoch + 1, rotation, history.current, rotation.key);
  const sound =
    rotation.root.length === HASH_BYTES &&
    rotation.key.origin === history.first.origin &&
    rotation.records >= (history.startOf(history.epoch) ?? 0n) &&
    history.current.verify(statement, rotation.signedByOld) &&
    rotation.key.verify(statement, rotation.signedByNew);
  if (!sound) return undefined;
  return new KeyHistory(history.ledgerId, history.first, [...history.rotations, rotation]);
}

function statementOf(
  ledgerId: Uint8Array,
  epoch: number,
  at: { records: bigint; root: Uint8Array },
  old: VerifierKey,
  next: VerifierKey,
): Uint8Array {
  const lines = [toHex(ledgerId), epoch, at.records, toBase64(at.root), old.text, next.text];
  return concat(toUtf8("helix-ledger/1 rotation\n"), toUtf8(`${lines.join("\n")}\n`));
}
