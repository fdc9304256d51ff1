/**
 * A TCP proxy that can go silent (bytes are held, nothing is closed, as in a partition), break,
 * or change what the server says.
 */
import type { Connection, Listener, Net } from "@helix/hal";

export class StallingProxy {
  #listener: Listener | undefined;
  readonly #connections = new Set<Connection>();
  #flowing: PromiseWithResolvers<void> | undefined;

  /** What the client gets in place of what the server said; undefined: the same. */
  fromServer: ((bytes: Uint8Array) => Uint8Array) | undefined;

  static async start(net: Net, targetPort: number): Promise<StallingProxy> {
    const proxy = new StallingProxy();
    proxy.#listener = await net.listen({ host: "127.0.0.1", port: 0 }, (near) => {
      void proxy.#join(near, net, targetPort);
    });
    return proxy;
  }

  private constructor() {}

  get port(): number {
    return this.#listener?.port ?? 0;
  }

  stall(): void {
    this.#flowing ??= Promise.withResolvers();
  }

  resume(): void {
    this.#flowing?.resolve();
    this.#flowing = undefined;
  }

  /** Resets every connection; new ones are taken. */
  breakConnections(): void {
    for (const connection of this.#connections) connection.reset();
    this.#connections.clear();
  }

  async stop(): Promise<void> {
    this.resume();
    this.breakConnections();
    await this.#listener?.close();
  }

  async #join(near: Connection, net: Net, port: number): Promise<void> {
    this.#connections.add(near);
    try {
      const far = await net.connect({ host: "127.0.0.1", port });
      this.#connections.add(far);
      await Promise.all([this.#pump(near, far), this.#pump(far, near, (bytes) => this.fromServer?.(bytes))]);
    } catch {
      near.reset();
    }
  }

  async #pump(
    from: Connection,
    to: Connection,
    changed: (bytes: Uint8Array) => Uint8Array | undefined = (bytes) => bytes,
  ): Promise<void> {
    try {
      for await (const bytes of from.incoming) {
        await this.#flowing?.promise;
        await to.write(changed(bytes) ?? bytes);
      }
      await to.end();
    } catch {
      to.reset();
    }
  }
}
