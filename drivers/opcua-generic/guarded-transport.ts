/**
 * The stack's TCP transport, but for one thing: what the stack throws over bytes that it cannot decode
 * ends this connection and no more. The stack decodes inside the socket's "data" event, where nobody
 * above it can catch, so that one turned bit would end the process.
 */
import type { StatusCode } from "node-opcua-client";
import type { IClientTransportFactory, ISocketLike } from "node-opcua-transport";
import type { Undecodable } from "./protocol-violation.ts";
import type { OpcUaStack } from "./stack.ts";

/** @param onUndecodable  told before the connection is broken */
export function guardedTransports(
  { ua, transport }: OpcUaStack,
  onUndecodable: (undecodable: Undecodable) => void,
): IClientTransportFactory {
  class GuardedTransport extends transport.ClientTCP_transport {
    /** While they are being read. */
    #bytes: Uint8Array | undefined;

    /** The stack gives the connection up itself over some bytes, and tells nobody that it was for them. */
    override prematureTerminate(error: Error, statusCode: StatusCode): void {
      if (this.#bytes !== undefined && this.isValid()) onUndecodable({ bytes: this.#bytes, thrown: error });
      super.prematureTerminate(error, statusCode);
    }

    // The stack's name for it, and its only place for this: what it hears is private to it.
    // oxlint-disable-next-line no-underscore-dangle
    protected override _install_socket(socket: ISocketLike): void {
      // oxlint-disable-next-line no-underscore-dangle
      super._install_socket(socket);
      const feeds = socket.listeners("data");
      socket.removeAllListeners("data");
      socket.on("data", (bytes) => {
        // What was still to come on a connection that has been given up is not read any more.
        if (!this.isValid()) return;
        this.#bytes = bytes;
        try {
          for (const feed of feeds) feed.call(socket, bytes);
        } catch (thrown) {
          this.#giveUp(thrown);
        } finally {
          this.#bytes = undefined;
        }
      });
    }

    #giveUp(thrown: unknown): void {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      this.prematureTerminate(new Error(reason), ua.StatusCodes.BadDecodingError);
    }
  }
  return { create: (settings) => new GuardedTransport(settings) };
}
