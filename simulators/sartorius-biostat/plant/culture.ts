/**
 * The cultures that the unit can hold: library models, each in its vessel. Read once, when this module is
 * loaded; by blocking calls, which a virtual world passes through without its clock.
 */
import { fileURLToPath } from "node:url";
import { blockingDisk } from "@helix/platform";
import { VESSELS } from "@helix/twins";
import {
  buildProgram,
  compileToWebAssembly,
  type Kernel,
  loadLibraryModel,
  METHODS,
  type Program,
  Simulation,
  type TwinModel,
} from "@helix/twins/stepping";

export interface Culture {
  /** The culture alone: its sensors name what scenarios call the twin's states, its first input is the feed. */
  readonly model: TwinModel;
  /** The culture and the vessel round it. */
  readonly vessel: TwinModel;
  /** A compiled loop for one vessel. */
  readonly vesselKernel: () => Kernel;
  /** The same for the culture alone. */
  readonly kernel: () => Kernel;
}

const PAST = { rtol: 1e-9, atol: 1e-12 };

/** By the name that scenarios use. */
export const CULTURES: ReadonlyMap<string, Culture> = new Map(
  await Promise.all(
    [...VESSELS].map(async ([name, vessel]) => [name, await cultureOf(name, vessel)] as const),
  ),
);

async function cultureOf(name: string, vesselName: string): Promise<Culture> {
  const { model } = await loadLibraryModel(name, readNow);
  const { model: vessel } = await loadLibraryModel(vesselName, readNow);
  return { model, vessel, kernel: kernelsOf(model), vesselKernel: kernelsOf(vessel) };
}

function kernelsOf(model: TwinModel): () => Kernel {
  let program: Program | undefined;
  return () => {
    program ??= buildProgram(model, METHODS.dp5);
    return compileToWebAssembly(program);
  };
}

async function readNow(url: URL): Promise<Uint8Array> {
  const file = await blockingDisk.open(fileURLToPath(url), "read");
  try {
    const bytes = new Uint8Array(await file.size());
    await file.read(bytes, 0);
    return bytes;
  } finally {
    await file.close();
  }
}

/** Feed of the model's own recipe at `timeH` hours after inoculation, L/h. */
export const recipeFeed = ({ model }: Culture, timeH: number): number =>
  model.inputs[0]?.schedule.findLast(({ time }) => time <= timeH)?.value ?? Number.NaN;

/** The culture's states at `endH >= 0` hours along the model's own recipe, in the model's order. */
export function stateAfterRecipe(culture: Culture, endH: number): Float64Array {
  const twin = new Simulation(culture.model, METHODS.dp5, PAST, culture.kernel());
  const changes =
    culture.model.inputs[0]?.schedule.map(({ time }) => time).filter((t) => t > 0 && t < endH) ?? [];
  // The feed is constant between its changes; a step must not straddle one.
  for (const end of [...changes, endH].filter((t) => t > 0)) {
    twin.inputs[0] = recipeFeed(culture, twin.time);
    twin.advance(end);
  }
  return twin.state;
}
