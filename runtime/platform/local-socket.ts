/**
 * Local (Unix-domain) sockets: the door of a running HELIX for the account that runs it. Of this machine alone, so
 * no part of Platform's Net, which the virtual world replaces.
 */
import { chmod, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import type { Connection } from "@helix/hal";
import { SystemConnection } from "./system-net.ts";

/** Bytes of a path that every system takes (sun_path of macOS, less its end). */
const MAX_PATH_BYTES = 103;

export interface LocalListener {
  /** Takes no more connections and removes the file; open connections stay. */
  close(): Promise<void>;
}

/**
 * Only the account of this process may connect. What a process that was killed left at `path` is replaced: whoever
 * calls holds the lock that keeps a second listener away.
 *
 * @throws Error with the system's `code`; RangeError where the path is too long for a socket
 */
export async function listenLocal(
  path: string,
  onConnection: (connection: Connection) => void,
): Promise<LocalListener> {
  if (Buffer.byteLength(path) > MAX_PATH_BYTES)
    throw new RangeError(`${path} is longer than the ${MAX_PATH_BYTES} bytes that a socket's path may have`);
  await rm(path, { force: true });
  const server = createServer({ allowHalfOpen: true }, (socket) =>
    onConnection(new SystemConnection(socket)),
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ path }, () => {
      server.off("error", reject);
      resolve();
    });
  });
  await chmod(path, 0o600);
  return {
    async close() {
      server.close();
      await rm(path, { force: true });
    },
  };
}

/** Undefined where nobody listens. @throws Error with the system's `code` (EACCES: another account's) */
export function connectLocal(path: string): Promise<Connection | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path, allowHalfOpen: true });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT" || error.code === "ECONNREFUSED") resolve(undefined);
      else reject(error);
    });
    socket.once("connect", () => resolve(new SystemConnection(socket)));
  });
}
