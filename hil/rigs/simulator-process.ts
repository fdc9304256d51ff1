/**
 * One simulator in a process of its own, from its start to its end.
 */
import type { Clock } from "@helix/hal";
import { type OwnProcess, startProcess, withDeadline } from "@helix/platform";
import type {
  InstrumentFault,
  InstrumentFaultReceipt,
  RigMessage,
  SimulatorMessage,
} from "@helix/simulators";

/** The first start loads an OPC UA stack and makes a key. */
const START_BUDGET_MS = 60_000;
const STOP_BUDGET_MS = 3_000;
const RECEIPT_BUDGET_MS = 5_000;

/** The simulator could not start, or ended by itself. */
export class SimulatorError extends Error {
  override readonly name = "SimulatorError";
}

export interface SimulatorStart {
  /** Key of the instrument that it stands for. */
  readonly instrument: string;
  readonly module: string;
  /** As JSON in the first argument. */
  readonly options: object;
  readonly environment: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly onTime: (plantTimeS: number, reached: boolean) => void;
  readonly onTruth: (plantTimeS: number, states: Readonly<Record<string, number>>) => void;
  readonly onFailure: (error: SimulatorError) => void;
  /** Gives up the start; later it does nothing. */
  readonly signal: AbortSignal;
}

export class SimulatorProcess {
  readonly endpoint: string;
  /** Undefined where the protocol has none. */
  readonly certificateFile: string | undefined;
  /** UCUM units of the states that onTruth tells, by name. */
  readonly truthUnits: Readonly<Record<string, string>>;
  readonly #start: SimulatorStart;
  readonly #process: OwnProcess<RigMessage, SimulatorMessage>;
  readonly #receipts = new Map<string, PromiseWithResolvers<InstrumentFaultReceipt>>();
  #stopping = false;

  /** @throws SimulatorError when it does not come up; the signal's reason when that aborts first */
  static async start(start: SimulatorStart): Promise<SimulatorProcess> {
    const process = startProcess<RigMessage, SimulatorMessage>(start.module, {
      args: [JSON.stringify(start.options)],
      environment: start.environment,
    });
    try {
      const ready = await withDeadline(
        start.clock,
        `the start of simulator ${start.instrument}`,
        START_BUDGET_MS,
        () => firstWord(process, start.instrument),
        start.signal,
      );
      return new SimulatorProcess(start, process, ready);
    } catch (error) {
      process.kill("SIGKILL");
      await process.exited;
      throw error;
    }
  }

  private constructor(
    start: SimulatorStart,
    process: OwnProcess<RigMessage, SimulatorMessage>,
    ready: Extract<SimulatorMessage, { type: "ready" }>,
  ) {
    this.#start = start;
    this.#process = process;
    this.endpoint = ready.endpoint;
    this.certificateFile = ready.certificateFile;
    this.truthUnits = ready.truthUnits;
    process.onMessage((message) => this.#take(message));
    void process.exited.then(({ code, signal, stderrTail }) => {
      if (this.#stopping) return;
      const how = signal === undefined ? `with code ${code}` : `by ${signal}`;
      this.#fail(`simulator ${start.instrument} ended ${how}: ${lastLine(stderrTail)}`);
    });
  }

  advance(untilS: number, speed: number): void {
    this.#process.send({ type: "advance", untilS, speed });
  }

  inject(id: string, fault: InstrumentFault): void {
    this.#receipts.set(id, Promise.withResolvers());
    this.#process.send({ type: "inject", id, fault });
  }

  /** Ends a fault; undefined when the simulator gives no receipt in time. */
  async clear(id: string): Promise<InstrumentFaultReceipt | undefined> {
    const receipt = this.#receipts.get(id);
    if (!receipt) throw new Error(`fault ${id} was not injected`);
    this.#process.send({ type: "clear", id });
    try {
      return await withDeadline(
        this.#start.clock,
        `the receipt of ${id}`,
        RECEIPT_BUDGET_MS,
        () => receipt.promise,
      );
    } catch {
      // No receipt makes the run invalid; the caller records that.
      return undefined;
    }
  }

  /** Asks it to end, and sees to it that it does. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#process.send({ type: "stop" });
    try {
      await withDeadline(
        this.#start.clock,
        "the end of the simulator",
        STOP_BUDGET_MS,
        () => this.#process.exited,
      );
    } catch {
      this.#process.kill("SIGKILL");
      await this.#process.exited;
    }
  }

  #take(message: SimulatorMessage): void {
    switch (message.type) {
      case "time":
        return this.#start.onTime(message.plantTimeS, message.reached);
      case "truth":
        return this.#start.onTruth(message.plantTimeS, message.states);
      case "receipt":
        return this.#receipts.get(message.id)?.resolve(message.receipt);
      case "failed":
        return this.#fail(`simulator ${this.#start.instrument}: ${message.message}`);
      case "ready":
    }
  }

  #fail(message: string): void {
    const error = new SimulatorError(message);
    for (const receipt of this.#receipts.values()) {
      receipt.promise.catch(() => {});
      receipt.reject(error);
    }
    if (!this.#stopping) this.#start.onFailure(error);
  }
}

/** The simulator's first word: that it is ready, or why it cannot be. */
async function firstWord(process: OwnProcess<RigMessage, SimulatorMessage>, instrument: string) {
  const word = Promise.withResolvers<Extract<SimulatorMessage, { type: "ready" }>>();
  process.onMessage((message) => {
    if (message.type === "ready") word.resolve(message);
    if (message.type === "failed")
      word.reject(new SimulatorError(`simulator ${instrument}: ${message.message}`));
  });
  void process.exited.then(({ code, stderrTail }) =>
    word.reject(
      new SimulatorError(`simulator ${instrument} ended with code ${code}: ${lastLine(stderrTail)}`),
    ),
  );
  return word.promise;
}

const lastLine = (text: string) => text.trim().split("\n").at(-1) || "it left no message";
