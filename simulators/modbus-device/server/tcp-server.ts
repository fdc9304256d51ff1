/** The device on TCP: any number of clients, each with a line of its own. */
import type { Clock, Connection, Net } from "@helix/hal";
import type { Device } from "../device/device.ts";
import type { AnswerFaults } from "./answer-faults.ts";
import { FramingError, TcpRequestReader, tcpFrame } from "./frames.ts";
import { Line } from "./line.ts";

export interface ModbusServer {
  /** As a URL: modbus://host:port, or modbus-rtu: with the port's path. */
  readonly endpoint: string;
  /** Rejects when the device can serve no longer; never resolves. */
  readonly failed: Promise<never>;
  /** Clients whose bytes were no requests, and were hung up on. */
  readonly framingErrors: number;
  close(): Promise<void>;
}

/** @throws Error in one clear line when the address is taken or not allowed */
export async function serveTcp(
  { net, clock }: { readonly net: Net; readonly clock: Clock },
  address: { readonly host: string; readonly port: number },
  device: Device,
  faults: AnswerFaults,
): Promise<ModbusServer> {
  const clients = new Set<Connection>();
  let framingErrors = 0;
  const serve = async (connection: Connection): Promise<void> => {
    clients.add(connection);
    const line = new Line({
      clock,
      device,
      faults,
      reader: new TcpRequestReader(),
      turnaroundMs: 0,
      // 0 and 255: whoever is at this address (Modbus Messaging on TCP/IP 1.0b, 4.4.2).
      isForUs: (unitId) => unitId === device.settings.unitId || unitId === 0 || unitId === 255,
      encode: ({ transactionId, unitId, message }) => tcpFrame(transactionId ?? 0, unitId, message),
      write: (bytes) => connection.write(bytes),
      onGone: () => connection.reset(),
    });
    try {
      for await (const chunk of connection.incoming) line.take(chunk);
      await connection.end();
    } catch (error) {
      // A client that breaks off is no trouble of the device's.
      if (error instanceof FramingError) framingErrors += 1;
      connection.reset();
    } finally {
      clients.delete(connection);
    }
  };
  const listener = await net
    .listen(address, (connection) => void serve(connection))
    .catch((error: unknown) => {
      throw new Error(listenFailure(address, error), { cause: error });
    });
  return {
    endpoint: `modbus://${listener.host}:${listener.port}`,
    failed: new Promise(() => {}),
    get framingErrors() {
      return framingErrors;
    },
    async close() {
      await listener.close();
      for (const client of clients) client.reset();
    },
  };
}

function listenFailure(
  { host, port }: { readonly host: string; readonly port: number },
  error: unknown,
): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  if (code === "EADDRINUSE")
    return `${host} port ${port} is in use: end the other program or take another port`;
  if (code === "EACCES") return `${host} port ${port} is not allowed to this user: take one above 1023`;
  return `cannot listen on ${host} port ${port}: ${error instanceof Error ? error.message : String(error)}`;
}
