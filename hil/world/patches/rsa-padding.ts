/**
 * RSA with padding drawn from the seed, so that a secured OPC UA session repeats to the byte. The
 * padding is encoded here (EME-OAEP, EME-PKCS1-v1_5, EMSA-PSS: RFC 8017 sections 7.1.1, 7.2.1, 9.1.1) and
 * OpenSSL does the bare exponentiation. Signatures by PKCS#1 v1.5 have no chance in them. ECDSA and
 * Diffie-Hellman cannot be seeded and are left as they are: a run that uses them does not repeat.
 */
import crypto from "node:crypto";
import { native } from "../kernel/native.ts";
import { type AnyFunction, bytesArgument, replace } from "./mutable.ts";
import type { HostStreams } from "./randomness.ts";

const { RSA_NO_PADDING, RSA_PKCS1_OAEP_PADDING, RSA_PKCS1_PADDING, RSA_PKCS1_PSS_PADDING } = crypto.constants;
const { RSA_PSS_SALTLEN_DIGEST, RSA_PSS_SALTLEN_MAX_SIGN } = crypto.constants;
const EIGHT_ZEROS = Buffer.alloc(8);

interface KeyArgument {
  readonly key?: unknown;
  readonly padding?: number;
  readonly oaepHash?: string;
  readonly oaepLabel?: Uint8Array;
  readonly saltLength?: number;
}

export function patchRsaPadding(secure: HostStreams): void {
  const encrypt = crypto.publicEncrypt;
  const rawPrivate = crypto.privateEncrypt;
  const createSign = crypto.createSign;
  const draw = (length: number) => Buffer.from(secure.here.bytes(length));

  replace(crypto, "publicEncrypt", (key: crypto.KeyLike & KeyArgument, data: Uint8Array | string) => {
    const message = bytesArgument(data);
    const padding = key.padding ?? RSA_PKCS1_OAEP_PADDING;
    const publicKey = asPublicKey(key);
    const length = modulusBytes(publicKey);
    const encoded =
      padding === RSA_PKCS1_OAEP_PADDING
        ? encodeOaep(message, length, key.oaepHash ?? "sha1", key.oaepLabel ?? Buffer.alloc(0), draw)
        : padding === RSA_PKCS1_PADDING
          ? encodePkcs1(message, length, draw)
          : undefined;
    // Too long a message, or another padding: OpenSSL says so in its own words.
    if (encoded === undefined) return encrypt(key, message);
    return encrypt({ key: publicKey, padding: RSA_NO_PADDING }, encoded);
  });

  replace(crypto, "createSign", (algorithm: string, options?: object) => {
    const signer = createSign(algorithm, options as never);
    const update = signer.update.bind(signer) as AnyFunction;
    const sign = signer.sign.bind(signer) as AnyFunction;
    const hashName = algorithm.replace(/^RSA-/i, "").replace("-", "").toLowerCase();
    let hash: crypto.Hash | undefined;
    replace(signer, "update", (data: string | Uint8Array, encoding?: BufferEncoding) => {
      hash ??= native.createHash(hashName);
      hash.update(typeof data === "string" ? Buffer.from(data, encoding) : data);
      update(data, encoding);
      return signer;
    });
    replace(signer, "sign", (key: crypto.KeyLike & KeyArgument, encoding?: BufferEncoding) => {
      if (key?.padding !== RSA_PKCS1_PSS_PADDING || hash === undefined) return sign(key, encoding);
      const privateKey = asPrivateKey(key);
      const digest = hash.digest();
      const bits = modulusBits(privateKey) - 1;
      const encoded = encodePss(
        digest,
        bits,
        saltLength(key.saltLength, digest.length, bits),
        hashName,
        draw,
      );
      const padded = Buffer.alloc(modulusBytes(privateKey));
      encoded.copy(padded, padded.length - encoded.length);
      const signature = rawPrivate({ key: privateKey, padding: RSA_NO_PADDING }, padded);
      return encoding === undefined ? signature : signature.toString(encoding);
    });
    return signer;
  });
}

