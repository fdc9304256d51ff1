/** Node's builtin modules and globals, seen as objects whose members can be replaced. */
export function mutable(target: object): Record<string, unknown> {
  return target as Record<string, unknown>;
}

export type AnyFunction = (...args: unknown[]) => unknown;

/** Replaces a member that may be read-only. */
export function replace(target: object, name: PropertyKey, value: unknown): void {
  const present = Object.getOwnPropertyDescriptor(target, name);
  // A function's `prototype` cannot be defined anew, only assigned.
  if (present?.configurable === false && present.writable) Reflect.set(target, name, value);
  else Object.defineProperty(target, name, { value, writable: true, configurable: true });
}

/** For what there is not: whoever calls it, or makes one with `new`, is told. */
export function refuse(name: string): AnyFunction {
  return function missing() {
    throw new Error(`${name} does not exist in a virtual world`);
  };
}

/** The error that Node gives for a callback that is none. */
export function notAFunction(name: string): TypeError {
  const error = new TypeError(`The "${name}" argument must be of type function.`);
  return Object.assign(error, { code: "ERR_INVALID_ARG_TYPE" });
}

/** Node's abort error, with the signal's reason as cause. */
export function abortError(signal: AbortSignal | undefined): Error {
  const error = new Error("The operation was aborted", { cause: signal?.reason });
  error.name = "AbortError";
  return Object.assign(error, { code: "ABORT_ERR" });
}

/** Bytes as Node's crypto takes them: a string is UTF-8. */
export function bytesArgument(data: string | ArrayBufferView | ArrayBuffer): Buffer {
  if (typeof data === "string") return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    : Buffer.from(data);
}
