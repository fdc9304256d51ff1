/** Replacing one driver while the others run (HELIX-HAL-0001 section 6.4): nothing sent is lost, nobody else notices. */
import { type InstrumentConfig, readHelixConfig } from "@helix/config";
import { FRAME_BYTES, type FrameSender, frameKey, type InstrumentCommand } from "@helix/hal";
import { frame } from "@helix/hal/testing";
import { LedgerUnavailableError } from "@helix/ledger";
import { createSystemPlatform, silentLog } from "@helix/platform";
import { ManualClock } from "@helix/platform/testing";
import { expect, test } from "vitest";
import type { SupervisorEvent } from "../events.ts";
import { RecordingLedger, ScriptedDriver } from "../scripted-driver.test-support.ts";
import { createSupervisor } from "../supervisor.ts";

const PERSON = { id: "j.doe", role: "operator" } as const;
const feed: InstrumentCommand = {
  type: "SetSetpoint",
  channelId: 1,
  value: 0.02,
  unit: "L/h",
  rationale: "bolus",
};

/** Sends these when it is told to stop, as a driver does that still has something in hand. */
class LateDriver extends ScriptedDriver {
  readonly late: number;
  destroyed = false;
  sender: FrameSender | undefined;

  constructor(late: number) {
    super();
    this.late = late;
  }

  override async streamTelemetry(sender: FrameSender, config: unknown, signal: AbortSignal) {
    this.sender = sender;
    const reason = await super.streamTelemetry(sender, config, signal);
    for (let i = 0; i < this.late; i++) sender.trySend(frame({ sequence: BigInt(3 + i) }));
    return reason;
  }
}

/** Two instruments, each with the drivers that its loads give, one after another. */
async function plant(drivers: Record<string, (LateDriver | Error)[]>) {
  const clock = new ManualClock();
  const ledger = new RecordingLedger();
  const events: SupervisorEvent[] = [];
  const supervisor = await createSupervisor({
    platform: { ...createSystemPlatform(1), clock },
    ledger,
    host: {
      async load({ key }: InstrumentConfig) {
        const driver = drivers[key]?.shift();
        if (driver === undefined || driver instanceof Error) throw driver ?? new Error("no more drivers");
        Object.assign(driver, { instrumentId: `maker:model:${key}` });
        return {
          manifest: { driverName: "scripted", driverVersion: "1.0.0" } as never,
          instrument: driver,
          library: "/plant/driver",
          moduleHash: `hash ${drivers[key]?.length}`,
          destroy: async () => {
            driver.calls.push("destroy");
          },
        };
      },
    },
    config: await readHelixConfig(
      '[instruments.x]\ndriver_library = "./x"\n[instruments.y]\ndriver_library = "./x"\n',
      "/plant/helix.toml",
    ),
    origin: "simulated",
    configurationHash: "c0",
    helixVersion: "1",
    nodeVersion: "24",
    log: silentLog,
    secret: () => undefined,
    onEvent: (event) => events.push(event),
    formerRecords: (async function* () {})(),
  });
  const reader = supervisor.ring.reader("oldest");
  const bytes = new Uint8Array(FRAME_BYTES);
  const sequences = () => {
    const found: number[] = [];
    while (reader.read(bytes)) found.push(Number(frameKey(bytes, 0).sequence));
    return found;
  };
  const stop = async () => {
    const stopped = supervisor.stop("SIGINT");
    await clock.advance(20_000);
    await stopped;
  };
  const states = (key: string) =>
    events.flatMap((one) => (one.type === "status" && one.instrument === key ? [one.status.state] : []));
  supervisor.start();
  await clock.advance(100);
  return { clock, ledger, events, supervisor, sequences, states, stop };
}

test("what the old driver sends while it stops is measured; then it is ended, and the new one connects", async () => {
  const [old, fresh, other] = [new LateDriver(3), new LateDriver(0), new LateDriver(0)];
  const { clock, supervisor, ledger, sequences, states, stop } = await plant({ x: [old, fresh], y: [other] });
  sequences();
  const reloading = supervisor.reload("x", PERSON, "bug fix");
  await clock.advance(5000);
  expect((await reloading).status.state).toMatch(/Connected|Streaming/);
  // Three late ones of the old driver, two of the new one, whose sequence begins anew.
  expect(sequences()).toEqual([3, 4, 5, 1, 2]);
  expect(old.calls.slice(-2)).toEqual(["disconnect", "destroy"]);
  expect(fresh.calls).toContain("connect");
  expect(states("x").slice(-4)).toEqual(["Disconnected", "Connecting", "Connected", "Streaming"]);
  expect(other.calls).not.toContain("disconnect");
  expect(ledger.types()).not.toContain("TELEMETRY_GAP");
  expect(ledger.types()).not.toContain("DEVIATION");
  // Who reads the ledger later sees that nobody measured in between.
  const after = ledger.types().slice(ledger.types().indexOf("DRIVER_RELOADED"));
  expect(after).toEqual(["DRIVER_RELOADED", "CONNECTED", "TELEMETRY_INTERRUPTED"]);
  await stop();
  expect(fresh.calls.at(-1)).toBe("destroy");
});

