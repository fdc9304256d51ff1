/**
 * The device without its protocol: loops, registers, coils, at the plant time that it is handed. What it
 * does depends on its options and on which calls were made at which plant time; on nothing else.
 */
import { DEFAULT_REGISTERS, type ModbusDeviceSettings, type RegisterEntry, wordsOf } from "../options.ts";
import { ControlLoop, LOOP_NAMES, LOOPS, type LoopName } from "./loop.ts";
import { type Cell, RegisterTable, textCells } from "./register-table.ts";
import { SensorFaults } from "./sensor-faults.ts";

export class Device {
  readonly settings: ModbusDeviceSettings;
  readonly sensors = new SensorFaults();
  readonly holding: RegisterTable;
  readonly input: RegisterTable;
  readonly #entries: readonly RegisterEntry[];
  readonly #plantTimeS: () => number;
  readonly #loops: Readonly<Record<LoopName, ControlLoop>>;

  constructor(settings: ModbusDeviceSettings, plantTimeS: () => number) {
    this.settings = settings;
    this.#plantTimeS = plantTimeS;
    const loop = (name: LoopName) => new ControlLoop(LOOPS[name], settings.beginS);
    this.#loops = { temperature: loop("temperature"), ph: loop("ph"), agitation: loop("agitation") };
    this.#entries = settings.registers ?? DEFAULT_REGISTERS;
    const cells = (table: "holding" | "input") =>
      this.#entries.filter((entry) => entry.table === table).map((entry) => this.#cell(entry));
    this.holding = new RegisterTable([...cells("holding"), ...textCells(settings.serialNumber)]);
    this.input = new RegisterTable(cells("input"));
  }

  get plantTimeS(): number {
    return this.#plantTimeS();
  }

  loop(name: LoopName): ControlLoop {
    return this.#loops[name];
  }

  /** What the sensor shows: the truth and what faults add. */
  reading(name: LoopName): number {
    const trueValue = this.#loops[name].valueAt(this.plantTimeS);
    return this.sensors.show(name, trueValue, this.plantTimeS);
  }

  /** The true values, by name. */
  truth(): Record<LoopName, number> {
    const at = (name: LoopName) => this.#loops[name].valueAt(this.plantTimeS);
    return { temperature: at("temperature"), ph: at("ph"), agitation: at("agitation") };
  }

  setpoints(): Record<LoopName, number> {
    const { temperature, ph, agitation } = this.#loops;
    return { temperature: temperature.setpoint, ph: ph.setpoint, agitation: agitation.setpoint };
  }

  /** Coils 0 to 2: the loops are on. Discrete inputs 0 to 2: their setpoints are reached. */
  bit(table: "coil" | "discrete", address: number): boolean | undefined {
    const name = LOOP_NAMES[address];
    if (name === undefined) return undefined;
    const loop = this.#loops[name];
    return table === "coil" ? loop.isOn : loop.isReachedAt(this.plantTimeS);
  }

  /** @returns false when there is no such coil */
  setCoil(address: number, isOn: boolean): boolean {
    const name = LOOP_NAMES[address];
    if (name === undefined) return false;
    this.#loops[name].setOn(isOn, this.plantTimeS);
    return true;
  }

  /** Whether a request, function code and what follows, reads or writes a register of this quantity. */
  concerns(name: LoopName, request: Buffer): boolean {
    const functionCode = request[0] ?? 0;
    const table = functionCode === 4 ? "input" : "holding";
    if (![3, 4, 6, 16].includes(functionCode) || request.length < 5) return false;
    const first = request.readUInt16BE(1);
    const end = first + (functionCode === 6 ? 1 : request.readUInt16BE(3));
    return this.#entries.some(
      (entry) =>
        entry.table === table &&
        (entry.quantity === name || entry.quantity === `${name}_setpoint`) &&
        entry.register < end &&
        entry.register + wordsOf(entry) > first,
    );
  }

  #cell(entry: RegisterEntry): Cell {
    const isSetpoint = entry.quantity.endsWith("_setpoint");
    const name = entry.quantity.replace(/_setpoint$/, "") as LoopName;
    const loop = this.#loops[name];
    if (!isSetpoint) return { entry, read: () => this.reading(name) };
    return {
      entry,
      read: () => loop.setpoint,
      write: (value) => {
        if (!loop.accepts(value)) return false;
        loop.setSetpoint(value, this.plantTimeS);
        return true;
      },
    };
  }
}
