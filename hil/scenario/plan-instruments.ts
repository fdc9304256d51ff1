/** The plant of a scenario: twin, simulators, drivers, and what a driver's channels are. */

import type { Path } from "@helix/config";
import type { ScenarioText } from "@helix/scenarios";
import type { Findings } from "./findings.ts";
import type { KnownChannel } from "./known-parts.ts";
import type { PlannedInstrument } from "./plan.ts";
import type { Planning } from "./plan-scenario.ts";

export interface KnownInstrument {
  readonly planned: PlannedInstrument;
  /** By name; undefined where the driver is not known, so that nothing can be said of its channels. */
  readonly channels: ReadonlyMap<string, KnownChannel> | undefined;
}

export type KnownInstruments = ReadonlyMap<string, KnownInstrument>;

/** As a plant has it that is watched: whoever runs for weeks may ask for less. */
const DEFAULT_PUBLISH_S = 1;
/** What drivers take. */
const MAX_PUBLISH_S = 60;
const INSTRUMENT_KEY = /^[a-z0-9][a-z0-9-]*$/;
const RESERVED_KEYS: ReadonlyMap<string, string> = new Map([
  ["twin", "twin.glucose is a state of the twin"],
  ["runtime", "it stands for what is under test"],
]);

export function planInstruments(scenario: ScenarioText, { findings, parts }: Planning): KnownInstruments {
  const { twin, instruments } = scenario.plant;
  findings.oneOf(["plant", "twin"], "twin", twin, parts.twins.keys());
  if (Object.keys(instruments).length === 0) {
    findings.add(["plant", "instruments"], "the plant has no instrument", { expected: "at least one" });
  }
  const known = new Map<string, KnownInstrument>();
  for (const [key, given] of Object.entries(instruments)) {
    const path = ["plant", "instruments", key];
    const reserved = RESERVED_KEYS.get(key);
    if (!INSTRUMENT_KEY.test(key) || reserved !== undefined) {
      const because = reserved === undefined ? "" : `: ${reserved}`;
      findings.add(path, `"${key}" cannot name an instrument${because}`, {
        expected: "lower-case letters, digits and hyphens, such as brx-07",
        part: "key",
      });
    }
    const simulator = parts.simulators.get(given.simulator);
    const driver = parts.drivers.get(given.driver);
    findings.oneOf([...path, "simulator"], "simulator", given.simulator, parts.simulators.keys());
    findings.oneOf([...path, "driver"], "driver", given.driver, parts.drivers.keys());
    if (driver) findings.oneOf([...path, "protocol"], "protocol", given.protocol, driver.protocols);
    if (
      driver?.protocols.includes(given.protocol) &&
      simulator?.protocols.includes(given.protocol) === false
    ) {
      findings.add([...path, "protocol"], `simulator ${given.simulator} does not speak ${given.protocol}`, {
        expected: `one of: ${simulator.protocols.join(", ")}`,
      });
    }
    if (simulator && parts.twins.has(twin) && !simulator.twins.includes(twin)) {
      findings.add([...path, "simulator"], `simulator ${given.simulator} has no physics for twin ${twin}`, {
        expected: `a twin of: ${simulator.twins.join(", ")}`,
      });
    }
    const samplePeriodS = findings.duration([...path, "sample"], given.sample) ?? Number.NaN;
    const publishPeriodS = publishPeriod([...path, "publish"], given.publish, findings);
    known.set(key, {
      planned: {
        key,
        simulator: given.simulator,
        driver: given.driver,
        protocol: given.protocol,
        samplePeriodS,
        publishPeriodS,
      },
      channels: driver && new Map(driver.channels.map((c) => [c.name, c])),
    });
  }
  return known;
}

function publishPeriod(path: Path, text: string | undefined, findings: Findings): number {
  const s = text === undefined ? DEFAULT_PUBLISH_S : (findings.duration(path, text) ?? Number.NaN);
  if (s > MAX_PUBLISH_S)
    findings.add(path, `\`${text}\` is too long`, { expected: `at most ${MAX_PUBLISH_S} s` });
  return s;
}

/** `brx-07.feed_rate`, taken apart at its first dot. */
export function splitTarget(text: string): { instrument: string; member: string } | undefined {
  const dot = text.indexOf(".");
  return dot > 0 && dot < text.length - 1
    ? { instrument: text.slice(0, dot), member: text.slice(dot + 1) }
    : undefined;
}

/** The channel that `text` names; reports what is wrong with it otherwise. */
export function findChannel(
  path: readonly (string | number)[],
  text: string,
  instruments: KnownInstruments,
  { findings }: Planning,
): { instrument: string; channel: KnownChannel } | undefined {
  const target = splitTarget(text);
  if (!target) {
    return findings.add(path, `"${text}" names no channel`, {
      expected: "<instrument>.<channel>, such as brx-07.feed_rate",
    });
  }
  const { instrument, member } = target;
  if (findings.oneOf(path, "instrument", instrument, instruments.keys()) === undefined) return undefined;
  const channels = instruments.get(instrument)?.channels;
  if (!channels || findings.oneOf(path, "channel", member, channels.keys()) === undefined) return undefined;
  const channel = channels.get(member);
  return channel && { instrument, channel };
}
