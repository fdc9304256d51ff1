/**
 * Who and where a program thinks it is: name, address, process, user, other hosts' names. All from the
 * virtual host, nothing from the machine that runs the world (FIDELITY.md lists it). Child processes,
 * datagrams and TLS to the outside do not exist here.
 */
import childProcess from "node:child_process";
import dgram from "node:dgram";
import dns from "node:dns";
import os from "node:os";
import tty from "node:tty";
import { promisify } from "node:util";
import type { Host } from "../host.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Network } from "../network/network.ts";
import { nameNotFound } from "../network/system-error.ts";
import { FREE_BYTES, RESIDENT_KIB, TOTAL_BYTES } from "./memory.ts";
import { type AnyFunction, mutable, refuse, replace } from "./mutable.ts";

const USER = { uid: 1000, gid: 1000, username: "helix", homedir: "/home/helix", shell: null };
const SYSTEM = { release: "6.8.0-virtual", version: "#1 virtual", machine: "x86_64" };
const UMASK = 0o22;
const PROCESSES = ["spawn", "exec", "execFile", "fork", "spawnSync", "execSync", "execFileSync"];

export function patchMachine(kernel: Kernel, network: Network): void {
  patchOs(network);
  patchProcess(kernel, network);
  patchUser();
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
  replace(os, "freemem", () => FREE_BYTES);
  replace(os, "totalmem", () => TOTAL_BYTES);
  replace(os, "loadavg", () => [0, 0, 0]);
  replace(os, "getPriority", () => 0);
  // It would change the thread of all hosts.
  replace(os, "setPriority", refuse("os.setPriority"));
  for (const [name, value] of Object.entries(SYSTEM)) replace(os, name, () => value);
  replace(tty, "isatty", () => false);
  const { prototype } = globalThis.Navigator;
  Object.defineProperty(prototype, "hardwareConcurrency", { get: () => 1, configurable: true });
}

function patchUser(): void {
  replace(os, "userInfo", () => ({ ...USER }));
  replace(os, "homedir", () => USER.homedir);
  for (const name of ["getuid", "geteuid"]) replace(process, name, () => USER.uid);
  for (const name of ["getgid", "getegid"]) replace(process, name, () => USER.gid);
  replace(process, "getgroups", () => [USER.gid]);
  replace(process, "umask", () => UMASK);
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
  const named = { value: "node", writable: true, configurable: true };
  Object.defineProperty(process, "title", named);
  // Where compiled modules are kept is this machine's affair; the thread has read it when it began.
  delete process.env["NODE_COMPILE_CACHE"];
  if (process.report !== undefined) replace(process.report, "getReport", refuse("process.report.getReport"));
  replace(process, "cpuUsage", () => ({ user: kernel.nowUs, system: 0 }));
  replace(process, "threadCpuUsage", () => ({ user: kernel.nowUs, system: 0 }));
  replace(process, "resourceUsage", () => ({
    userCPUTime: kernel.nowUs,
    systemCPUTime: 0,
    maxRSS: RESIDENT_KIB,
  }));
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
  replace(dns, "getServers", () => []);
  // There is no DNS server in the plant: only names of hosts.
  for (const name of Object.keys(mutable(dns)).filter((key) => /^(resolve|reverse)/.test(key))) {
    replace(dns, name, (asked: string, ...rest: unknown[]) => {
      const callback = rest.pop() as AnyFunction;
      kernel.immediate("dns", () => void callback(nameNotFound(asked)));
    });
  }
}
