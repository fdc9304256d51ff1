/** Math.random and every random source of node:crypto and Web Crypto, from the seed, one stream per host. */
import crypto from "node:crypto";
import type { Random } from "@helix/hal";
import type { Host } from "../host.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { type AnyFunction, mutable, notAFunction, replace } from "./mutable.ts";

const NOT_SEEDABLE = [
  "generateKeyPairSync",
  "generateKeyPair",
  "generateKeySync",
  "generateKey",
  "generatePrime",
  "generatePrimeSync",
];

/** One stream per host, so that a host more or less shifts nobody's chance. */
export class HostStreams {
  readonly #kernel: Kernel;
  readonly #label: string;
  readonly #bench: Random;
  readonly #streams = new Map<Host, Random>();

  constructor(kernel: Kernel, random: Random, label: string) {
    this.#kernel = kernel;
    this.#label = label;
    this.#bench = random.fork(label);
  }

  get here(): Random {
    const host = this.#kernel.currentHost;
    if (host === undefined) return this.#bench;
    let stream = this.#streams.get(host);
    if (stream === undefined) {
      stream = host.random.fork(this.#label);
      this.#streams.set(host, stream);
    }
    return stream;
  }

  fill(bytes: Uint8Array): void {
    bytes.set(this.here.bytes(bytes.length));
  }
}

export function patchRandomness(kernel: Kernel, random: Random): HostStreams {
  const chance = new HostStreams(kernel, random, "Math.random");
  const secure = new HostStreams(kernel, random, "crypto");
  replace(Math, "random", () => chance.here.uniform());
  const later = (callback: AnyFunction, ...args: unknown[]) =>
    void kernel.immediate("random", () => void callback(...args));

  const bytes = (size: number, callback?: AnyFunction) => {
    const drawn = Buffer.from(secure.here.bytes(size));
    return callback === undefined ? drawn : later(callback, null, drawn);
  };
  const fillSync = (into: ArrayBufferView | ArrayBuffer, offset = 0, size?: number) => {
    const view = bytesOf(into);
    const element = "BYTES_PER_ELEMENT" in into ? Number(into.BYTES_PER_ELEMENT) : 1;
    const from = offset * element;
    secure.fill(view.subarray(from, size === undefined ? undefined : from + size * element));
    return into;
  };
  const uuid = () => uuidV4(secure.here.bytes(16));
  const getRandomValues = <T extends ArrayBufferView>(into: T): T => {
    secure.fill(bytesOf(into));
    return into;
  };
  Object.assign(mutable(crypto), {
    randomBytes: bytes,
    pseudoRandomBytes: bytes,
    randomFillSync: fillSync,
    randomFill: (into: ArrayBufferView, ...rest: unknown[]) => {
      const callback = rest.pop();
      if (typeof callback !== "function") throw notAFunction("callback");
      fillSync(into, ...(rest as [number?, number?]));
      later(callback as AnyFunction, null, into);
    },
    randomInt: (...args: unknown[]) => {
      const callback = typeof args.at(-1) === "function" ? (args.pop() as AnyFunction) : undefined;
      const [low, high] = args.length > 1 ? (args as [number, number]) : [0, args[0] as number];
      const drawn = secure.here.integer(low, high - 1);
      return callback === undefined ? drawn : later(callback, null, drawn);
    },
    randomUUID: uuid,
  });
  // crypto.getRandomValues is a fixed getter that calls the prototype's.
  const webCrypto = Object.getPrototypeOf(crypto.webcrypto) as object;
  replace(webCrypto, "getRandomValues", getRandomValues);
  replace(webCrypto, "randomUUID", uuid);
  for (const name of NOT_SEEDABLE) {
    replace(crypto, name, () => {
      throw new Error(`crypto.${name} cannot be seeded: in a world, load a key that was made before`);
    });
  }
  return secure;
}

export function bytesOf(view: ArrayBufferView | ArrayBuffer | SharedArrayBuffer): Uint8Array {
  return ArrayBuffer.isView(view)
    ? new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
    : new Uint8Array(view);
}

function uuidV4(bytes: Uint8Array): string {
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = Buffer.from(bytes).toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
