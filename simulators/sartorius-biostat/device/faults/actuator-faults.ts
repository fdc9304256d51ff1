/** Faults between a setpoint and the actuator that should follow it. */
import { Touches } from "../../../touches.ts";
import { type Actuators, OXYGEN_IN_AIR } from "../../plant/bioreactor.ts";
import { type ControlledChannel, channelByName, isControlled } from "../channels.ts";
import { ROOM_TEMPERATURE_CEL } from "../control-loops.ts";
import type { Answer } from "../status.ts";
import type { Disturbance, FaultSite } from "./disturbance.ts";

/** The actuator of each loop; of pH, the base valve. */
const ACTUATORS: Readonly<
  Record<ControlledChannel, { name: keyof Actuators; what: string; unit: string; rest: number }>
> = {
  dissolved_oxygen: {
    name: "oxygenFraction",
    what: "the oxygen valve",
    unit: "1",
    rest: OXYGEN_IN_AIR,
  },
  ph: { name: "base", what: "the base valve", unit: "mmol/L/h", rest: 0 },
  temperature: { name: "jacket", what: "the jacket", unit: "Cel", rest: ROOM_TEMPERATURE_CEL },
  agitation: { name: "stirrer", what: "the stirrer", unit: "{rev}/min", rest: 0 },
  feed_rate: { name: "feed", what: "the feed pump", unit: "L/h", rest: 0 },
};

/** Puts the actuator of `channel` at `held` each second, and notes where the loop wanted it. */
function hold(channel: string, held: (name: keyof Actuators, rest: number) => number): Disturbance {
  const { name, what, unit, rest } = ACTUATORS[controlled(channel)];
  const at = held(name, rest);
  const touched = new Touches({ channel, subject: `seconds of ${what} not following`, unit });
  return {
    touched,
    drive(actuators) {
      touched.note(actuators[name], at);
      actuators[name] = at;
    },
  };
}

export const stuckValve = ({ channel }: { channel: string }, { plant }: FaultSite): Disturbance =>
  hold(channel, (name) => plant.actuators[name]);

export function interlock({ channel }: { channel: string }): Disturbance {
  const resting = hold(channel, (_name, rest) => rest);
  return {
    ...resting,
    command(written, value): Answer | undefined {
      if (written !== channel) return undefined;
      resting.touched.note(value, "refused");
      return "BadInvalidState";
    },
  };
}

export function acknowledgedNotExecuted({ channel }: { channel: string }, site: FaultSite): Disturbance {
  const name = controlled(channel);
  const { unit } = channelByName(name);
  const touched = new Touches({ channel, subject: `setpoints of ${channel} not executed`, unit });
  return {
    touched,
    command(written, value): Answer | undefined {
      if (written !== name) return undefined;
      touched.note(value, site.setpoint(name));
      return "Good";
    },
  };
}

/** @throws RangeError for a channel without a setpoint */
export function controlled(channel: string): ControlledChannel {
  const { name } = channelByName(channel);
  if (isControlled(name)) return name;
  throw new RangeError(`channel "${channel}" of the Biostat has no setpoint`);
}
