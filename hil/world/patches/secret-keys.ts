/**
 * Symmetric keys that a stack hands over as bytes with every message become Node's key objects once.
 * For bytes, Node 24 proves by an exception that they are no key object: 12 of the 15 µs of an HMAC
 * over 400 bytes, and a quarter of the CPU of a world with encrypted OPC UA. Same results, no chance.
 */
import crypto, { createSecretKey, type KeyObject } from "node:crypto";
import { type AnyFunction, mutable, replace } from "./mutable.ts";

interface Known {
  /** As the bytes were: whoever owns them may change them. */
  readonly bytes: Buffer;
  readonly key: KeyObject;
}

/** The key is the second argument of each. */
const KEYED = ["createHmac", "createCipheriv", "createDecipheriv"];

export function patchSecretKeys(): void {
  const known = new WeakMap<Uint8Array, Known>();
  const keyOf = (given: Uint8Array): KeyObject => {
    const found = known.get(given);
    if (found?.bytes.equals(given)) return found.key;
    const key = createSecretKey(given);
    known.set(given, { bytes: Buffer.from(given), key });
    return key;
  };
  for (const name of KEYED) {
    const original = mutable(crypto)[name] as AnyFunction;
    replace(crypto, name, (algorithm: unknown, key: unknown, ...rest: unknown[]) =>
      original(algorithm, key instanceof Uint8Array ? keyOf(key) : key, ...rest),
    );
  }
}
