/**
 * A host's own instances of modules. Stacks keep state in modules (node-opcua's samplers, nonces,
 * counters) that on real computers dies with the process; with a realm it does so here. CommonJS
 * modules are cached per boot of the host that runs, ES modules get the boot in their address.
 *
 * A realm costs about a second of CPU and 40 MB with node-opcua in it, and its code is compiled and
 * optimised anew. So hosts that run the same program and never boot again may share one by its name;
 * a host without any shares the world's instances.
 */
import module from "node:module";
import type { Host } from "./host.ts";
import type { Kernel } from "./kernel/kernel.ts";
import { type AnyFunction, mutable } from "./patches/mutable.ts";

const QUERY = /[?&]realm=([^&]+)/;

export class Realms {
  readonly #kernel: Kernel;
  /** Name of a shared realm; undefined: the host's own. */
  readonly #hosts = new Map<Host, string | undefined>();
  readonly #caches = new Map<string, Record<string, unknown>>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** From now on the host has its own modules, anew at every boot; or those of the realm that is named. */
  give(host: Host, name?: string): void {
    if (this.#hosts.size === 0) this.#install();
    this.#hosts.set(host, name);
  }

  /** @throws Error for a host that has booted again in a realm that it shares: its modules would remember */
  #label(host: Host): string {
    const name = this.#hosts.get(host);
    if (name === undefined) return `${host.name}.${host.boot}`;
    if (host.boot > 1)
      throw new Error(`${host.name} shares the realm ${name}, and booted again: give it its own`);
    return name;
  }

  /**
   * Loads a module as the host's code; virtual time stands still meanwhile.
   * @param url  absolute, as from `import.meta.resolve`
   */
  load<T>(host: Host, url: string): Promise<T> {
    const address = this.#hosts.has(host) ? withRealm(url, this.#label(host)) : url;
    return host.run(() => this.#kernel.fenced("import", () => import(address) as Promise<T>));
  }

  #install(): void {
    const loader = mutable(module);
    const shared = loader["_cache"] as Record<string, unknown>;
    const cache = () => this.#cacheHere(shared);
    loader["_cache"] = new Proxy(shared, {
      get: (_shared, key) => Reflect.get(cache(), key),
      set: (_shared, key, value) => Reflect.set(this.#separate(cache(), shared, value), key, value),
      has: (_shared, key) => Reflect.has(cache(), key),
      deleteProperty: (_shared, key) => Reflect.deleteProperty(cache(), key),
      ownKeys: () => Reflect.ownKeys(cache()),
      getOwnPropertyDescriptor: (_shared, key) => {
        const found = Object.getOwnPropertyDescriptor(cache(), key);
        return found === undefined ? undefined : { ...found, configurable: true };
      },
    });
    // What a module of a realm imports belongs to the realm too.
    module.registerHooks({
      resolve: (specifier, context, next) => {
        const found = next(specifier, context);
        const realm = QUERY.exec(context.parentURL ?? "")?.[1];
        if (realm === undefined || !found.url.startsWith("file:") || QUERY.test(found.url)) return found;
        return { ...found, url: withRealm(found.url, realm) };
      },
    });
  }

  /**
   * Node remembers what `require(request)` from a folder means, realms or not, and takes a module that
   * is only prepared for one that is loading. The folder's name is the key, so it names the realm too.
   */
  #separate(cache: Record<string, unknown>, shared: Record<string, unknown>, value: { path?: string }) {
    const host = this.#kernel.currentHost;
    if (cache !== shared && host !== undefined && value.path !== undefined)
      value.path += `?${this.#label(host)}`;
    return cache;
  }

  #cacheHere(shared: Record<string, unknown>): Record<string, unknown> {
    const host = this.#kernel.currentHost;
    if (host === undefined || !this.#hosts.has(host)) return shared;
    const key = this.#label(host);
    let cache = this.#caches.get(key);
    if (cache === undefined) {
      this.#caches.delete(`${host.name}.${host.boot - 1}`);
      cache = Object.create(null) as Record<string, unknown>;
      this.#caches.set(key, cache);
    }
    return cache;
  }
}

function withRealm(url: string, realm: string): string {
  return `${url}${url.includes("?") ? "&" : "?"}realm=${realm}`;
}

/** Answers `request` of every CommonJS loader in this thread with `exports`; the package itself is never loaded. */
export function substituteModule(request: string, exports: unknown): void {
  const loader = mutable(module);
  const load = loader["_load"] as AnyFunction;
  loader["_load"] = function (this: unknown, asked: unknown, ...rest: unknown[]) {
    return asked === request ? exports : load.call(this, asked, ...rest);
  };
}
