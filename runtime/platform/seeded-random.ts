/**
 * Seeded chance. A stream is sfc32 (Doty-Humphrey, PractRand), seeded by SHA-256 over the seed and
 * the path of fork labels, so that streams are independent and adding one shifts no other.
 */
import { hash } from "node:crypto";
import type { Random } from "@helix/hal";

/** The same seed gives the same stream on every machine. */
export function createSeededRandom(seed: number | bigint | string): Random {
  return new SeededRandom(`${seed}`);
}

class SeededRandom implements Random {
  readonly #path: string;
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;
  #spareNormal: number | undefined;

  constructor(path: string) {
    this.#path = path;
    // At one go: a hash object costs several times the hashing, and streams are made by the second.
    const digest = hash("sha256", path, "buffer");
    this.#a = digest.readInt32LE(0);
    this.#b = digest.readInt32LE(4);
    this.#c = digest.readInt32LE(8);
    for (let i = 0; i < 12; i++) this.#uint32();
  }

  fork(label: string): Random {
    // The length prefix keeps the labels "a/b" and "a", "b" apart.
    return new SeededRandom(`${this.#path}/${label.length}:${label}`);
  }

  uniform(): number {
    const high = this.#uint32() >>> 5;
    const low = this.#uint32() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  integer(low: number, high: number): number {
    if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || high < low) {
      throw new RangeError(`no integer in [${low}, ${high}]`);
    }
    return low + Math.floor(this.uniform() * (high - low + 1));
  }

  /** Marsaglia's polar method. */
  normal(): number {
    const spare = this.#spareNormal;
    if (spare !== undefined) {
      this.#spareNormal = undefined;
      return spare;
    }
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) {
        const scale = Math.sqrt((-2 * Math.log(s)) / s);
        this.#spareNormal = v * scale;
        return u * scale;
      }
    }
  }

  bytes(length: number): Uint8Array {
    const out = new Uint8Array(length);
    for (let i = 0; i < length; i++) out[i] = this.#uint32() & 0xff;
    return out;
  }

  #uint32(): number {
    const t = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + t) | 0;
    return t >>> 0;
  }
}
