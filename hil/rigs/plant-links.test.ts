/** Which links of a plant get a proxy, and how its configuration then leads there. */
import type { HelixConfig } from "@helix/config";
import { createSystemPlatform } from "@helix/platform";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { PLAN } from "../expectations/test-facts.ts";
import type { Plan } from "../scenario/plan.ts";
import { configuredAddress, configuredLine, withAddress } from "./configured-address.ts";
import { NoLinkError } from "./plant-link.ts";
import { PlantLinks } from "./plant-links.ts";

describe("the address in a driver's configuration", () => {
  test.each([
    [{ endpoint_url: "opc.tcp://brx.example:48010/ua" }, "opcua", { host: "brx.example", port: 48_010 }],
    [{ endpoint_url: "opc.tcp://192.0.2.7" }, "opcua", { host: "192.0.2.7", port: 4840 }],
    [{ host: "192.0.2.7", port: 1502 }, "modbus-tcp", { host: "192.0.2.7", port: 1502 }],
    [{ host: "bath.example" }, "modbus-tcp", { host: "bath.example", port: 502 }],
    [{ host: "brx.example" }, "opcua", { host: "brx.example", port: 4840 }],
    [{ transport: "rtu", serial_port: "/dev/ttyUSB0" }, "modbus-rtu", undefined],
    [{ endpoint_url: "no address" }, "opcua", undefined],
  ])("%j over %s", (config, protocol, address) => {
    expect(configuredAddress(config, protocol)).toEqual(address);
  });

  test("is replaced, and nothing else", () => {
    const port = fc.integer({ min: 1, max: 65_535 });
    const config = fc.oneof(
      fc.record({
        endpoint_url: fc.constantFrom("opc.tcp://a.example:1/ua", "opc.tcp://b.example"),
        unit: fc.nat(),
      }),
      fc.record({ host: fc.domain(), port, unit: fc.nat() }),
    );
    fc.assert(
      fc.property(config, fc.ipV4(), port, (before, host, other) => {
        const after = withAddress(before, { host, port: other });
        expect(configuredAddress(after, "opcua")).toEqual({ host, port: other });
        expect(after["unit"]).toBe(before.unit);
        expect(String(after["endpoint_url"]).endsWith("/ua")).toBe(
          "endpoint_url" in before && before.endpoint_url.endsWith("/ua"),
        );
      }),
    );
  });
});

test.each([
  [{ serial_port: "/dev/ttyUSB0" }, { baudRate: 19_200, dataBits: 8, parity: "even", stopBits: 1 }],
  [
    { serial_port: "/dev/ttyUSB0", baud_rate: 9600, parity: "none", stop_bits: 2 },
    { baudRate: 9600, dataBits: 8, parity: "none", stopBits: 2 },
  ],
])("the line in a driver's configuration: %j", (config, line) => {
  expect(configuredLine(config)).toEqual({ path: "/dev/ttyUSB0", ...line });
});

test.each([
  { host: "192.0.2.7" },
  { serial_port: "COM3", parity: "mark" },
  { serial_port: "COM3", stop_bits: 3 },
])("no line in %j", (config) => {
  expect(configuredLine(config)).toBeUndefined();
});

describe("links with faults", () => {
  const laid: PlantLinks[] = [];
  const plantLinks = () => {
    const links = new PlantLinks(createSystemPlatform(), "/nowhere");
    laid.push(links);
    return links;
  };
  afterEach(() => Promise.all(laid.splice(0).map((links) => links.close())));

  const plan = (...harmed: readonly string[]) => planned("opcua", harmed);
  const planned = (protocol: string, harmed: readonly string[]) =>
    ({
      ...PLAN,
      instruments: ["bath-1", "brx-07"].map((key) => ({ key, protocol })),
      faults: harmed.map((instrument) => ({ instrument })),
      armed: [],
    }) as unknown as Plan;
  const config = (bath: object) =>
    ({
      instruments: [
        { key: "bath-1", config: bath },
        { key: "brx-07", config: { host: "192.0.2.7" } },
      ],
    }) as unknown as HelixConfig;
  const reached = ({ instruments }: HelixConfig) =>
    instruments.map(({ config }) => configuredAddress(config, "opcua")?.host);

  test("have a proxy each; an instrument without a planned fault is reached as ever", async () => {
    const links = plantLinks();
    const led = await links.lay(plan("bath-1"), config({ host: "192.0.2.9" }));
    expect(reached(led)).toEqual(["127.0.0.1", "192.0.2.7"]);
    expect([...links.access.keys()]).toEqual(["bath-1"]);
    expect(links.description).toBe("a fault proxy of this rig stands before bath-1 (192.0.2.9:4840)");
  });

  test("without faults there is no proxy, and none is spoken of", async () => {
    const links = plantLinks();
    const given = config({ host: "192.0.2.9" });
    expect(await links.lay(plan(), given)).toEqual(given);
    expect(links.description).toBeUndefined();
  });

  test("where the configuration names no address there is none, and the reason is told", async () => {
    const lay = plantLinks().lay(plan("brx-07", "bath-1"), config({ serial_port: "/dev/ttyUSB0" }));
    await expect(lay).rejects.toThrow(NoLinkError);
    await expect(lay).rejects.toThrow(/\[instruments\.bath-1\.config\] names neither host nor endpoint_url/);
  });

  test("nor where the scenario has it on a serial line and helix.toml on a network", async () => {
    const lay = plantLinks().lay(planned("modbus-rtu", ["bath-1"]), config({ host: "192.0.2.9" }));
    await expect(lay).rejects.toThrow(/\[instruments\.bath-1\.config\] names no serial_port/);
  });

  test("an instrument that is known by its address must not be known by the proxy's", async () => {
    const links = plantLinks();
    await links.lay(plan("bath-1"), config({ host: "192.0.2.9" }));
    const named = (instrumentId: string) => () => links.checkIdentities([{ key: "bath-1", instrumentId }]);
    expect(named("sartorius:biostat-b:127.0.0.1")).toThrow(
      /bath-1 is known by its address alone.*serial_number/,
    );
    expect(named("sartorius:biostat-b:SN-0231")).not.toThrow();
  });
});