test("a driver that does not end its stream cannot speak for the one after it", async () => {
  const [old, fresh] = [new LateDriver(0), new LateDriver(0)];
  old.onStream = () => new Promise(() => {});
  const { clock, supervisor, sequences, stop } = await plant({ x: [old, fresh], y: [new LateDriver(0)] });
  const reloading = supervisor.reload("x", PERSON, "hangs");
  await clock.advance(20_000);
  await reloading;
  sequences();
  expect(old.sender?.trySend(frame({ sequence: 99n }))).toBe("closed");
  await clock.advance(1000);
  expect(sequences()).toEqual([]);
  await stop();
});

test("a command under way ends with the old driver; a later one is refused while it is replaced", async () => {
  const [old, fresh] = [new LateDriver(0), new LateDriver(0)];
  const acknowledge = Promise.withResolvers<void>();
  old.onDispatch = () => acknowledge.promise;
  const { clock, supervisor, stop } = await plant({ x: [old, fresh], y: [new LateDriver(0)] });
  const underWay = supervisor.dispatch("x", feed, PERSON);
  await clock.advance(1);
  const reloading = supervisor.reload("x", PERSON, "bug fix");
  await clock.advance(1);
  const later = supervisor.dispatch("x", feed, PERSON);
  expect(supervisor.instruments[0]?.driver.state).toBe("Reloading");
  acknowledge.resolve();
  await clock.advance(5000);
  expect(await underWay).toMatchObject({ outcome: "acknowledged" });
  expect(await later).toMatchObject({ outcome: "rejected", reason: "its driver is being replaced" });
  await reloading;
  expect(old.calls.indexOf("dispatch SetSetpoint")).toBeLessThan(old.calls.lastIndexOf("disconnect"));
  expect(supervisor.instruments[0]?.driver.state).toBe("Active");
  await stop();
});

test("a new driver that cannot be loaded leaves the old one streaming, and the attempt on record", async () => {
  const old = new LateDriver(0);
  const { clock, supervisor, ledger, stop } = await plant({
    x: [old, new Error("syntax error")],
    y: [new LateDriver(0)],
  });
  await expect(supervisor.reload("x", PERSON, "bug fix")).rejects.toThrow("syntax error");
  await clock.advance(1000);
  expect(old.calls).not.toContain("disconnect");
  expect(supervisor.instruments[0]?.status.state).toBe("Streaming");
  expect(ledger.events.at(-1)).toMatchObject({
    type: "DRIVER_RELOAD_REFUSED",
    actor: PERSON,
    failure: "syntax error",
  });
  await stop();
});

test("without a ledger nothing is replaced", async () => {
  const [old, fresh] = [new LateDriver(0), new LateDriver(0)];
  const { clock, supervisor, ledger, stop } = await plant({ x: [old, fresh], y: [new LateDriver(0)] });
  ledger.failure = new LedgerUnavailableError("the disk is full");
  await expect(supervisor.reload("x", PERSON, "bug fix")).rejects.toThrow("the disk is full");
  await clock.advance(1000);
  expect(old.calls).not.toContain("disconnect");
  expect(fresh.calls).toEqual(["destroy"]);
  ledger.failure = undefined;
  await stop();
});

test("an isolated instrument serves again with a driver that works", async () => {
  const [old, fresh] = [new LateDriver(0), new LateDriver(0)];
  old.onConnect = () => Promise.reject(new Error("a defect of the driver"));
  const { clock, supervisor, stop } = await plant({ x: [old, fresh], y: [new LateDriver(0)] });
  await clock.advance(3_600_000);
  expect(supervisor.instruments[0]?.driver.state).toBe("FaultIsolated");
  const reloading = supervisor.reload("x", PERSON, "mended");
  await clock.advance(5000);
  await reloading;
  expect(supervisor.instruments[0]?.status.state).toBe("Streaming");
  await stop();
});

test("of two orders at once the second is refused; an instrument that is not there is told", async () => {
  const { clock, supervisor, stop } = await plant({
    x: [new LateDriver(0), new LateDriver(0)],
    y: [new LateDriver(0)],
  });
  const first = supervisor.reload("x", PERSON, "one");
  await expect(supervisor.reload("x", PERSON, "two")).rejects.toThrow("being replaced already");
  await expect(supervisor.reload("z", PERSON, "one")).rejects.toThrow('there is no instrument "z"');
  await clock.advance(5000);
  await first;
  await stop();
});
