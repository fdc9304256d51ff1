/** What a scenario may tell an instrument: the commands of the instrument contract, and calibration. */
import * as v from "valibot";
import { form } from "./forms.ts";
import { channel, count, name, rationale, sentence, text, type Words } from "./words.ts";

const pointWith = ({ quantity }: Words) =>
  v.strictObject({
    /** What the standard is certified for. */
    reference: quantity,
    lot: name,
    expires: text("a date, such as 2027-06-30"),
    certificate: name,
  });

export const commandForms = (words: Words) =>
  [
    form("set", v.strictObject({ set: channel, to: words.quantity, rationale })),
    form(
      "mode",
      v.strictObject({
        mode: v.picklist(["Run", "Hold", "CleanInPlace", "SterilizeInPlace", "Standby"]),
        on: name,
        rationale,
      }),
    ),
    form("loop", v.strictObject({ loop: channel, enabled: v.boolean(), rationale })),
    form(
      "trigger",
      v.strictObject({
        trigger: v.picklist([
          "AutoZero",
          "AutoCalibrate",
          "PurgeLines",
          "SelfTest",
          "EmergencyStop",
          "ResetAlarms",
        ]),
        on: name,
        parameters: v.optional(v.record(v.string(), v.string()), {}),
        rationale,
      }),
    ),
    form(
      "acknowledge",
      v.strictObject({
        /** Number of the alarm. */
        acknowledge: count(0),
        on: name,
        /** The person, as a directory knows them. */
        by: text("a person, such as uid=jd,ou=plant"),
        comment: sentence,
      }),
    ),
    form("calibrate", v.strictObject({ calibrate: channel, points: v.array(pointWith(words)), rationale })),
  ] as const;

export type CommandText = v.InferOutput<ReturnType<typeof commandForms>[number]["table"]>;
export type PointText = v.InferOutput<ReturnType<typeof pointWith>>;
