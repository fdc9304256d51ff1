/**
 * The device without its protocol: loops, registers, coils, at the plant time that it is handed. What it
 * does depends on its options and on which calls were made at which plant time; on nothing else.
 */
import { DEFAULT_REGISTERS, type ModbusDeviceSettings, type RegisterEntry } from "../options.ts";
import { ControlLoop, LOOP_NAMES, LOOPS, type LoopName } from "./loop.ts";
import { type Cell, RegisterTable, textCells } from "./register-table.ts";
import { SensorDrifts } from "./sensor-drifts.ts";

export class Device {
  readonly settings: ModbusDeviceSettings;
  readonly drifts = new SensorDrifts();
  readonly holding: RegisterTable;
  readonly input: RegisterTable;
  readonly #plantTimeS: () => number;
  readonly #loops: Readonly<Record<LoopName, ControlLoop>>;

  constructor(settings: ModbusDeviceSettings, plantTimeS: () => number) {
    this.settings = settings;
    this.#plantTimeS = plantTimeS;
    const loop = (name: LoopName) => new ControlLoop(LOOPS[name], settings.beginS);
    this.#loops = { temperature: loop("temperature"), ph: loop("ph"), agitation: loop("agitation") };
    const entries = settings.registers ?? DEFAULT_REGISTERS;
    const cells = (table: "holding" | "input") =>
      entries.filter((entry) => entry.table === table).map((entry) => this.#cell(entry));
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
    return this.drifts.show(name, trueValue, this.plantTimeS);
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
