/** A host's `Net`, over the virtual network; the same promises as the system's. */
import type { Connection, Listener, Net } from "@helix/hal";
import type { Host } from "../host.ts";
import type { Network } from "../network/network.ts";
import { SimServer } from "../network/sim-server.ts";
import { SimSocket } from "../network/sim-socket.ts";

export function createWorldNet(network: Network, host: Host): Net {
  return {
    connect: ({ host: target, port, signal }) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        const socket = host.run(() => new SimSocket(network, { allowHalfOpen: true }));
        const giveUp = (reason: unknown) => {
          socket.destroy();
          reject(reason);
        };
        const onAbort = () => giveUp(signal?.reason);
        signal?.addEventListener("abort", onAbort, { once: true });
        socket.once("error", giveUp);
        socket.once("connect", () => {
          signal?.removeEventListener("abort", onAbort);
          socket.off("error", giveUp);
          resolve(new WorldConnection(socket));
        });
        socket.connect({ host: target, port });
      }),

    listen: ({ host: name, port }, onConnection) =>
      new Promise((resolve, reject) => {
        const server = host.run(
          () =>
            new SimServer(network, { allowHalfOpen: true }, (socket) =>
              onConnection(new WorldConnection(socket)),
            ),
        );
        server.once("error", reject);
        server.once("listening", () => {
          server.off("error", reject);
          const listener: Listener = {
            host: name,
            port: server.address()?.port ?? port,
            close: async () => {
              server.close();
            },
          };
          resolve(listener);
        });
        host.run(() => server.listen({ host: name, port }));
      }),
  };
}

const SENT = Promise.resolve();

class WorldConnection implements Connection {
  readonly remote: { readonly host: string; readonly port: number };
  readonly incoming: AsyncIterable<Uint8Array>;
  readonly closed: Promise<void>;
  readonly #socket: SimSocket;

  constructor(socket: SimSocket) {
    this.#socket = socket;
    this.remote = { host: socket.remoteAddress ?? "", port: socket.remotePort ?? 0 };
    this.incoming = socket.incomingBytes();
    this.closed = new Promise((resolve) => socket.once("close", () => resolve()));
    // An error also ends `incoming` and any pending write; without a listener it would end the world.
    socket.on("error", () => {});
  }

  write(bytes: Uint8Array): Promise<void> {
    if (this.#socket.sendAtOnce(bytes)) return SENT;
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  }

  end(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#socket.writableEnded || this.#socket.destroyed) resolve();
      else this.#socket.end(() => resolve());
    });
  }

  reset(): void {
    this.#socket.resetAndDestroy();
  }
}
