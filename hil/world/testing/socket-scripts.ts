/**
 * Scripted exchanges over node:net, to be run on real sockets and on virtual ones. Each endpoint logs
 * its own events; what must agree is the sequence at each endpoint, not the interleaving of two.
 */
import net from "node:net";
import { Duplex } from "node:stream";

type Emitter = { on(event: string, listener: (value: unknown) => void): unknown };
const EVENTS = ["connect", "ready", "end", "finish", "timeout", "error", "close"];

export class Script {
  /** "endpoint.what happened" */
  readonly lines: string[] = [];
  readonly #servers: net.Server[] = [];

  log(line: string): void {
    this.lines.push(line);
  }

  watch<T extends Emitter>(name: string, socket: T): T {
    for (const event of EVENTS) {
      socket.on(event, (value) => this.log(`${name}.${event}${detail(event, value)}`));
    }
    return socket;
  }

  /** A server on a free port of 127.0.0.1. */
  listen(
    onConnection: (socket: net.Socket) => void = () => {},
    options: net.ServerOpts = {},
  ): Promise<net.Server> {
    const server = net.createServer(options, (socket) => {
      this.watch("s", socket);
      onConnection(socket);
    });
    this.#servers.push(server);
    server.on("close", () => this.log("server.close"));
    server.on("error", (error: NodeJS.ErrnoException) => this.log(`server.error ${error.code}`));
    return new Promise((resolve) => {
      server.listen(0, "127.0.0.1", () => {
        this.log("server.listening");
        resolve(server);
      });
    });
  }

  connect(server: net.Server, options: Partial<net.TcpNetConnectOpts> = {}): net.Socket {
    const socket = net.connect({ port: portOf(server), host: "127.0.0.1", ...options });
    return this.watch("c", socket);
  }

