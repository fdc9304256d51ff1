/**
 * The ledger's Ed25519 key (RFC 8032), as PKCS#8 PEM (RFC 8410) on disk and as a C2SP signed-note
 * key for those who verify. The 32-byte seed comes from injected chance.
 */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import type { Random } from "@helix/hal";
import { concat, fromBase64, fromUtf8, toBase64, toHex, toUtf8 } from "./bytes.ts";
import { HASH_BYTES, hmacSha256, sha256 } from "./hashing.ts";

export const SIGNATURE_BYTES = 64;
export const KEY_ID_BYTES = 4;
/** Signature type of Ed25519 in C2SP signed notes. */
const NOTE_ED25519 = 0x01;
/** DER of PKCS#8 and SubjectPublicKeyInfo for Ed25519, up to the 32 bytes of the key. */
const PKCS8_PREFIX = Uint8Array.from(Buffer.from("302e020100300506032b657004220420", "hex"));
const SPKI_PREFIX = Uint8Array.from(Buffer.from("302a300506032b6570032100", "hex"));

/** What a verifier needs: the name that signs and its public key. */
export interface VerifierKey {
  /** As in a checkpoint's first line, e.g. `helix/ledger`. */
  readonly origin: string;
  /** C2SP verifier key: `<origin>+<id, 8 hex digits>+<base64>`. */
  readonly text: string;
  readonly id: Uint8Array;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  verify(message: Uint8Array, signature: Uint8Array): boolean;
}

/** What the holder of a private key can recognise as its own, and nobody else. */
export interface WriterSecret {
  /** HMAC-SHA-256, a tenth of what a signature costs. */
  mac(bytes: Uint8Array): Uint8Array;
}

export interface SigningKey extends WriterSecret {
  readonly verifier: VerifierKey;
  sign(message: Uint8Array): Uint8Array;
  /** PKCS#8 PEM; keep it with mode 0600. */
  readonly pem: string;
}

/**
 * One stream of `random` carries at most 96 bits of state, so the seed is drawn from several
 * independent ones: the key is then as strong as the seed that all of them come from.
 */
export function createSigningKey(origin: string, random: Random): SigningKey {
  const streams = [0, 1, 2, 3].map((i) => random.fork(`ledger-key-${i}`).bytes(HASH_BYTES));
  return signingKeyFrom(origin, pkcs8(sha256(concat(...streams))));
}

/** @throws Error when the text is not exactly the PEM of an Ed25519 key */
export function readSigningKey(origin: string, pem: Uint8Array): SigningKey {
  const text = fromUtf8(pem);
  const key = createPrivateKey(text);
  if (key.asymmetricKeyType !== "ed25519") throw new Error(`${key.asymmetricKeyType} key, not Ed25519`);
  const read = signingKeyFrom(origin, key);
  if (read.pem !== text) throw new Error("PEM text is not in its usual form");
  return read;
}

/** @throws Error when the text is not a verifier key of type Ed25519 whose id fits */
export function parseVerifierKey(text: string): VerifierKey {
  const [, origin = "", encoded = ""] = /^([^+\s]+)\+[0-9a-f]{8}\+(\S+)$/.exec(text) ?? [];
  const bytes = fromBase64(encoded);
  if (bytes.length !== 1 + HASH_BYTES || bytes[0] !== NOTE_ED25519) {
    throw new Error(`"${text}" is not an Ed25519 verifier key`);
  }
  const key = verifierKeyOf(origin, bytes.subarray(1));
  if (key.text !== text) throw new Error(`"${text}" has a key id that does not fit its key`);
  return key;
}

function pkcs8(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.from(concat(PKCS8_PREFIX, seed)), format: "der", type: "pkcs8" });
}

function signingKeyFrom(origin: string, key: KeyObject): SigningKey {
  const secret = sha256(concat(toUtf8("helix-ledger/1 mac\n"), key.export({ format: "der", type: "pkcs8" })));
  const spki = createPublicKey(key).export({ format: "der", type: "spki" });
  return {
    verifier: verifierKeyOf(origin, new Uint8Array(spki.subarray(SPKI_PREFIX.length))),
    mac: hmacSha256(secret),
    sign: (message) => new Uint8Array(sign(null, message, key)),
    pem: key.export({ format: "pem", type: "pkcs8" }).toString(),
  };
}

export function verifierKeyOf(origin: string, publicKey: Uint8Array): VerifierKey {
  const typed = concat(Uint8Array.of(NOTE_ED25519), publicKey);
  const id = sha256(concat(toUtf8(`${origin}\n`), typed)).slice(0, KEY_ID_BYTES);
  const key = createPublicKey({
    key: Buffer.from(concat(SPKI_PREFIX, publicKey)),
    format: "der",
    type: "spki",
  });
  return {
    origin,
    id,
    publicKey,
    text: `${origin}+${toHex(id)}+${toBase64(typed)}`,
    verify: (message, signature) =>
      signature.length === SIGNATURE_BYTES && verify(null, message, key, signature),
  };
}
