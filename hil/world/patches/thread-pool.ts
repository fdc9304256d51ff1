/**
 * Work that Node gives to a pool of threads and that would come back at a random virtual time:
 * done at once instead and delivered as a virtual immediate. What has no synchronous twin (the rest
 * of Web Crypto) holds virtual time until it is done. Keys made in the background at load
 * (node-opcua does it) never arrive: they could not repeat.
 */
import crypto from "node:crypto";
import zlib from "node:zlib";
import type { Kernel } from "../kernel/kernel.ts";
import { native } from "../kernel/native.ts";
import { type AnyFunction, bytesArgument, mutable, replace } from "./mutable.ts";

const POOLED_CRYPTO = ["pbkdf2", "scrypt", "hkdf", "checkPrime"];
/** Pooled only when a callback is given. */
const POOLED_ON_REQUEST = ["sign", "verify", "diffieHellman"];
const POOLED_ZLIB = [
  "gzip",
  "gunzip",
  "deflate",
  "inflate",
  "deflateRaw",
  "inflateRaw",
  "unzip",
  "brotliCompress",
  "brotliDecompress",
];

export function patchThreadPool(kernel: Kernel): void {
  for (const name of POOLED_CRYPTO) twin(kernel, crypto, name, "crypto");
  for (const name of POOLED_ON_REQUEST) onRequest(kernel, name);
  for (const name of POOLED_ZLIB) twin(kernel, zlib, name, "zlib");
  patchZlibStreams(kernel);
  patchSubtle(kernel);
}

/** Replaces `name(..., callback)` by its `...Sync` twin and a delivery in virtual time. */
function twin(kernel: Kernel, module: object, name: string, kind: string): void {
  const sync = mutable(module)[`${name}Sync`] as AnyFunction;
  replace(module, name, (...args: unknown[]) => {
    const callback = args.pop() as AnyFunction;
    const outcome = attempt(() => sync(...args));
    kernel.immediate(kind, () => void callback(...outcome));
  });
}

function onRequest(kernel: Kernel, name: string): void {
  const original = mutable(crypto)[name] as AnyFunction;
  replace(crypto, name, (...args: unknown[]) => {
    if (typeof args.at(-1) !== "function") return original(...args);
    const callback = args.pop() as AnyFunction;
    const outcome = attempt(() => original(...args));
    kernel.immediate("crypto", () => void callback(...outcome));
    return undefined;
  });
}

/** [null, result] or [error], as a callback takes them. */
export function attempt(work: () => unknown): [null, unknown] | [unknown] {
  try {
    return [null, work()];
  } catch (error) {
    return [error];
  }
}

interface NativeZlib {
  init: (this: NativeZlib, ...args: unknown[]) => unknown;
  write: (this: NativeZlib, ...args: unknown[]) => void;
  writeSync: (this: NativeZlib, ...args: unknown[]) => void;
  buffer?: unknown;
}

/** A zlib stream writes to a native handle that works in the pool: here it works at once. */
function patchZlibStreams(kernel: Kernel): void {
  const handles = (
    process as unknown as { binding(name: string): Record<string, { prototype: NativeZlib }> }
  ).binding("zlib");
  const callbacks = new WeakMap<object, AnyFunction>();
  for (const name of ["Zlib", "BrotliEncoder", "BrotliDecoder"]) {
    const prototype = handles[name]?.prototype;
    if (prototype === undefined) continue;
    const { init, writeSync } = prototype;
    prototype.init = function (this: NativeZlib, ...args) {
      const callback = args.find((arg) => typeof arg === "function");
      if (callback !== undefined) callbacks.set(this, callback as AnyFunction);
      return init.apply(this, args);
    };
    prototype.write = function (this: NativeZlib, ...args) {
      writeSync.apply(this, args);
      kernel.immediate("zlib", () => {
        if (this.buffer !== undefined) callbacks.get(this)?.call(this);
      });
    };
  }
}

function patchSubtle(kernel: Kernel): void {
  const prototype = Object.getPrototypeOf(crypto.webcrypto.subtle) as Record<string, unknown>;
  for (const name of Object.getOwnPropertyNames(prototype)) {
    const original = Object.getOwnPropertyDescriptor(prototype, name)?.value;
    if (name === "constructor" || typeof original !== "function") continue;
    replace(prototype, name, function (this: object, ...args: unknown[]) {
      return kernel.fenced("subtle", () => original.apply(this, args) as Promise<unknown>);
    });
  }
  replace(
    prototype,
    "digest",
    async (algorithm: string | { name: string }, data: ArrayBufferView | ArrayBuffer) => {
      const name = typeof algorithm === "string" ? algorithm : algorithm.name;
      const hash = native.createHash(name.replace("-", "").toLowerCase());
      const digest = hash.update(bytesArgument(data)).digest();
      return digest.buffer.slice(digest.byteOffset, digest.byteOffset + digest.length);
    },
  );
  replace(prototype, "generateKey", () => {
    kernel.noteText("no-key", "subtle.generateKey");
    return new Promise(() => {});
  });
}