  /** Waits until nothing more is logged: several turns of the event loop and some time, twice over. */
  async quiet(): Promise<void> {
    for (let calm = 0, seen = -1; calm < 2; ) {
      if (seen === this.lines.length) calm += 1;
      else calm = 0;
      seen = this.lines.length;
      await sleep(25);
      for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  close(): void {
    for (const server of this.#servers) if (server.listening) server.close();
  }
}

export type ScriptRun = (script: Script) => Promise<void>;

/** Runs every script and gives what each endpoint saw. */
export async function runScripts(names?: readonly string[]): Promise<Record<string, string[]>> {
  const chosen = Object.entries(SCRIPTS).filter(([name]) => names === undefined || names.includes(name));
  const runs = chosen.map(async ([name, run]) => {
    const script = new Script();
    await run(script);
    await script.quiet();
    script.close();
    await script.quiet();
    return [name, script.lines] as const;
  });
  return Object.fromEntries(await Promise.all(runs));
}

function detail(event: string, value: unknown): string {
  if (event === "close") return value === undefined ? "" : ` hadError=${value === true}`;
  return event === "error" ? ` ${(value as NodeJS.ErrnoException).code}` : "";
}

const portOf = (server: net.Server) => (server.address() as net.AddressInfo).port;
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const once = (emitter: { once(event: string, listener: () => void): unknown }, event: string) =>
  new Promise<void>((resolve) => emitter.once(event, () => resolve()));
const codeOf = (error: Error | null | undefined) =>
  (error as NodeJS.ErrnoException | undefined)?.code ?? "none";

/** Logs everything that was received, at the end: TCP keeps bytes, not messages. */
function logText(t: Script, socket: net.Socket): void {
  let text = "";
  socket.on("data", (data) => {
    text += data;
  });
  socket.on("end", () => t.log(`s.text ${text}`));
}

export const SCRIPTS: Readonly<Record<string, ScriptRun>> = {
  "echo, the client ends": async (t) => {
    const server = await t.listen((s) => s.on("data", (data) => s.write(data)));
    const c = t.connect(server);
    c.on("data", (data) => {
      t.log(`c.data ${data.toString()}`);
      c.end();
    });
    c.write("hi");
    await t.quiet();
    t.log(`c.state ${c.readyState} ${c.destroyed} ${c.bytesRead} ${c.bytesWritten}`);
  },
  "the server ends with a word": async (t) => {
    const c = t.connect(await t.listen((s) => s.end("bye")));
    c.on("data", (data) => t.log(`c.data ${data.toString()}`));
  },
  "the server ends and the client does not read": async (t) => {
    const c = t.connect(await t.listen((s) => s.end("bye")));
    await t.quiet();
    t.log(`c.state ${c.readyState}`);
    c.resume();
  },
  "half-open: an answer after the end": async (t) => {
    const server = await t.listen(
      (s) => {
        s.on("end", () => setTimeout(() => s.end("late"), 20));
        s.resume();
      },
      { allowHalfOpen: true },
    );
    const c = t.connect(server, { allowHalfOpen: true });
    c.on("data", (data) => t.log(`c.data ${data.toString()}`));
    c.end("x");
  },
  "the client destroys on connect": async (t) => {
    const c = t.connect(await t.listen((s) => s.resume()));
    c.on("connect", () => c.destroy());
  },
  "the client destroys with an error": async (t) => {
    const c = t.connect(await t.listen((s) => s.resume()));
    c.on("connect", () => c.destroy(Object.assign(new Error("x"), { code: "MINE" })));
  },
  "the server resets": async (t) => {
    let accepted: net.Socket | undefined;
    const c = t.connect(
      await t.listen((s) => {
        accepted = s;
      }),
    );
    c.resume();
    await t.quiet();
    accepted?.resetAndDestroy();
  },
  "the client resets": async (t) => {
    const c = t.connect(await t.listen((s) => s.resume()));
    await t.quiet();
    c.resetAndDestroy();
  },
  "refused: nobody listens": async (t) => {
    const server = await t.listen();
    const port = portOf(server);
    server.close();
    await once(server, "close");
    const c = t.watch("c", net.connect({ port, host: "127.0.0.1" }));
    c.on("error", (error: NodeJS.ErrnoException & { address?: string }) =>
      t.log(
        `c.why ${error.message.replace(String(port), "PORT")} ${error.errno} ${error.syscall} ${error.address}`,
      ),
    );
    await t.quiet();
    t.log(`c.state ${c.destroyed} ${c.readyState} ${c.pending}`);
  },
  "written before the connection": async (t) => {
    const c = t.connect(await t.listen((s) => logText(t, s)));
    t.log(`c.write ${c.write("a", () => t.log("c.written a"))}`);
    c.end("b", () => t.log("c.ended"));
    t.log(`c.state ${c.pending} ${c.connecting} ${c.readyState}`);
  },
  "written after the end": async (t) => {
    const c = t.connect(await t.listen((s) => s.resume()));
    await t.quiet();
    c.end();
    c.write("z", (error) => t.log(`c.written ${codeOf(error)}`));
  },
  "written after the peer is gone": async (t) => {
    let accepted: net.Socket | undefined;
    const server = await t.listen((s) => {
      accepted = s;
    });
    const c = t.connect(server, { allowHalfOpen: true });
    c.resume();
    await t.quiet();
    accepted?.destroy();
    await t.quiet();
    c.write("1", (error) => t.log(`c.written1 ${codeOf(error)}`));
    await t.quiet();
    c.write("2", (error) => t.log(`c.written2 ${codeOf(error)}`));
  },
  "idle timeout fires once and leaves the socket alone": async (t) => {
    const c = t.connect(await t.listen((s) => s.resume()));
    c.setTimeout(60, () => t.log("c.callback"));
    await once(c, "timeout");
    await sleep(150);
    t.log(`c.destroyed ${c.destroyed}`);
    c.destroy();
  },
  "idle timeout: switched off in time": async (t) => {
    const c = t.connect(await t.listen((s) => s.resume()));
    c.setTimeout(200);
    c.setTimeout(0);
    await sleep(300);
    t.log(`c.timeout ${c.timeout}`);
    c.destroy();
  },
  "idle timeout by option": async (t) => {
    const c = t.connect(await t.listen((s) => s.resume()), { timeout: 50 });
    await once(c, "timeout");
    t.log(`c.timeout ${c.timeout}`);
    c.destroy();
  },
  "backpressure: everything arrives once the reader goes on": async (t) => {
    let accepted: net.Socket | undefined;
    const server = await t.listen((s) => {
      accepted = s;
      s.pause();
    });
    const c = t.connect(server);
    await t.quiet();
    const chunk = Buffer.alloc(65_536);
    const more = Array.from({ length: 160 }, () => c.write(chunk));
    t.log(`c.full ${more.includes(false)} ${c.writableNeedDrain}`);
    c.once("drain", () => t.log("c.drain"));
    await t.quiet();
    let total = 0;
    const all = new Promise<void>((resolve) =>
      accepted?.on("data", (data) => {
        total += data.length;
        if (total === 160 * chunk.length) resolve();
      }),
    );
    accepted?.resume();
    await all;
    t.log("s.all");
    c.end();
  },
  "a server closes when its last connection has": async (t) => {
    const server = await t.listen((s) => s.resume());
    const c = t.connect(server);
    await t.quiet();
    server.close(() => t.log("server.callback"));
    t.log(`server.address ${JSON.stringify(server.address())} ${server.listening}`);
    await t.quiet();
    c.end();
  },
  "a server closed twice": async (t) => {
    const server = await t.listen();
    server.close((error) => t.log(`server.first ${codeOf(error)}`));
    server.close((error) => t.log(`server.second ${codeOf(error)}`));
  },
  "more connections than allowed": async (t) => {
    const server = await t.listen((s) => s.resume());
    server.maxConnections = 1;
    server.on("drop", (data) =>
      t.log(
        `server.drop ${Object.keys(data ?? {})
          .sort()
          .join()}`,
      ),
    );
    const a = t.connect(server);
    await t.quiet();
    const b = t.watch("b", net.connect(portOf(server), "127.0.0.1"));
    b.resume();
    await t.quiet();
    server.getConnections((_error, count) => t.log(`server.count ${count}`));
    await t.quiet();
    a.destroy();
  },
  "a port in use": async (t) => {
    const server = await t.listen();
    const second = net.createServer();
    second.on("error", (error: NodeJS.ErrnoException) =>
      t.log(`second.error ${error.code} ${error.syscall}`),
    );
    second.listen(portOf(server), "127.0.0.1");
  },
  "listening twice": async (t) => {
    const server = await t.listen();
    try {
      server.listen(0);
    } catch (error) {
      t.log(`server.thrown ${codeOf(error as Error)}`);
    }
  },
  "the same socket connects again": async (t) => {
    const server = await t.listen((s) => {
      s.on("data", (data) => {
        t.log(`s.data ${data.toString()}`);
        s.end(`re ${data.toString()}`);
      });
    });
    const c = t.watch("c", new net.Socket());
    c.on("data", (data) => t.log(`c.data ${data.toString()}`));
    for (const word of ["1", "2"]) {
      c.connect(portOf(server), "127.0.0.1", () => c.write(word));
      await t.quiet();
    }
    t.log(`c.state ${c.destroyed} ${c.bytesRead} ${c.bytesWritten}`);
  },
  "destroyed while connecting": async (t) => {
    const c = t.connect(await t.listen((s) => s.resume()));
    c.write("x", (error) => t.log(`c.written ${codeOf(error)}`));
    c.destroy();
  },
  "piped back": async (t) => {
    const c = t.connect(await t.listen((s) => s.pipe(s)));
    let text = "";
    c.setEncoding("utf8").on("data", (data) => {
      text += data;
    });
    c.write("a");
    c.write("b");
    c.end("c");
    await once(c, "close");
    t.log(`c.text ${text}`);
  },
  "read by iteration": async (t) => {
    const c = t.connect(
      await t.listen((s) => {
        s.write("one");
        setTimeout(() => s.end("two"), 20);
      }),
    );
    let text = "";
    for await (const data of c) text += data;
    t.log(`c.text ${text}`);
  },
  "iteration over a reset connection": async (t) => {
    const c = t.connect(
      await t.listen((s) => {
        s.write("one");
        setTimeout(() => s.resetAndDestroy(), 30);
      }),
    );
    try {
      for await (const data of c) t.log(`c.data ${data.toString()}`);
    } catch (error) {
      t.log(`c.thrown ${codeOf(error as Error)}`);
    }
  },
  properties: async (t) => {
    const server = await t.listen((s) => {
      const port = s.localPort === portOf(server);
      t.log(`s.props ${s.remoteFamily} ${port} ${s.remoteAddress} ${typeof s.remotePort} ${s.readyState}`);
      s.resume();
    });
    const c = new net.Socket();
    t.log(`c.new ${c.readyState} ${c.pending} ${c.connecting}`);
    c.connect(portOf(server), "127.0.0.1");
    t.log(`c.begun ${c.readyState} ${c.pending} ${c.connecting}`);
    await t.quiet();
    const address = Object.keys(c.address()).sort().join();
    t.log(`c.up ${c.readyState} ${c.pending} ${c.connecting} ${c.remoteAddress} ${address} ${c.timeout}`);
    c.end();
    await t.quiet();
    t.log(`c.down ${c.readyState} ${c.destroyed}`);
  },
  "paused on connect": async (t) => {
    const server = await t.listen(
      (s) => {
        t.log(`s.paused ${s.isPaused()}`);
        s.on("data", (data) => t.log(`s.data ${data.toString()}`));
        setTimeout(() => s.resume(), 40);
      },
      { pauseOnConnect: true },
    );
    const c = t.connect(server);
    c.write("hello");
    await sleep(80);
    await t.quiet();
    c.destroy();
  },
  "order of callbacks at the end": async (t) => {
    const c = t.connect(await t.listen((s) => s.resume()));
    await t.quiet();
    c.write("1", () => t.log("c.written 1"));
    c.write("2", () => t.log("c.written 2"));
    c.end("3", () => t.log("c.ended"));
  },
  "destroyed with bytes unread: the peer is reset": async (t) => {
    let accepted: net.Socket | undefined;
    const server = await t.listen((s) => {
      accepted = s;
      s.pause();
    });
    const c = t.connect(server);
    c.resume();
    c.write(Buffer.alloc(200_000));
    await t.quiet();
    accepted?.destroy();
  },
  "a class that extends Socket": async (t) => {
    class Mine extends net.Socket {
      readonly mine = 1;
    }
    const socket = new Mine();
    t.log(
      `c.is ${socket instanceof net.Socket} ${socket instanceof Duplex} ${socket.mine} ${socket.constructor.name}`,
    );
    socket.destroy();
  },
  "many small messages keep their order": async (t) => {
    const server = await t.listen((s) => logText(t, s));
    const c = t.connect(server);
    for (let i = 0; i < 200; i++) c.write(`${i},`);
    c.end();
  },
  "both ends at once": async (t) => {
    let accepted: net.Socket | undefined;
    const c = t.connect(
      await t.listen((s) => {
        accepted = s;
        s.resume();
      }),
    );
    c.resume();
    await t.quiet();
    c.end();
    accepted?.end();
  },
  "a bad port": async (t) => {
    try {
      net.connect({ port: 70_000, host: "127.0.0.1" });
    } catch (error) {
      t.log(`c.thrown ${codeOf(error as Error)}`);
    }
  },
  "corked writes": async (t) => {
    const server = await t.listen((s) => logText(t, s));
    const c = t.connect(server);
    await t.quiet();
    c.cork();
    c.write("a");
    c.write("b");
    c.uncork();
    c.end();
  },
};
