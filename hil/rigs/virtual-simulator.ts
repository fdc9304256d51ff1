/**
 * One simulator on a host of a virtual world. What the bench says to it, and what it says to the
 * bench, arrives as an event of the one it is for: the code of each runs as its own host's.
 */
import type {
  InstrumentFault,
  InstrumentFaultReceipt,
  RigMessage,
  RunningSimulator,
  SimulatorMessage,
  SimulatorProgram,
} from "@helix/simulators";
import type { Host, Station, World } from "../world/index.ts";
import { SimulatorError, type SimulatorStart } from "./simulator-process.ts";

export interface VirtualSimulatorStart
  extends Pick<SimulatorStart, "instrument" | "onTime" | "onTruth" | "onFailure"> {
  readonly world: World;
  readonly station: Station;
  /** Where the bench's own code runs. */
  readonly bench: Host;
  /** URL of the SimulatorProgram. */
  readonly program: string;
  readonly options: object;
  readonly password: string;
}

/** By fault id. */
type Receipts = Map<string, PromiseWithResolvers<InstrumentFaultReceipt | undefined>>;

export class VirtualSimulator {
  readonly endpoint: string;
  readonly certificateFile: string | undefined;
  /** UCUM units of the states that onTruth tells, by name. */
  readonly truthUnits: Readonly<Record<string, string>>;
  readonly #start: VirtualSimulatorStart;
  readonly #running: RunningSimulator;
  readonly #receipts: Receipts;

  /** @throws SimulatorError when it does not come up */
  static async start(start: VirtualSimulatorStart): Promise<VirtualSimulator> {
    const { world, station, bench, options, password, instrument } = start;
    const receipts: Receipts = new Map();
    let ready: Extract<SimulatorMessage, { type: "ready" }> | undefined;
    const tell = (message: SimulatorMessage) => {
      if (message.type === "ready") ready = message;
      else void bench.start(() => take(message, start, receipts));
    };
    try {
      const running = await station.host.start(async (host) => {
        const program = await world.load<SimulatorProgram>(host, start.program);
        return program.startSimulator({
          platform: station.platform,
          options,
          password,
          stepsWhenDue: true,
          tell,
        });
      });
      if (!ready) throw new Error("it did not say that it is ready");
      return new VirtualSimulator(start, running, receipts, ready);
    } catch (error) {
      throw new SimulatorError(`simulator ${instrument}: ${(error as Error).message}`, { cause: error });
    }
  }

  private constructor(
    start: VirtualSimulatorStart,
    running: RunningSimulator,
    receipts: Receipts,
    ready: Extract<SimulatorMessage, { type: "ready" }>,
  ) {
    this.#start = start;
    this.#running = running;
    this.#receipts = receipts;
    this.endpoint = ready.endpoint;
    this.certificateFile = ready.certificateFile;
    this.truthUnits = ready.truthUnits;
  }

  advance(untilS: number, speed: number): void {
    this.#obey({ type: "advance", untilS, speed });
  }

  inject(id: string, fault: InstrumentFault): void {
    this.#receipts.set(id, Promise.withResolvers());
    this.#obey({ type: "inject", id, fault });
  }

  /** Undefined when the simulator has failed. */
  async clear(id: string): Promise<InstrumentFaultReceipt | undefined> {
    const receipt = this.#receipts.get(id);
    if (!receipt) throw new Error(`fault ${id} was not injected`);
    this.#obey({ type: "clear", id });
    return receipt.promise;
  }

  async stop(): Promise<void> {
    await this.#start.station.host.start(() => this.#running.stop());
  }

  #obey(message: Exclude<RigMessage, { type: "stop" }>): void {
    const { station, onFailure, instrument } = this.#start;
    station.host
      .start(() => this.#running.obey(message))
      .catch((error: Error) => {
        onFailure(new SimulatorError(`simulator ${instrument}: ${error.message}`));
        // Whoever waits for a receipt would wait for ever.
        for (const receipt of this.#receipts.values()) receipt.resolve(undefined);
      });
  }
}

function take(
  message: Exclude<SimulatorMessage, { type: "ready" }>,
  { instrument, onTime, onTruth, onFailure }: VirtualSimulatorStart,
  receipts: Receipts,
): void {
  switch (message.type) {
    case "time":
      return onTime(message.plantTimeS, message.reached);
    case "truth":
      return onTruth(message.plantTimeS, message.states);
    case "receipt":
      return receipts.get(message.id)?.resolve(message.receipt);
    case "failed":
      return onFailure(new SimulatorError(`simulator ${instrument}: ${message.message}`));
  }
}
