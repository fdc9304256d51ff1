/**
 * `[instruments.<key>.config]` of an instrument that this driver serves (HELIX-HAL-0001 section 7.3).
 * Unknown keys are refused, so that a misspelt one cannot be overlooked.
 */
import { unitBySpelling } from "@helix/hal";
import * as v from "valibot";
import { SECURITY_MODES, SECURITY_POLICIES } from "./settings.ts";
import { DEFAULT_SILENCE_LIMIT_MS, SILENCE_LIMIT_BOUNDS_MS } from "./watchdog.ts";

const NODE_ID = /^(ns=\d+;|nsu=[^;]+;)?(i=\d+|s=.+|g=[0-9a-fA-F-]{36}|b=[A-Za-z0-9+/=]+)$/;
const CHANNEL_NAME = /^[a-z][a-z0-9_]*$/;

const nodeId = v.pipe(
  v.string(),
  v.regex(NODE_ID, "not an OPC UA node id, e.g. ns=2;s=Bioreactor.DO.PV or ns=2;i=1001"),
);

const unit = v.pipe(
  v.string(),
  v.check(
    (text) => unitBySpelling(text) !== undefined,
    "not a unit that HELIX knows; units are UCUM, e.g. Cel",
  ),
  v.transform((text) => unitBySpelling(text)?.ucum ?? text),
);

const u16 = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65535));
const positive = v.pipe(v.number(), v.finite(), v.gtValue(0));

/** After so many ms without a word the connection counts as lost; for links that are told of rarely. */
export const silenceLimitMs = v.optional(
  v.pipe(
    v.number(),
    v.integer(),
    v.minValue(SILENCE_LIMIT_BOUNDS_MS.min),
    v.maxValue(SILENCE_LIMIT_BOUNDS_MS.max),
  ),
  DEFAULT_SILENCE_LIMIT_MS,
);

const channel = v.pipe(
  v.strictObject({
    channel_id: u16,
    node_id: nodeId,
    /** In configuration and records; made from display_name when absent. */
    name: v.optional(v.pipe(v.string(), v.regex(CHANNEL_NAME, "lower case letters, digits and underscores"))),
    display_name: v.optional(v.pipe(v.string(), v.nonEmpty())),
    unit,
    is_writable: v.optional(v.boolean(), false),
    setpoint_node_id: v.optional(nodeId),
    min: v.optional(v.pipe(v.number(), v.finite())),
    max: v.optional(v.pipe(v.number(), v.finite())),
    /** Samples asked of the server per s; absent: as many as it takes. */
    rate_hz: v.optional(positive),
    /** Smallest meaningful change, in `unit`; 0: not stated. */
    resolution: v.optional(v.pipe(v.number(), v.finite(), v.minValue(0)), 0),
  }),
  v.check((c) => c.name !== undefined || c.display_name !== undefined, "needs a name or a display_name"),
  v.check((c) => !c.is_writable || c.setpoint_node_id !== undefined, "is_writable needs a setpoint_node_id"),
  v.check((c) => c.min === undefined || c.max === undefined || c.min < c.max, "min must be below max"),
);

export const opcUaGenericConfig = v.pipe(
  v.strictObject({
    endpoint_url: v.pipe(
      v.string(),
      v.regex(/^opc\.tcp:\/\/[^/\s:]+(:\d+)?(\/\S*)?$/, "not an OPC UA address, e.g. opc.tcp://host:4840"),
    ),
    security_mode: v.optional(v.picklist(SECURITY_MODES), "SignAndEncrypt"),
    security_policy: v.optional(v.picklist(SECURITY_POLICIES)),
    username: v.optional(v.pipe(v.string(), v.nonEmpty())),
    password_env_var: v.optional(v.pipe(v.string(), v.nonEmpty())),
    publishing_interval_ms: v.optional(v.pipe(v.number(), v.minValue(10), v.maxValue(60_000)), 500),
    silence_limit_ms: silenceLimitMs,
    /** For the instrument's id; absent: the instrument's key in helix.toml. */
    serial_number: v.optional(v.pipe(v.string(), v.nonEmpty())),
    channel_map: v.pipe(v.array(channel), v.nonEmpty("needs at least one channel")),
  }),
  v.check(
    (c) => c.username === undefined || c.password_env_var !== undefined,
    "username needs password_env_var, the environment variable with the password",
  ),
  v.check(
    ({ security_mode, security_policy }) =>
      security_policy === undefined || (security_mode === "None") === (security_policy === "None"),
    'security_mode and security_policy must both be "None", or neither',
  ),
  v.check((c) => areUnique(c.channel_map.map((m) => m.channel_id)), "two channels have the same channel_id"),
  v.check((c) => areUnique(c.channel_map.map(channelName)), "two channels have the same name"),
);

export type OpcUaGenericConfig = v.InferOutput<typeof opcUaGenericConfig>;
export type ChannelMapping = OpcUaGenericConfig["channel_map"][number];

interface ChannelNames {
  readonly name?: string | undefined;
  readonly display_name?: string | undefined;
}

/** Lower case with underscores, as the contract wants channel names. */
export function channelName({ name, display_name }: ChannelNames): string {
  const slug = (display_name ?? "").toLowerCase().replaceAll(/[^a-z0-9]+/g, "_");
  return name ?? slug.replaceAll(/^_+|_+$/g, "");
}

const areUnique = (values: readonly unknown[]) => new Set(values).size === values.length;
