/**
 * Process of the Biostat simulator: started by a rig with options in the first argument, driven by
 * its messages (../control.ts), ended by "stop" or when the rig has gone.
 */

import { createSeededRandom, createSystemPlatform, parentChannel, withDeadline } from "@helix/platform";
import { TWINS, type TwinModel } from "@helix/twins";
import type { RigMessage, SimulatorMessage } from "../control.ts";
import { Biostat } from "./biostat.ts";
import { type BiostatSimulatorOptions, parseOptions } from "./options.ts";
import { PlantClock } from "./plant-clock.ts";
import type { BiostatServer } from "./server/opcua-server.ts";
import { truthUnits } from "./truth-units.ts";

const SHUTDOWN_BUDGET_MS = 1500;

const rig = parentChannel<RigMessage, SimulatorMessage>();
const { clock } = createSystemPlatform();
rig.onGone(() => process.exit(0));
// Ctrl-C reaches every process of the terminal; the rig ends this one when it has disconnected.
process.on("SIGINT", () => {});

try {
  await run(parseOptions(process.argv[2]));
} catch (error) {
  fail(error);
}

async function run(options: BiostatSimulatorOptions): Promise<void> {
  const unit = createUnit(options);
  const password = process.env[options.passwordEnvVar];
  if (!password) {
    throw new Error(
      `environment variable ${options.passwordEnvVar} with the password of "${options.username}" is not set`,
    );
  }
  // The stack takes a quarter of a second to load: only once the options are known to be right.
  const { startBiostatServer } = await import("./server/opcua-server.ts");
  const server = await startBiostatServer(options, password, unit, clock);
  const plant = new PlantClock(clock, steppable(unit, server, options), {
    time: (plantTimeS, reached) => rig.send({ type: "time", plantTimeS, reached }),
    failed: fail,
  });
  rig.onMessage((message) => obey(message, unit, plant, server));
  rig.send({
    type: "ready",
    endpoint: server.endpoint,
    plantTimeS: unit.plantTimeS,
    certificateFile: server.certificateFile,
    truthUnits: truthUnits(twinOf(options)),
  });
  sendTruthOnGrid(unit, options);
}

function createUnit(options: BiostatSimulatorOptions): Biostat {
  const { beginS, seed } = options;
  const random = createSeededRandom(seed).fork("sartorius-biostat");
  return new Biostat({ twin: twinOf(options), beginS, random });
}

function twinOf({ twin: name }: BiostatSimulatorOptions): TwinModel {
  const twin = TWINS.get(name);
  if (!twin) throw new Error(`twin "${name}" is not known; known are: ${[...TWINS.keys()].join(", ")}`);
  return twin;
}

/** The unit, with what leaves it after each second of plant time. */
function steppable(unit: Biostat, server: BiostatServer, options: BiostatSimulatorOptions) {
  return {
    get plantTimeS() {
      return unit.plantTimeS;
    },
    step() {
      unit.step();
      server.publishState();
      if (unit.plantTimeS % options.samplePeriodS === 0) server.publishReadings();
      sendTruthOnGrid(unit, options);
    },
  };
}

function sendTruthOnGrid(unit: Biostat, { truthPeriodS }: BiostatSimulatorOptions): void {
  if (unit.plantTimeS % truthPeriodS !== 0) return;
  rig.send({ type: "truth", plantTimeS: unit.plantTimeS, states: unit.truth() });
}

function obey(message: RigMessage, unit: Biostat, plant: PlantClock, server: BiostatServer): void {
  try {
    switch (message.type) {
      case "advance":
        plant.advance(message.untilS, message.speed);
        return;
      case "inject":
        unit.inject(message.id, message.fault);
        return;
      case "clear":
        rig.send({ type: "receipt", id: message.id, receipt: unit.clear(message.id) });
        return;
      case "stop":
        plant.stop();
        void stop(unit, server);
    }
  } catch (error) {
    fail(error);
  }
}

/** Receipts of the faults that are still active, then an orderly end. */
async function stop(unit: Biostat, server: BiostatServer): Promise<void> {
  for (const id of unit.faultIds) rig.send({ type: "receipt", id, receipt: unit.clear(id) });
  try {
    await withDeadline(clock, "closing the OPC UA server", SHUTDOWN_BUDGET_MS, () => server.shutdown());
    process.exit(0);
  } catch (error) {
    fail(error);
  }
}

function fail(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${error instanceof Error ? (error.stack ?? message) : message}\n`);
  rig.send({ type: "failed", message });
  // Lets the message leave; the exit code is what the rig waits for.
  clock.timer(100, () => process.exit(1));
}
