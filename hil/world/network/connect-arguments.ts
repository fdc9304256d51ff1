/** What node:net's connect takes, in all its forms, as one. */
export interface ConnectTarget {
  readonly port: number;
  readonly host?: string;
  readonly path?: string;
  readonly timeout?: number;
}

/** connect(options, cb), connect(port, host, cb), and the array that node:net passes on. */
export function readConnectArguments(args: unknown[]): { target: ConnectTarget; callback?: () => void } {
  const list = Array.isArray(args[0]) ? [...args[0]] : [...args];
  const last = list.at(-1);
  const callback = typeof last === "function" ? { callback: last as () => void } : {};
  const first = list[0];
  if (typeof first === "object" && first !== null) {
    const options = first as ConnectTarget;
    return { target: { ...options, port: Number(options.port) }, ...callback };
  }
  if (typeof first === "string" && Number.isNaN(Number(first)))
    return { target: { port: 0, path: first }, ...callback };
  const host = typeof list[1] === "string" ? { host: list[1] } : {};
  return { target: { port: Number(first), ...host }, ...callback };
}
