/**
 * The Biostat simulator, whole: unit, plant time and OPC UA server, driven by a rig's messages
 * (../control.ts). The same in a process of its own (main.ts) and on a host of a virtual world.
 */
import { createSeededRandom } from "@helix/platform";
import type { RunningSimulator, SimulatorProgramSetup } from "../control.ts";
import { PlantClock } from "../plant-clock.ts";
import { Biostat } from "./biostat.ts";
import type { BiostatSimulatorOptions } from "./options.ts";
import { CULTURES, type Culture } from "./plant/culture.ts";
import { type BiostatServer, startBiostatServer } from "./server/opcua-server.ts";
import { truthUnits } from "./truth-units.ts";

/** s of plant time that the unit stands unlooked at, at the most. */
const LOOK_EVERY_S = 10;

export interface BiostatSetup extends Omit<SimulatorProgramSetup, "platform" | "options"> {
  /** The OPC UA stack opens its own sockets. */
  readonly platform: Pick<SimulatorProgramSetup["platform"], "clock">;
  readonly options: BiostatSimulatorOptions;
}

/** @throws RangeError for an unknown twin; Error that names the port when it cannot be listened on */
export async function startSimulator(setup: BiostatSetup): Promise<RunningSimulator> {
  const { options, password, stepsWhenDue = false, tell } = setup;
  const { clock } = setup.platform;
  const unit = createUnit(options);
  const server = await startBiostatServer(options, password, unit, clock);
  const plant = new PlantClock(clock, steppable(unit, server, setup), {
    time: (plantTimeS, reached) => tell({ type: "time", plantTimeS, reached }),
    failed: (error) =>
      tell({ type: "failed", message: error instanceof Error ? error.message : String(error) }),
  });
  if (stepsWhenDue) server.onRequest(() => plant.catchUp());
  tell({
    type: "ready",
    endpoint: server.endpoint,
    plantTimeS: unit.plantTimeS,
    certificateFile: server.certificateFile,
    truthUnits: truthUnits(cultureOf(options)),
  });
  tellTruthOnGrid(unit, setup);
  return {
    obey(message) {
      plant.catchUp();
      switch (message.type) {
        case "advance":
          return plant.advance(message.untilS, message.speed);
        case "inject":
          return unit.inject(message.id, message.fault);
        case "clear":
          return tell({ type: "receipt", id: message.id, receipt: unit.clear(message.id) });
      }
    },

    async stop() {
      plant.stop();
      for (const id of unit.faultIds) tell({ type: "receipt", id, receipt: unit.clear(id) });
      await server.shutdown();
    },
  };
}

function createUnit(options: BiostatSimulatorOptions): Biostat {
  const { beginS, seed } = options;
  const random = createSeededRandom(seed).fork("sartorius-biostat");
  return new Biostat({ culture: cultureOf(options), beginS, random });
}

function cultureOf({ twin: name }: BiostatSimulatorOptions): Culture {
  const culture = CULTURES.get(name);
  if (!culture)
    throw new RangeError(`twin "${name}" is not known; known are: ${[...CULTURES.keys()].join(", ")}`);
  return culture;
}

/** The unit, with what leaves it after each second of plant time. */
function steppable(unit: Biostat, server: BiostatServer, setup: BiostatSetup) {
  return {
    get plantTimeS() {
      return unit.plantTimeS;
    },
    ...(setup.stepsWhenDue === true ? { nextDueS: () => nextLookS(unit, setup.options) } : {}),
    step() {
      unit.step();
      server.publishState();
      if (unit.plantTimeS % setup.options.samplePeriodS === 0) server.publishReadings();
      tellTruthOnGrid(unit, setup);
    },
  };
}

/** The next sample; or sooner, so that an alarm does not wait for a rare one. */
function nextLookS({ plantTimeS }: Biostat, { samplePeriodS }: BiostatSimulatorOptions): number {
  return Math.min(
    (Math.floor(plantTimeS / samplePeriodS) + 1) * samplePeriodS,
    (Math.floor(plantTimeS / LOOK_EVERY_S) + 1) * LOOK_EVERY_S,
  );
}

function tellTruthOnGrid(unit: Biostat, { options, tell }: BiostatSetup): void {
  if (unit.plantTimeS % options.truthPeriodS !== 0) return;
  tell({ type: "truth", plantTimeS: unit.plantTimeS, states: unit.truth() });
}
