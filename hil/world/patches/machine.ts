/**
 * Who and where a program thinks it is: name, address, process, memory, other hosts' names. All
 * from the virtual host, nothing from the machine that runs the world. Child processes, datagrams and
 * TLS to the outside do not exist here.
 */
import childProcess from "node:child_process";
import dgram from "node:dgram";
import dns from "node:dns";
import os from "node:os";
import { promisify } from "node:util";
import v8 from "node:v8";
import type { Host } from "../host.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Network } from "../network/network.ts";
import { nameNotFound } from "../network/system-error.ts";
import { type AnyFunction, mutable, replace } from "./mutable.ts";

const MEBIBYTE = 1 << 20;
const MEMORY = { rss: 100, heapTotal: 50, heapUsed: 40, external: 1, arrayBuffers: 1 };
const PROCESSES = ["spawn", "exec", "execFile", "fork", "spawnSync", "execSync", "execFileSync"];

export function patchMachine(kernel: Kernel, network: Network): void {
  patchOs(network);
  patchProcess(kernel, network);
  patchNames(kernel, network);
  for (const name of PROCESSES) replace(childProcess, name, refuse(`child_process.${name}`));
  replace(dgram, "createSocket", refuse("dgram.createSocket"));
}

function patchOs(network: Network): void {
  replace(os, "hostname", () => network.here.name);
  replace(os, "networkInterfaces", () => ({ eth0: [networkInterface(network.here)] }));
  const times = { user: 0, nice: 0, sys: 0, idle: 0, irq: 0 };
  replace(os, "cpus", () => [{ model: "virtual", speed: 1000, times }]);
  replace(os, "availableParallelism", () => 1);
  replace(os, "freemem", () => 1024 * MEBIBYTE);
  replace(os, "totalmem", () => 2048 * MEBIBYTE);
  replace(os, "loadavg", () => [0, 0, 0]);
  const user = { uid: 1000, gid: 1000, username: "helix", homedir: "/home/helix", shell: null };
  replace(os, "userInfo", () => user);
}

function networkInterface(host: Host) {
  const mac = `02:00:00:00:${byte(host.id >> 8)}:${byte(host.id)}`;
  const { address } = host;
  return { address, netmask: "255.255.0.0", family: "IPv4", mac, internal: false, cidr: `${address}/16` };
}

function byte(value: number): string {
  return (value & 255).toString(16).padStart(2, "0");
}

function patchProcess(kernel: Kernel, network: Network): void {
  const here = (define: (host: Host) => number) => ({ get: () => define(network.here), configurable: true });
  Object.defineProperty(
    process,
    "pid",
    here((host) => 1000 * host.id + host.boot),
  );
  Object.defineProperty(
    process,
    "ppid",
    here(() => 1),
  );
  const memory = Object.fromEntries(Object.entries(MEMORY).map(([name, size]) => [name, size * MEBIBYTE]));
  replace(
    process,
    "memoryUsage",
    Object.assign(() => ({ ...memory }), { rss: () => memory.rss }),
  );
  replace(process, "availableMemory", () => 1024 * MEBIBYTE);
  replace(process, "cpuUsage", () => ({ user: kernel.nowUs, system: 0 }));
  replace(process, "threadCpuUsage", () => ({ user: kernel.nowUs, system: 0 }));
  replace(process, "resourceUsage", () => ({
    userCPUTime: kernel.nowUs,
    systemCPUTime: 0,
    maxRSS: MEMORY.rss * 1024,
  }));
  replace(v8, "getHeapStatistics", () => ({
    used_heap_size: memory.heapUsed,
    heap_size_limit: 4096 * MEBIBYTE,
  }));
  for (const name of ["getHeapSpaceStatistics", "getHeapCodeStatistics"])
    replace(v8, name, refuse(`v8.${name}`));
}

type LookupCallback = (error: Error | null, address?: unknown, family?: number) => void;

function patchNames(kernel: Kernel, network: Network): void {
  const lookup = (name: string, options: unknown, given?: LookupCallback) => {
    const callback = given ?? (options as LookupCallback);
    const all = typeof options === "object" && options !== null && "all" in options && options.all === true;
    const asking = network.here;
    const found = network.resolve(name, asking);
    kernel.immediate("dns", () => {
      if (found === undefined) callback(nameNotFound(name));
      else {
        const address = network.addressSeen(found, asking);
        if (all) callback(null, [{ address, family: 4 }]);
        else callback(null, address, 4);
      }
    });
  };
  const lookupLater = (name: string, options: object = {}) =>
    new Promise((resolve, reject) =>
      lookup(name, options, (error, address, family) => {
        if (error !== null) reject(error);
        else resolve(Array.isArray(address) ? address : { address, family });
      }),
    );
  replace(dns, "lookup", Object.assign(lookup, { [promisify.custom]: lookupLater }));
  replace(dns.promises, "lookup", lookupLater);
  replace(dns, "lookupService", (address: string, port: number, callback: AnyFunction) => {
    const name = network.resolve(address, network.here)?.name ?? address;
    kernel.immediate("dns", () => void callback(null, name, String(port)));
  });
  // There is no DNS server in the plant: only names of hosts.
  for (const name of Object.keys(mutable(dns)).filter((key) => /^(resolve|reverse)/.test(key))) {
    replace(dns, name, (asked: string, ...rest: unknown[]) => {
      const callback = rest.pop() as AnyFunction;
      kernel.immediate("dns", () => void callback(nameNotFound(asked)));
    });
  }
}

function refuse(name: string): AnyFunction {
  return () => {
    throw new Error(`${name} does not exist in a virtual world`);
  };
}
