/** The twin that helix.toml puts beside an instrument, as the pipeline asks it. */
import { fileURLToPath } from "node:url";
import type { ConfigSource, TwinConfig } from "@helix/config";
import type { ChannelDescriptor, Log } from "@helix/hal";
import type { Predict } from "@helix/pipeline";
import type { Disk } from "@helix/platform";
import { LiveTwin, libraryFile, ModelError, readModel, withParts } from "@helix/twins/stepping";

export interface TwinPlace {
  /** Of the instrument. */
  readonly key: string;
  readonly twin: TwinConfig;
  readonly channels: readonly ChannelDescriptor[];
  readonly disk: Disk;
  readonly source: ConfigSource;
  /** Told once when the twin cannot go on; what it says is left out from then on. */
  readonly log: Log;
}

/** @throws ProblemsError at the place in helix.toml: a model that cannot be read or does not fit the channels */
export async function loadPrediction(place: TwinPlace): Promise<Predict> {
  const twin = await loadTwin(place);
  let told = false;
  return (channelId, takenTaiNs, value) => {
    const prediction = twin.observe(channelId, takenTaiNs, value);
    if (twin.trouble !== undefined && !told) {
      place.log.warn(`${place.key}: the twin predicts nothing from here on: ${twin.trouble}`);
      told = true;
    }
    return prediction;
  };
}

async function loadTwin({ key, twin, channels, disk, source }: TwinPlace): Promise<LiveTwin> {
  try {
    const isFile = twin.model.endsWith(".twin");
    const path = isFile ? twin.model : fileURLToPath(libraryFile(twin.model));
    const file = isFile ? twin.model : `${twin.model}.twin`;
    const own = new TextDecoder().decode(await disk.readFile(path));
    const text = await withParts(own, file, (part) => disk.readFile(fileURLToPath(part)));
    const { model } = readModel(text, file);
    return new LiveTwin(model, { channels, names: twin.channels, startTaiNs: twin.inoculationTaiNs });
  } catch (cause) {
    if (!isFault(cause)) throw cause;
    const locate = await source.locate();
    const at = locate(["instruments", key, "twin", "model"], "value");
    throw source.error([{ file: source.file, ...at, message: `the twin of ${key}: ${cause.message}` }]);
  }
}

/** Of the file, the model or its fit; anything else is a fault of ours. */
const isFault = (error: unknown): error is Error =>
  error instanceof RangeError || error instanceof ModelError || (error instanceof Error && "code" in error);
