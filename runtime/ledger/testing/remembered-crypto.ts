/**
 * node:crypto that does the same signature check and reads the same key only once. Both depend on nothing
 * but their arguments, and a suite that verifies one ledger half a million times asks the same again and again. For `vi.mock`.
 */
import type { KeyObject } from "node:crypto";

type Crypto = typeof import("node:crypto");

/** What is asked again and again comes early; each flipped bit asks something new once. */
const MOST = 512;

export async function rememberedCrypto(original: () => Promise<unknown>): Promise<Crypto> {
  const real = (await original()) as Crypto;
  const keys = new Map<string, KeyObject>();
  const checks = new WeakMap<KeyObject, Map<string, boolean>>();
  const verify = (algorithm: null, message: Uint8Array, key: KeyObject, signature: Uint8Array): boolean => {
    const known = checks.get(key) ?? new Map<string, boolean>();
    checks.set(key, known);
    return remembered(known, `${latin1(message)}|${latin1(signature)}`, () =>
      real.verify(algorithm, message, key, signature),
    );
  };
  const readKey =
    (kind: "createPublicKey" | "createPrivateKey") =>
    (input: string | KeyObject | { readonly key: Uint8Array }): KeyObject => {
      const make = () => real[kind](input as never);
      if (typeof input === "string") return remembered(keys, `${kind} ${input}`, make);
      return "key" in input ? remembered(keys, `${kind} ${latin1(input.key)}`, make) : make();
    };
  return {
    ...real,
    verify: verify as Crypto["verify"],
    createPublicKey: readKey("createPublicKey") as Crypto["createPublicKey"],
    createPrivateKey: readKey("createPrivateKey") as Crypto["createPrivateKey"],
  };
}

const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");

function remembered<T>(known: Map<string, T>, id: string, make: () => T): T {
  const before = known.get(id);
  if (before !== undefined) return before;
  const made = make();
  if (known.size < MOST) known.set(id, made);
  return made;
}
