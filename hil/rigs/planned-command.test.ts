import { InstrumentError } from "@helix/hal";
import { describe, expect, test } from "vitest";
import type { PlannedAction, PlannedCalibration, PlannedCommand } from "../scenario/plan.ts";
import { calibrateAs, instrumentCommand } from "./planned-command.ts";

const CHANNELS = [
  { id: 1, name: "ph" },
  { id: 4, name: "feed_rate" },
];
const COMMON = { id: "c", atS: 0, instrument: "brx-07", rationale: "why", description: "" };
const plan = <A extends PlannedAction>(action: A) => ({ ...COMMON, ...action }) as PlannedCommand & A;
const ACTOR = { id: "scenario:test", role: "scenario" } as const;

describe("a planned command in the words of the contract", () => {
  test.each<[planned: Exclude<PlannedAction, { kind: "calibration" }>, command: object]>([
    [
      { kind: "setpoint", channel: "feed_rate", value: 0.002, unit: "L/h" },
      { type: "SetSetpoint", channelId: 4, value: 0.002, unit: "L/h", rationale: "why" },
    ],
    [
      { kind: "loop", channel: "ph", enabled: false },
      { type: "SetControlLoopEnabled", channelId: 1, enabled: false, rationale: "why" },
    ],
    [
      { kind: "mode", mode: "Hold" },
      { type: "SetMode", mode: "Hold", rationale: "why" },
    ],
    [
      { kind: "operation", operation: "PurgeLines", parameters: { volume: "5 mL" } },
      {
        type: "TriggerOperation",
        operation: "PurgeLines",
        parameters: new Map([["volume", "5 mL"]]),
        rationale: "why",
      },
    ],
    [
      { kind: "acknowledge", alarmId: 3, acknowledgedBy: "uid=jd" },
      { type: "AcknowledgeAlarm", alarmId: 3, acknowledgedBy: "uid=jd", comment: "why" },
    ],
  ])("%o", (planned, command) =>
    expect(instrumentCommand(plan(planned) as never, CHANNELS)).toEqual(command),
  );

  test("a channel that the driver does not have is the bench's mistake", () => {
    const planned = plan({ kind: "loop", channel: "foam", enabled: true });
    expect(() => instrumentCommand(planned, CHANNELS)).toThrow("the driver of brx-07 has no channel foam");
  });
});

describe("a planned calibration", () => {
  const planned: PlannedCalibration = { ...COMMON, kind: "calibration", channel: "ph", points: [] };

  test("comes to what the supervisor's record says", async () => {
    const asked: unknown[] = [];
    const supervisor = {
      calibrate: async (...parameters: unknown[]) => {
        asked.push(parameters.slice(0, 4));
        return { outcome: "PassWithWarning" } as never;
      },
    };
    expect(await calibrateAs(supervisor, planned, CHANNELS, ACTOR)).toEqual({
      actor: ACTOR,
      outcome: "PassWithWarning",
      reason: undefined,
    });
    expect(asked).toEqual([["brx-07", 1, [], ACTOR]]);
  });

  test("that does not complete is a result, not the end of the run", async () => {
    const error = new InstrumentError({
      kind: "OperationNotSupported",
      instrumentId: "sartorius:biostat-b:SIM-1" as never,
      operation: "calibration",
    });
    const supervisor = { calibrate: () => Promise.reject(error) };
    expect(await calibrateAs(supervisor, planned, CHANNELS, ACTOR)).toEqual({
      actor: ACTOR,
      outcome: "not-done",
      reason: error.message,
    });
  });
});
