/** `[instruments.<key>.twin]`: the model that runs beside an instrument, and since when. */
import { dateToTaiNs } from "@helix/hal";
import { TomlDate } from "smol-toml";
import * as v from "valibot";

export interface TwinConfig {
  /** Absolute path of a .twin file, or a name of the library (`helix twin list`). */
  readonly model: string;
  /** Time 0 of the model, ns TAI. */
  readonly inoculationTaiNs: bigint;
  /** Channel name -> input or sensor of the model, where the names differ. */
  readonly channels: Readonly<Record<string, string>>;
}

const name = v.pipe(v.string(), v.nonEmpty());

const MOMENT = v.custom<TomlDate>(
  (input) => input instanceof TomlDate && input.isDateTime() && !input.isLocal(),
  "a date and time with its zone, such as 2026-11-20T06:00:00Z",
);

export const TWIN_TABLE = v.strictObject({
  model: name,
  inoculation: MOMENT,
  channels: v.optional(v.record(v.string(), name), {}),
});

/** `absolute` makes a path of the file's folder absolute. */
export function twinConfig(
  { model, inoculation, channels }: v.InferOutput<typeof TWIN_TABLE>,
  absolute: (path: string) => string,
): TwinConfig {
  return {
    model: model.endsWith(".twin") || model.includes("/") ? absolute(model) : model,
    inoculationTaiNs: dateToTaiNs(inoculation),
    channels,
  };
}
