/** A virtual world as a program in it sees it: hosts, the network between them, cables, and time. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Random } from "@helix/hal";
import { createSeededRandom, createVirtualTimekeeping, type Platform } from "@helix/platform";
import { VirtualDisk } from "./disk/virtual-disk.ts";
import type { Host } from "./host.ts";
import type { Kernel } from "./kernel/kernel.ts";
import { Network } from "./network/network.ts";
import { createWorldClock } from "./platform/world-clock.ts";
import { createWorldNet } from "./platform/world-net.ts";
import { createWorldSerial } from "./platform/world-serial.ts";
import { Realms } from "./realm.ts";
import { SerialBus } from "./serial/serial-bus.ts";

/** A host and what stands in it. */
export interface Station {
  readonly host: Host;
  readonly disk: VirtualDisk;
  /** What our own code on this host is given of the world. */
  readonly platform: Platform;
}

export interface StationOptions {
  /** IPv4; default 10.0.x.y in order of creation. */
  readonly address?: string;
  /**
   * Modules of its own, anew at every boot; needed where a stack keeps state in modules. A name: it
   * shares them with the hosts that give the same name, none of which may boot again.
   */
  readonly realm?: boolean | string;
}

export interface WorldOptions {
  readonly seed: string;
  readonly scratchFolder: string;
  /** Takes progress. */
  readonly report: (message: unknown) => void;
}

export class World {
  readonly seed: string;
  /**
   * A real folder of this run alone, for files of third-party stacks (certificates); gone after the
   * run. Its name is not the seed's: keep it off every wire.
   */
  readonly scratchFolder: string;
  readonly kernel: Kernel;
  readonly random: Random;
  readonly network: Network;
  readonly serial: SerialBus;
  readonly #realms: Realms;
  readonly #stations = new Map<string, Station>();
  readonly #report: (message: unknown) => void;

  constructor(kernel: Kernel, { seed, scratchFolder, report }: WorldOptions) {
    this.seed = seed;
    this.scratchFolder = scratchFolder;
    this.kernel = kernel;
    this.random = createSeededRandom(seed);
    this.network = new Network(kernel, this.random.fork("network"));
    this.serial = new SerialBus(kernel, this.random.fork("serial"));
    this.#realms = new Realms(kernel);
    this.#report = report;
  }

  /** Virtual time since the beginning, s. */
  get seconds(): number {
    return this.kernel.nowUs / 1e6;
  }

  /** @throws Error when the name or the address is taken */
  addStation(name: string, options: StationOptions = {}): Station {
    const host = this.network.addHost(name, options.address);
    const { realm = false } = options;
    if (realm !== false) this.#realms.give(host, realm === true ? undefined : realm);
    const disk = new VirtualDisk(this.kernel, host, host.random.fork("disk"));
    const platform: Platform = {
      clock: createWorldClock(this.kernel, host),
      random: host.random.fork("platform"),
      net: createWorldNet(this.network, host),
      serial: createWorldSerial(this.serial, host),
      disk,
      timekeeping: createVirtualTimekeeping(),
    };
    const station = { host, disk, platform };
    this.#stations.set(name, station);
    return station;
  }

  /** @throws Error when there is none of that name */
  station(name: string): Station {
    const found = this.#stations.get(name);
    if (found === undefined)
      throw new Error(`the world has no host ${name}; it has ${[...this.#stations.keys()].join(", ")}`);
    return found;
  }

  /** Loads a module as the host's code, into the host's realm if it has one. `url` from import.meta.resolve. */
  load<T>(host: Host, url: string): Promise<T> {
    return this.#realms.load(host, url);
  }

  /** Waits in virtual time, as the bench: no crash of a host ends it. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.kernel.deliver(this.kernel.nowUs + ms * 1000, "bench", resolve, undefined);
    });
  }

  /** Writes a file under the scratch folder, at once. @returns its path */
  putScratchFile(path: string, content: string | Uint8Array): string {
    const file = join(this.scratchFolder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
  }

  /** Reads a real file, at once. @throws Error with the system's code */
  readRealFile(path: string): Uint8Array {
    return readFileSync(path);
  }

  /** Adds a line to the trace. */
  note(text: string): void {
    this.kernel.noteText("note", text);
  }

  /** Tells the outside how far it is; no part of the trace. */
  progress(message: unknown): void {
    this.#report(message);
  }
}

/** What a module that runs in a world exports by default. */
export type WorldProgram<Options = unknown, Result = unknown> = (
  world: World,
  options: Options,
) => Promise<Result>;
