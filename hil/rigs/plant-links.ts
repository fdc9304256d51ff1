/**
 * The links to a plant's instruments that a scenario puts faults on: a proxy before each, on this computer, to
 * which the driver is led in place of the instrument's own address. An instrument without a planned fault is
 * reached as ever. The instrument itself is asked for nothing: what it suffers is a bad network.
 */
import type { HelixConfig, InstrumentConfig } from "@helix/config";
import { createSeededRandom, type Platform } from "@helix/platform";
import type { FaultAccess } from "../faults/access/access.ts";
import { startTcpFaultProxy, type TcpFaultProxy } from "../faults/tcp-fault-proxy.ts";
import type { Plan } from "../scenario/plan.ts";
import { type Address, configuredAddress, withAddress } from "./configured-address.ts";

interface LaidLink {
  readonly key: string;
  /** The instrument's own. */
  readonly address: Address;
  readonly proxy: TcpFaultProxy;
}

/** No proxy can be put before an instrument; the message is a whole sentence. */
export class NoLinkError extends Error {
  override readonly name = "NoLinkError";
}

export class PlantLinks {
  /** By instrument, once they are laid. */
  readonly access = new Map<string, FaultAccess>();
  readonly #platform: Platform;
  readonly #laid: LaidLink[] = [];

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  /**
   * The configuration that leads through the proxies.
   *
   * @throws NoLinkError; or the system's error when a port cannot be had
   */
  async lay(plan: Plan, config: HelixConfig): Promise<HelixConfig> {
    const harmed = new Set([...plan.faults, ...plan.armed].map(({ instrument }) => instrument));
    const instruments: InstrumentConfig[] = [];
    for (const instrument of config.instruments) {
      instruments.push(harmed.has(instrument.key) ? await this.#layOne(plan, instrument) : instrument);
    }
    return { ...config, instruments };
  }

  /** For the record; undefined where there are none. */
  get description(): string | undefined {
    const each = this.#laid.map(({ key, address: { host, port } }) => `${key} (${host}:${port})`);
    return each.length === 0 ? undefined : `a fault proxy of this rig stands before ${each.join(", ")}`;
  }

  /** @throws NoLinkError where a driver takes the address for the instrument's identity: it would name the proxy */
  checkIdentities(instruments: readonly { readonly key: string; readonly instrumentId: string }[]): void {
    for (const { key, address, proxy } of this.#laid) {
      const id = instruments.find((instrument) => instrument.key === key)?.instrumentId ?? "";
      if (address.host === proxy.host || !id.endsWith(`:${proxy.host}`)) continue;
      throw new NoLinkError(
        `${key} is known by its address alone, and before it would stand a fault proxy with another: give it serial_number in helix.toml.`,
      );
    }
  }

  /** The runtime must have stopped. */
  async close(): Promise<void> {
    await Promise.all(this.#laid.map(({ proxy }) => proxy.close()));
  }

  async #layOne(plan: Plan, instrument: InstrumentConfig): Promise<InstrumentConfig> {
    const { key, config } = instrument;
    const protocol = plan.instruments.find((planned) => planned.key === key)?.protocol ?? "";
    const address = configuredAddress(config, protocol);
    if (address === undefined) {
      throw new NoLinkError(
        `Rig physical puts faults on a network, and [instruments.${key}.config] names neither host nor endpoint_url.`,
      );
    }
    const random = createSeededRandom(plan.seed).fork(`proxy:${key}`);
    const proxy = await startTcpFaultProxy({ ...this.#platform, random }, { ...address, isReal: true });
    this.#laid.push({ key, address, proxy });
    this.access.set(key, { link: proxy });
    return { ...instrument, config: withAddress(config, proxy) };
  }
}
