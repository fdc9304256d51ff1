/** `helix run --rig physical` on an instrument of libmodbus at the other end of a serial line. */
import { beforeAll, describe, expect, test } from "vitest";
import { temporaryFolder } from "./testing/folder.ts";
import {
  CONSENT,
  missingForPump,
  runOnPlant,
  startIndependentPump,
  titled,
} from "./testing/independent-plant.ts";

const LIMIT = 120_000;
const missingPump = missingForPump();

const ON_A_CABLE = `
scenario: bad-cable
title: A pump of another make, on a serial line that fails
covers: []
seed: 7
duration: 19 s
plant:
  twin: cho-fed-batch
  instruments:
    pump-1: { simulator: modbus-device, driver: modbus-generic, protocol: modbus-rtu, sample: 1 s }
schedule:
  - { at: 8 s, command: { set: pump-1.temperature, to: 36.5 Cel, rationale: test } }
faults:
  - { id: slow, at: 9 s, for: 2 s, on: pump-1.link, inject: latency, delay: 50 ms }
  - { id: cut, at: 12 s, for: 2 s, on: pump-1.link, inject: partition }
expect:
  - { always: every-gap-is-recorded }
  - { always: one-outcome-per-command }
  - { always: ledger-clean }
  - { at: end, channel: pump-1.temperature, between: [37.4, 37.6], unit: Cel }
`.trimStart();

describe.skipIf(missingPump !== undefined)(
  titled("an instrument of libmodbus on a serial line", missingPump),
  () => {
    let cwd = "";
    beforeAll(async () => {
      cwd = await temporaryFolder();
      await startIndependentPump(cwd);
    }, LIMIT);

    test("the same, with the proxy between its port and the driver's", { timeout: LIMIT }, async () => {
      const { code, stderr, result } = await runOnPlant(cwd, ON_A_CABLE, ...CONSENT);
      expect(result, stderr).toMatchObject({
        verdict: "pass",
        commands: [{ outcome: "acknowledged" }],
        faults: [
          { id: "slow", receipt: { summary: expect.stringMatching(/^\d+ bytes took ([5-9]\d|\d{3,})[. ]/) } },
          {
            id: "cut",
            receipt: { summary: expect.stringMatching(/^[1-9]\d* bytes lost on the cut cable$/) },
          },
        ],
        ledger: { verdict: "CLEAN" },
      });
      expect(code).toBe(0);
    });

    test("a fault of the cable itself is not-run: the rig pulls no plug", async () => {
      const pulled = ON_A_CABLE.replace("inject: partition", "inject: unplug");
      const { code, result } = await runOnPlant(cwd, pulled, ...CONSENT);
      expect(result).toMatchObject({
        verdict: "not-run",
        summary: expect.stringContaining(
          "unplug (fault cut): a real instrument's cable is not the rig's to pull",
        ),
      });
      expect(code).toBe(3);
    });
  },
);
