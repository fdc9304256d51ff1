/**
 * Process of the simulated Modbus device: started by a rig with options in the first argument, driven by
 * its messages (../control.ts), ended by "stop" or when the rig has gone. Plant time is the rig's.
 */
import { createSystemPlatform, parentChannel } from "@helix/platform";
import type { RigMessage, SimulatorMessage } from "../control.ts";
import { PlantClock } from "../sartorius-biostat/plant-clock.ts";
import { LOOPS } from "./device/loop.ts";
import type { ModbusDeviceFault, ModbusFaultReceipt } from "./faults.ts";
import { type RunningModbusDevice, startModbusDevice } from "./modbus-device.ts";
import { type ModbusDeviceSettings, parseOptions } from "./options.ts";

/** Of the rig, with the faults that this device can do. */
export type ModbusRigMessage =
  | RigMessage
  | { readonly type: "inject"; readonly id: string; readonly fault: ModbusDeviceFault };
export type ModbusSimulatorMessage =
  | Exclude<SimulatorMessage, { type: "receipt" }>
  | { readonly type: "receipt"; readonly id: string; readonly receipt: ModbusFaultReceipt };

const rig = parentChannel<ModbusRigMessage, ModbusSimulatorMessage>();
const platform = createSystemPlatform();
rig.onGone(() => process.exit(0));
// Ctrl-C reaches every process of the terminal; the rig ends this one when it has disconnected.
process.on("SIGINT", () => {});

try {
  await run(parseOptions(process.argv[2]));
} catch (error) {
  fail(error);
}

async function run(options: ModbusDeviceSettings): Promise<void> {
  let plantTimeS = options.beginS;
  const device = await startModbusDevice({ platform, options, plantTimeS: () => plantTimeS });
  device.failed.catch(fail);
  const sendTruthOnGrid = () => {
    if (plantTimeS % options.truthPeriodS === 0)
      rig.send({ type: "truth", plantTimeS, states: device.truth() });
  };
  const steppable = {
    get plantTimeS() {
      return plantTimeS;
    },
    step() {
      plantTimeS += 1;
      sendTruthOnGrid();
    },
  };
  const plant = new PlantClock(platform.clock, steppable, {
    time: (timeS, reached) => rig.send({ type: "time", plantTimeS: timeS, reached }),
    failed: fail,
  });
  rig.onMessage((message) => obey(message, device, plant));
  const truthUnits = Object.fromEntries(Object.entries(LOOPS).map(([name, { unit }]) => [name, unit]));
  rig.send({ type: "ready", endpoint: device.endpoint, plantTimeS, certificateFile: undefined, truthUnits });
  sendTruthOnGrid();
}

function obey(message: ModbusRigMessage, device: RunningModbusDevice, plant: PlantClock): void {
  try {
    switch (message.type) {
      case "advance":
        plant.advance(message.untilS, message.speed);
        return;
      case "inject":
        device.inject(message.id, message.fault);
        return;
      case "clear":
        rig.send({ type: "receipt", id: message.id, receipt: device.clear(message.id) });
        return;
      case "stop":
        plant.stop();
        stop(device).catch(fail);
    }
  } catch (error) {
    fail(error);
  }
}

/** Receipts of the faults that are still active, then an orderly end. */
async function stop(device: RunningModbusDevice): Promise<void> {
  for (const id of device.faultIds) rig.send({ type: "receipt", id, receipt: device.clear(id) });
  await device.stop();
  process.exit(0);
}

function fail(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${error instanceof Error ? (error.stack ?? message) : message}\n`);
  rig.send({ type: "failed", message });
  // Lets the message leave; the exit code is what the rig waits for.
  platform.clock.timer(100, () => process.exit(1));
}
