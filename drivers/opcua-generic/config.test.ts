import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { channelName, opcUaGenericConfig } from "./config.ts";

const channel = {
  channel_id: 0,
  node_id: "ns=2;s=Bioreactor.DO.PV",
  display_name: "DO (probe A)",
  unit: "%{airsat}",
};
const whole = { endpoint_url: "opc.tcp://bioreactor-01.local:4840", channel_map: [channel] };

const problem = (config: unknown) => v.safeParse(opcUaGenericConfig, config).issues?.[0]?.message;

test("security is the strictest unless the configuration says otherwise", () => {
  const parsed = v.parse(opcUaGenericConfig, whole);
  expect(parsed.security_mode).toBe("SignAndEncrypt");
  expect(parsed.security_policy).toBeUndefined();
});

test("a unit may be spelt as makers do and is kept as UCUM", () => {
  const parsed = v.parse(opcUaGenericConfig, { ...whole, channel_map: [{ ...channel, unit: "RPM" }] });
  expect(parsed.channel_map[0]?.unit).toBe("{rev}/min");
});

test("a channel's name is made from its display name", () => {
  expect(channelName(channel)).toBe("do_probe_a");
  expect(channelName({ ...channel, name: "dissolved_oxygen" })).toBe("dissolved_oxygen");
});

test("a loss is known within 5 s unless the configuration bears a longer silence", () => {
  expect(v.parse(opcUaGenericConfig, whole).silence_limit_ms).toBe(4000);
  expect(v.parse(opcUaGenericConfig, { ...whole, silence_limit_ms: 150_000 }).silence_limit_ms).toBe(150_000);
});

describe("refused, with the reason", () => {
  test.each([
    ["a silence too short to be one", { ...whole, silence_limit_ms: 10 }, />=1000/],
    ["an unknown key", { ...whole, endpoint: "x" }, /endpoint/],
    ["an address that is none", { ...whole, endpoint_url: "http://x" }, /not an OPC UA address/],
    [
      "a node id that is none",
      { ...whole, channel_map: [{ ...channel, node_id: "DO.PV" }] },
      /not an OPC UA node id/,
    ],
    ["an unknown unit", { ...whole, channel_map: [{ ...channel, unit: "bananas" }] }, /not a unit/],
    ["a user without a password variable", { ...whole, username: "op" }, /password_env_var/],
    [
      "a writable channel without setpoint node",
      { ...whole, channel_map: [{ ...channel, is_writable: true }] },
      /setpoint_node_id/,
    ],
    [
      "two channels with one id",
      { ...whole, channel_map: [channel, { ...channel, name: "b" }] },
      /same channel_id/,
    ],
    [
      "a mode and a policy that contradict",
      { ...whole, security_mode: "None", security_policy: "Basic256Sha256" },
      /both/,
    ],
    ["no channel", { ...whole, channel_map: [] }, /at least one channel/],
  ])("%s", (_what, config, reason) => {
    expect(problem(config)).toMatch(reason);
  });
});
