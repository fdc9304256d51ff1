/**
 * The simulated Modbus device, whole, driven by a rig's messages (../control.ts): the same in a process of
 * its own (main.ts) and on a host of a virtual world, whose network stands in for the system's.
 */
import type { RunningSimulator, SimulatorProgramSetup } from "../control.ts";
import { PlantClock } from "../plant-clock.ts";
import { LOOPS } from "./device/loop.ts";
import { startModbusDevice } from "./modbus-device.ts";
import { checkOptions } from "./options.ts";

/** @throws Error in one clear line for wrong options, or an address that it cannot serve at */
export async function startSimulator(
  setup: Pick<SimulatorProgramSetup, "platform" | "options" | "stepsWhenDue" | "tell">,
): Promise<RunningSimulator> {
  const { platform, stepsWhenDue = false, tell } = setup;
  const options = checkOptions(setup.options);
  let plantTimeS = options.beginS;
  const failed = (error: unknown) =>
    tell({ type: "failed", message: error instanceof Error ? error.message : String(error) });
  const tellTruthOnGrid = () => {
    if (plantTimeS % options.truthPeriodS === 0) tell({ type: "truth", plantTimeS, states: device.truth() });
  };
  const steppable = {
    get plantTimeS() {
      return plantTimeS;
    },
    ...(stepsWhenDue ? { nextDueS: () => nextTruthS(plantTimeS, options.truthPeriodS) } : {}),
    step() {
      plantTimeS += 1;
      tellTruthOnGrid();
    },
  };
  const time = (timeS: number, reached: boolean) => tell({ type: "time", plantTimeS: timeS, reached });
  const plant = new PlantClock(platform.clock, steppable, { time, failed });
  // The bath is solved exactly at any time: nobody has to step it there first.
  const nowS = () => (stepsWhenDue ? plant.dueS : plantTimeS);
  const device = await startModbusDevice({ platform, options, plantTimeS: nowS });
  device.failed.catch(failed);
  const truthUnits = Object.fromEntries(Object.entries(LOOPS).map(([name, { unit }]) => [name, unit]));
  tell({ type: "ready", endpoint: device.endpoint, plantTimeS, certificateFile: undefined, truthUnits });
  tellTruthOnGrid();
  return {
    obey(message) {
      plant.catchUp();
      switch (message.type) {
        case "advance":
          return plant.advance(message.untilS, message.speed);
        case "inject":
          return device.inject(message.id, message.fault);
        case "clear":
          return tell({ type: "receipt", id: message.id, receipt: device.clear(message.id) });
      }
    },

    async stop() {
      plant.stop();
      for (const id of device.faultIds) tell({ type: "receipt", id, receipt: device.clear(id) });
      await device.stop();
    },
  };
}

const nextTruthS = (plantTimeS: number, periodS: number): number =>
  (Math.floor(plantTimeS / periodS) + 1) * periodS;
