/**
 * TCP's opening: SYN, tried again after 1, 3, 7, 15, 31 and 63 s (Linux tcp_syn_retries = 6), given up
 * after 127 s; refused at once where the host is up and nobody listens.
 */
import type { Host } from "../host.ts";
import type { Network } from "./network.ts";
import type { SimSocket } from "./sim-socket.ts";
import { TcpConnection } from "./tcp-connection.ts";

const SECOND_US = 1_000_000;
const SYN_AT_US = [0, 1, 3, 7, 15, 31, 63].map((s) => s * SECOND_US);
const SYN_GIVE_UP_US = 127 * SECOND_US;

export function openConnection(
  network: Network,
  socket: SimSocket,
  from: Host,
  to: Host,
  port: number,
): void {
  const { kernel } = network;
  const startUs = kernel.nowUs;
  const address = network.addressSeen(to, from);
  const out = network.link(from, to);
  const back = network.link(to, from);
  const waiting = () => socket.connecting && !socket.destroyed;

  const trySyn = (attempt: number) => {
    if (!waiting()) return;
    if (attempt === 0 && out.settings.down) out.held.attempts += 1;
    if (attempt === SYN_AT_US.length) return socket.refused("ETIMEDOUT", address, port);
    // Armed first: whatever is lost on the way, the next try comes.
    const nextUs = startUs + (SYN_AT_US[attempt + 1] ?? SYN_GIVE_UP_US);
    const retry = kernel.at(nextUs, "syn-retry", () => trySyn(attempt + 1), from);
    if (out.loses()) return;
    kernel.deliver(kernel.nowUs + out.transitUs(), "syn", () => answer(retry), to);
  };
  const answer = (retry: Parameters<typeof kernel.cancel>[0]) => {
    if (out.settings.down || !to.powered || back.loses()) return;
    const server = network.station(to).listening.get(port);
    const backUs = kernel.nowUs + back.transitUs();
    if (server === undefined) {
      kernel.deliver(backUs, "rst", () => socket.refused("ECONNREFUSED", address, port), from);
      return;
    }
    if (!waiting()) return;
    kernel.cancel(retry);
    const connection = new TcpConnection(kernel, network, from, to);
    network.statistics.connections += 1;
    const localPort = network.freePort(from);
    socket.adopt(connection, 0, localPort, port);
    if (!server.accept(connection, port, localPort)) connection.pipe(1).send("fin");
    kernel.deliver(
      backUs,
      "syn-ack",
      () => {
        if (waiting()) socket.established();
      },
      from,
    );
  };
  trySyn(0);
}
