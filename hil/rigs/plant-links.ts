/**
 * The links to a plant's instruments that a scenario puts faults on: a proxy before each, on this computer, to
 * which the driver is led in place of the instrument. An instrument without a planned fault is reached as
 * ever. The instrument itself is asked for nothing: what it suffers is a bad network, or a bad cable.
 */
import type { HelixConfig, InstrumentConfig } from "@helix/config";
import { createSeededRandom, type Platform } from "@helix/platform";
import type { FaultAccess } from "../faults/access/access.ts";
import type { Plan } from "../scenario/plan.ts";
import { layPlantLink, NoLinkError, type PlantLink } from "./plant-link.ts";

export class PlantLinks {
  /** By instrument, once they are laid. */
  readonly access = new Map<string, FaultAccess>();
  readonly #platform: Platform;
  readonly #folder: string;
  readonly #laid: PlantLink[] = [];

  /** @param folder for links to serial ports */
  constructor(platform: Platform, folder: string) {
    this.#platform = platform;
    this.#folder = folder;
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
    const each = this.#laid.map(({ key, before }) => `${key} (${before})`);
    return each.length === 0 ? undefined : `a fault proxy of this rig stands before ${each.join(", ")}`;
  }

  /** @throws NoLinkError where a driver takes the address for the instrument's identity: it would name the proxy */
  checkIdentities(instruments: readonly { readonly key: string; readonly instrumentId: string }[]): void {
    for (const { key, instrumentId } of instruments) {
      if (!this.#laid.some((link) => link.key === key && link.misnames(instrumentId))) continue;
      throw new NoLinkError(
        `${key} is known by its address alone, and before it would stand a fault proxy with another: give it serial_number in helix.toml.`,
      );
    }
  }

  /** The runtime must have stopped. */
  async close(): Promise<void> {
    await Promise.all(this.#laid.map((link) => link.close()));
  }

  async #layOne(plan: Plan, instrument: InstrumentConfig): Promise<InstrumentConfig> {
    const { key } = instrument;
    const protocol = plan.instruments.find((planned) => planned.key === key)?.protocol ?? "";
    const random = createSeededRandom(plan.seed).fork(`proxy:${key}`);
    const laid = await layPlantLink({ ...this.#platform, random }, instrument, protocol, this.#folder);
    this.#laid.push(laid);
    this.access.set(key, { link: laid.link });
    return { ...instrument, config: laid.config };
  }
}
