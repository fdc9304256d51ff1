/** Faults of what the unit says on the wire: in good form, and late, silent or wrong. */

import { Touches } from "../../../touches.ts";
import { channelByName } from "../../device/channels.ts";
import { controlled } from "../../device/faults/actuator-faults.ts";
import type { Disturbance, FaultSite } from "../../device/faults/disturbance.ts";

export const silentSubscription = (): Disturbance => ({
  touched: new Touches({ subject: "samples kept from subscribers", unit: "" }),
  wire: { silent: true },
});

export const busy = ({ delayMs }: { delayMs: number }): Disturbance => ({
  touched: new Touches({ subject: "requests answered late", unit: "ms" }),
  wire: { answerDelayMs: delayMs },
});

export function slowToAcknowledge({ channel, delayMs }: { channel: string; delayMs: number }): Disturbance {
  const name = controlled(channel);
  return {
    touched: new Touches({ channel, subject: `setpoints of ${channel} acknowledged late`, unit: "ms" }),
    wire: { acknowledgeDelayMs: (written) => (written === name ? delayMs : 0) },
  };
}

const ERROR = "BadDeviceFailure";

export function errorCode({ channel }: { channel: string }): Disturbance {
  channelByName(channel);
  const touched = new Touches({ channel, subject: `readings and setpoints of ${channel}`, unit: "" });
  return {
    touched,
    show(reading) {
      if (reading.channel.name !== channel) return reading;
      touched.note(reading.status, ERROR);
      return { ...reading, status: ERROR };
    },
    command(written) {
      if (written !== channel) return undefined;
      touched.note("Good", ERROR);
      return ERROR;
    },
  };
}

export function firmwareChange({ version }: { version: string }, site: FaultSite): Disturbance {
  const touched = new Touches({ subject: "firmware version shown", unit: "" });
  touched.note(site.firmware, version);
  return { touched, wire: { firmware: version } };
}
