/** All serial cables of a world, and how a host opens a port on one. */
import type { Random, SerialLine } from "@helix/hal";
import type { Host } from "../host.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { Cable, type CableEnd, type End } from "./cable.ts";
import { SerialEnd } from "./serial-end.ts";

/** Opening a port takes the system about this long. */
const OPEN_US = 1000;

export class SerialBus {
  readonly #kernel: Kernel;
  readonly #random: Random;
  readonly #ports = new Map<string, { cable: Cable; end: End }>();
  readonly #attached = new Map<Host, Set<SerialEnd>>();

  constructor(kernel: Kernel, random: Random) {
    this.#kernel = kernel;
    this.#random = random;
  }

  /** Lays a cable between two ports. @throws Error when a host has a port of that name already */
  addCable(a: CableEnd, b: CableEnd): Cable {
    const cable = new Cable(this.#kernel, this.#random.fork(`cable:${nameOf(a)}-${nameOf(b)}`), [a, b]);
    for (const end of [0, 1] as const) {
      const name = nameOf(cable.ends[end]);
      if (this.#ports.has(name)) throw new Error(`the world already has a port ${name}`);
      this.#ports.set(name, { cable, end });
    }
    return cable;
  }

  /** Paths of the ports that the host has now. */
  portsOf(host: Host): string[] {
    const all = [...this.#ports.values()].filter(({ cable, end }) => cable.isPlugged(end));
    return all
      .map(({ cable, end }) => cable.ends[end])
      .flatMap((end) => (end.host === host ? [end.path] : []));
  }

  /** @throws Error with code ENOENT (no such port) or EBUSY (somebody has it open) */
  open(host: Host, line: SerialLine): Promise<SerialEnd> {
    return new Promise((resolve, reject) => {
      const tryOpen = () => {
        const found = this.#ports.get(nameOf({ host, path: line.path }));
        if (found === undefined || !found.cable.isPlugged(found.end)) {
          found?.cable.missed(found.end);
          return reject(failure("ENOENT", `No such file or directory, cannot open ${line.path}`));
        }
        if (found.cable.isHeld(found.end)) {
          return reject(failure("EBUSY", `Resource temporarily unavailable, cannot open ${line.path}`));
        }
        const port = new SerialEnd(this.#kernel, found.cable, found.end, line);
        this.#openPorts(host).add(port);
        resolve(port);
      };
      this.#kernel.after(OPEN_US, "serial-open", tryOpen, host);
    });
  }

  #openPorts(host: Host): Set<SerialEnd> {
    let open = this.#attached.get(host);
    if (open === undefined) {
      const ports = new Set<SerialEnd>();
      const closeAll = () => {
        for (const port of ports) port.close();
        ports.clear();
      };
      host.attach({ powerCut: closeAll, processKilled: closeAll });
      this.#attached.set(host, ports);
      open = ports;
    }
    return open;
  }
}

function nameOf(end: CableEnd): string {
  return `${end.host.name}:${end.path}`;
}

function failure(code: string, text: string): Error {
  return Object.assign(new Error(text), { code });
}
