/**
 * `[instruments.<key>.config]` of a Biostat (HELIX-HAL-0001 sections 7.1 and 10).
 */
import { silenceLimitMs } from "@helix/driver-opcua-generic";
import * as v from "valibot";

const text = v.pipe(v.string(), v.nonEmpty());

export const biostatConfig = v.pipe(
  v.strictObject({
    host: text,
    port: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65535)), 4840),
    protocol: v.picklist(["OpcUa", "DcuProprietary", "ModbusTcp"]),
    /** How often the unit's samples are handed over, ms; each sample is, whatever the interval. */
    poll_interval_ms: v.optional(v.pipe(v.number(), v.integer(), v.minValue(10), v.maxValue(60_000)), 1000),
    silence_limit_ms: silenceLimitMs,
    username: v.optional(text),
    password_env_var: v.optional(text),
    /** As the maker prints it; checked against the unit. Absent: the host stands in the id. */
    serial_number: v.optional(v.pipe(text, v.regex(/^[A-Za-z0-9._-]+$/, "letters, digits, dot, _ and -"))),
    /** The site's policy: from one calibration to the next, days. */
    calibration_interval_days: v.optional(v.pipe(v.number(), v.finite(), v.gtValue(0)), 30),
  }),
  v.check(
    (c) => c.username === undefined || c.password_env_var !== undefined,
    "username needs password_env_var, the environment variable with the password",
  ),
);

export type BiostatConfig = v.InferOutput<typeof biostatConfig>;
