/** Errors as Node's own sockets raise them: same message, errno, code, syscall. Values: Linux, libuv. */
const ERRNO: Readonly<Record<string, number>> = {
  ECONNREFUSED: -111,
  ECONNRESET: -104,
  ETIMEDOUT: -110,
  EPIPE: -32,
  EADDRINUSE: -98,
  EHOSTUNREACH: -113,
  ENOTFOUND: -3008,
};

export function systemError(code: string, syscall: string, address?: string, port?: number): Error {
  const place = address === undefined ? "" : ` ${address}${port === undefined ? "" : `:${port}`}`;
  const error = new Error(`${syscall} ${code}${place}`);
  return Object.assign(
    error,
    { errno: ERRNO[code], code, syscall },
    address === undefined ? {} : { address, port },
  );
}

export function nameNotFound(hostname: string): Error {
  const error = new Error(`getaddrinfo ENOTFOUND ${hostname}`);
  return Object.assign(error, {
    errno: ERRNO.ENOTFOUND,
    code: "ENOTFOUND",
    syscall: "getaddrinfo",
    hostname,
  });
}

export function withCode(error: Error, code: string): Error {
  return Object.assign(error, { code });
}
