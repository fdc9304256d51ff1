/**
 * What V8 itself does later, in real time, on its own account: async_hooks sees nothing of it, so the
 * audit of leaks could not name it. WebAssembly is compiled at once, and waits on shared memory are refused.
 */
import { replace } from "./mutable.ts";

interface WebAssemblyGlobal {
  readonly Module: new (bytes: unknown) => object;
  readonly Instance: new (module: object, imports?: object) => object;
}

export function patchEngine(): void {
  patchWebAssembly();
  replace(Atomics, "waitAsync", () => {
    throw new Error("Atomics.waitAsync waits in real time: in a world, wait with a timer");
  });
}

function patchWebAssembly(): void {
  const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyGlobal };
  replace(WebAssembly, "compile", async (bytes: unknown) => new WebAssembly.Module(bytes));
  replace(WebAssembly, "instantiate", async (from: unknown, imports?: object) => {
    if (from instanceof WebAssembly.Module) return new WebAssembly.Instance(from, imports);
    const module = new WebAssembly.Module(from);
    return { module, instance: new WebAssembly.Instance(module, imports) };
  });
}
