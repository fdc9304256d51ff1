import { InstrumentError, type InstrumentStatus } from "@helix/hal";
import { expect, test } from "vitest";
import { eventLine } from "./event-line.ts";

const status = (state: InstrumentStatus["state"], reason?: string) =>
  eventLine({ type: "status", instrument: "brx", status: { state } as InstrumentStatus, reason });
const failure = new InstrumentError({ kind: "OperationNotSupported", instrumentId: "a:b:c", operation: "x" });
const error = (isLast: boolean) =>
  eventLine({
    type: "error",
    instrument: "brx",
    error: failure,
    recovery: failure.recoveryAction,
    next: "reconnect in 1.0 s (attempt 1)",
    isLast,
  });

test("an attempt that failed is one line: why, and what comes next", () => {
  expect(error(false)).toBe("brx: a:b:c does not support x; reconnect in 1.0 s (attempt 1)");
  expect(status("Disconnected", "could not connect")).toBeUndefined();
  expect(status("Connecting", "attempt 1")).toBeUndefined();
});

test("the last one is told by its alarm alone", () => {
  expect(error(true)).toBeUndefined();
  expect(status("FaultIsolated", failure.message)).toBeUndefined();
  expect(eventLine({ type: "alarm", instrument: "brx", message: "isolated" })).toBe("brx: ALARM isolated");
});

test("states that an operator waits for are shown", () => {
  expect(status("Connecting")).toBe("brx: Connecting");
  expect(status("Degraded", "ph")).toBe("brx: Degraded (ph)");
});

test("a clock that jumps is an alarm: how far, and which way", () => {
  expect(eventLine({ type: "clock-stepped", stepNs: -300_000_000_000n })).toBe(
    "ALARM the wall clock jumped back by 300.0 s; times before and after differ",
  );
  expect(eventLine({ type: "clock-stepped", stepNs: 250_000_000n })).toContain("ahead by 0.3 s");
});
