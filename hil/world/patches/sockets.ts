/** node:net over the virtual network. Stacks subclass these, call them without `new`, and ask `instanceof`. */
import { EventEmitter } from "node:events";
import net from "node:net";
import type { Network } from "../network/network.ts";
import { type ConnectionListener, SimServer, type SimServerOptions } from "../network/sim-server.ts";
import { SimSocket, type SimSocketOptions } from "../network/sim-socket.ts";
import { replace } from "./mutable.ts";

export function patchSockets(network: Network): void {
  function Socket(this: unknown, options?: SimSocketOptions): object {
    return Reflect.construct(SimSocket, [network, options ?? {}], new.target ?? Socket);
  }
  adoptClass(Socket, SimSocket, "Socket");
  const makeSocket = (options: SimSocketOptions = {}) => Socket.call(undefined, options) as SimSocket;

  function Server(
    this: unknown,
    options?: SimServerOptions | ConnectionListener,
    listener?: ConnectionListener,
  ): unknown {
    if (new.target === undefined && this instanceof SimServer) {
      // http.Server does `net.Server.call(this)`: make the given object one.
      EventEmitter.call(this as never);
      SimServer.initialise(this, network, options, listener, makeSocket);
      return undefined;
    }
    return Reflect.construct(SimServer, [network, options, listener, makeSocket], new.target ?? Server);
  }
  adoptClass(Server, SimServer, "Server");

  const connect = (...args: unknown[]) => {
    const [first] = args;
    const options = typeof first === "object" && first !== null && !Array.isArray(first) ? first : {};
    return makeSocket(options as SimSocketOptions).connect(...args);
  };
  replace(net, "Socket", Socket);
  replace(net, "Stream", Socket);
  replace(net, "Server", Server);
  replace(net, "connect", connect);
  replace(net, "createConnection", connect);
  replace(
    net,
    "createServer",
    (options?: SimServerOptions | ConnectionListener, listener?: ConnectionListener) =>
      Server.call(undefined, options, listener),
  );
}

/** `constructor` stands for `real`: same prototype, same statics. */
function adoptClass(constructor: object, real: { prototype: object }, name: string): void {
  Object.setPrototypeOf(constructor, real);
  replace(constructor, "prototype", real.prototype);
  replace(constructor, "name", name);
  replace(real.prototype, "constructor", constructor);
}
