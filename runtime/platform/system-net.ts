import { connect, createServer, type Socket } from "node:net";
import type { Connection, Listener, Net } from "@helix/hal";

/** The system's TCP. */
export const systemNet: Net = {
  connect({ host, port, signal }) {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const socket = connect({ host, port, noDelay: true, allowHalfOpen: true });
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
        resolve(new SystemConnection(socket));
      });
    });
  },

  listen({ host, port }, onConnection) {
    return new Promise((resolve, reject) => {
      const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) =>
        onConnection(new SystemConnection(socket)),
      );
      server.once("error", reject);
      server.listen({ host, port }, () => {
        server.off("error", reject);
        const address = server.address();
        if (address === null || typeof address === "string") throw new Error("TCP listener without a port");
        const listener: Listener = {
          host,
          port: address.port,
          close: () =>
            new Promise((closed) => {
              // Resolves once no new connection is taken; open ones live on.
              server.close();
              closed();
            }),
        };
        resolve(listener);
      });
    });
  },
};

export class SystemConnection implements Connection {
  readonly remote: { readonly host: string; readonly port: number };
  readonly incoming: AsyncIterable<Uint8Array>;
  readonly closed: Promise<void>;
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.remote = { host: socket.remoteAddress ?? "", port: socket.remotePort ?? 0 };
    this.incoming = socket;
    this.closed = new Promise((resolve) => socket.once("close", () => resolve()));
    // An error also ends `incoming` and any pending write with the same error; without a listener
    // it would end the process.
    socket.on("error", () => {});
  }

  write(bytes: Uint8Array): Promise<void> {
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
