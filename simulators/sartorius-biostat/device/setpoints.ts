/** Setpoints, loops and mode, with the limits and interlocks of the unit. */

import { STIRRER_STOPPED_RPM } from "./alarms.ts";
import { type ControlledChannel, channelByName } from "./channels.ts";
import { type Answer, MODES, type Mode } from "./status.ts";

const FEED_TEMPERATURE_MIN_CEL = 30;
const FEED_TEMPERATURE_MAX_CEL = 39;

/** The state of the unit that interlocks look at. */
export interface InterlockInputs {
  /** Cel, as measured */
  readonly temperature: number;
  /** {rev}/min */
  readonly stirrer: number;
  readonly isCalibrating: (channel: string) => boolean;
}

export class Setpoints {
  readonly #values: Record<ControlledChannel, number>;
  readonly #enabled: Record<ControlledChannel, boolean> = {
    dissolved_oxygen: true,
    ph: true,
    temperature: true,
    agitation: true,
    feed_rate: true,
  };
  #mode: Mode = "Run";

  constructor(initial: Readonly<Record<ControlledChannel, number>>) {
    this.#values = { ...initial };
  }

  get values(): Readonly<Record<ControlledChannel, number>> {
    return this.#values;
  }

  get enabled(): Readonly<Record<ControlledChannel, boolean>> {
    return this.#enabled;
  }

  get mode(): Mode {
    return this.#mode;
  }

  /** Loops that drive their actuator now. */
  get running(): Record<ControlledChannel, boolean> {
    const on = this.#mode !== "Standby";
    const { dissolved_oxygen, ph, temperature, agitation, feed_rate } = this.#enabled;
    return {
      dissolved_oxygen: on && dissolved_oxygen,
      ph: on && ph,
      temperature: on && temperature,
      agitation: on && agitation,
      feed_rate: on && feed_rate,
    };
  }

  write(channel: ControlledChannel, value: number, inputs: InterlockInputs): Answer {
    const { setpoint } = channelByName(channel);
    if (!setpoint || !(value >= setpoint.min && value <= setpoint.max)) return "BadOutOfRange";
    if (this.#mode === "Hold" || inputs.isCalibrating(channel)) return "BadInvalidState";
    if (channel === "feed_rate" && value > 0 && !mayFeed(inputs)) return "BadInvalidState";
    this.#values[channel] = value;
    return "Good";
  }

  setLoopEnabled(channel: ControlledChannel, enabled: boolean): Answer {
    this.#enabled[channel] = enabled;
    return "Good";
  }

  setMode(text: string): Answer {
    const mode = MODES.find((known) => known === text);
    if (mode === undefined) return "BadOutOfRange";
    this.#mode = mode;
    return "Good";
  }

  emergencyStop(): void {
    this.#values.agitation = 0;
    this.#values.feed_rate = 0;
    this.#mode = "Hold";
  }
}

const mayFeed = ({ temperature, stirrer }: InterlockInputs): boolean =>
  temperature >= FEED_TEMPERATURE_MIN_CEL &&
  temperature <= FEED_TEMPERATURE_MAX_CEL &&
  stirrer >= STIRRER_STOPPED_RPM;