type Draw = (length: number) => Buffer;

function encodeOaep(message: Buffer, length: number, hash: string, label: Uint8Array, draw: Draw) {
  const labelHash = native.createHash(hash).update(label).digest();
  const size = labelHash.length;
  const fill = length - message.length - 2 * size - 2;
  if (fill < 0) return undefined;
  const block = Buffer.concat([labelHash, Buffer.alloc(fill), Buffer.from([1]), message]);
  const seed = draw(size);
  const maskedBlock = xor(block, mgf1(seed, block.length, hash));
  const maskedSeed = xor(seed, mgf1(maskedBlock, size, hash));
  return Buffer.concat([Buffer.from([0]), maskedSeed, maskedBlock]);
}

function encodePkcs1(message: Buffer, length: number, draw: Draw): Buffer | undefined {
  const fill = length - 3 - message.length;
  if (fill < 8) return undefined;
  const filling = draw(fill).map((byte, at) => (byte === 0 ? 1 + (at % 255) : byte));
  return Buffer.concat([Buffer.from([0, 2]), filling, Buffer.from([0]), message]);
}

function encodePss(digest: Buffer, bits: number, saltBytes: number, hash: string, draw: Draw): Buffer {
  const length = Math.ceil(bits / 8);
  const salt = draw(saltBytes);
  const h = native
    .createHash(hash)
    .update(Buffer.concat([EIGHT_ZEROS, digest, salt]))
    .digest();
  const fill = Buffer.alloc(length - saltBytes - digest.length - 2);
  const block = Buffer.concat([fill, Buffer.from([1]), salt]);
  const masked = xor(block, mgf1(h, block.length, hash));
  masked[0] = (masked[0] as number) & (0xff >> (8 * length - bits));
  return Buffer.concat([masked, h, Buffer.from([0xbc])]);
}

function saltLength(asked: number | undefined, digestBytes: number, bits: number): number {
  const wanted = asked ?? RSA_PSS_SALTLEN_MAX_SIGN;
  if (wanted === RSA_PSS_SALTLEN_DIGEST) return digestBytes;
  return wanted < 0 ? Math.ceil(bits / 8) - digestBytes - 2 : wanted;
}

/** MGF1, RFC 8017 appendix B.2.1. */
function mgf1(seed: Buffer, length: number, hash: string): Buffer {
  const parts: Buffer[] = [];
  const counter = Buffer.alloc(4);
  for (let have = 0; have < length; ) {
    counter.writeUInt32BE(parts.length);
    const part = native.createHash(hash).update(seed).update(counter).digest();
    parts.push(part);
    have += part.length;
  }
  return Buffer.concat(parts).subarray(0, length);
}

function xor(a: Buffer, b: Buffer): Buffer {
  const out = Buffer.alloc(a.length);
  for (let i = 0; i < a.length; i++) out[i] = (a[i] as number) ^ (b[i] as number);
  return out;
}

function asPublicKey(key: crypto.KeyLike & KeyArgument): crypto.KeyObject {
  const inner = (key.key ?? key) as crypto.KeyLike;
  if (inner instanceof crypto.KeyObject && inner.type === "public") return inner;
  return crypto.createPublicKey(key.key === undefined ? inner : (key as never));
}

function asPrivateKey(key: crypto.KeyLike & KeyArgument): crypto.KeyObject {
  return key.key instanceof crypto.KeyObject ? key.key : crypto.createPrivateKey((key.key ?? key) as never);
}

function modulusBits(key: crypto.KeyObject): number {
  const bits = key.asymmetricKeyDetails?.modulusLength;
  if (bits === undefined) throw new Error("an RSA key is needed here");
  return bits;
}

function modulusBytes(key: crypto.KeyObject): number {
  return Math.ceil(modulusBits(key) / 8);
}
