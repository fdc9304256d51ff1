/** `helix ledger anchor --cosigned | --witness-url`: a witness's signature of a checkpoint, kept beside the ledger. */
import { resolve } from "node:path";
import { type CliContext, CliError, type CommandOutcome, EXIT } from "@helix/cli";
import { fromUtf8 } from "../bytes.ts";
import type { LedgerPlace } from "../prove-growth.ts";
import { isTimeStampUrl } from "../time-stamp/request.ts";
import type { WitnessKey } from "../witness/cosignature.ts";
import type { KeptCosignature } from "../witness/cosigned.ts";

const NS_PER_S = 1_000_000_000n;

/** Of a note in a file. @throws CliError; LedgerOpenError where it is not what it should be */
export async function keep(
  place: LedgerPlace,
  cosigned: string,
  witness: string,
  context: CliContext,
): Promise<CommandOutcome> {
  const { keepCosigned } = await import("../witness/cosigned.ts");
  const { witnessKeyGiven } = await import("../witness/witness-key.ts");
  const key = witnessKeyGiven(witness);
  const note = await noteIn(resolve(context.cwd, cosigned), context);
  return told(place, key, await keepCosigned(place, note, key), context);
}

/** Of the witness at an address. @throws CliError, with exit code 1 where it has seen another history */
export async function askFor(
  place: LedgerPlace,
  { url, key: text, timeout }: { readonly url: string; readonly key: string; readonly timeout: number },
  context: CliContext,
): Promise<CommandOutcome> {
  const { askWitness, postToWitness } = await import("../witness/ask-witness.ts");
  const { WitnessRefusal } = await import("../witness/witness.ts");
  const { witnessKeyGiven } = await import("../witness/witness-key.ts");
  if (!isTimeStampUrl(url)) {
    throw new CliError(`"${url}" is no address of a witness; give one that begins with http:// or https://`);
  }
  const key = witnessKeyGiven(text);
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(timeout * 1000)]);
  const address = `${url.replace(/\/+$/, "")}/add-checkpoint`;
  try {
    const kept = await askWitness(place, key, (request) => postToWitness(address, request, signal));
    return await told(place, key, kept, context);
  } catch (error) {
    if (!(error instanceof WitnessRefusal)) throw error;
    throw new CliError(error.message, { exitCode: EXIT.fail, cause: error });
  }
}

async function told(
  { folder }: LedgerPlace,
  witness: WitnessKey,
  { file, checkpoint, timeS }: KeptCosignature,
  context: CliContext,
): Promise<CommandOutcome> {
  const { utcText } = await import("../record-view.ts");
  const time = utcText(timeS * NS_PER_S);
  const { records, root } = checkpoint;
  context.out.write(
    `checkpoint over ${records} records cosigned by ${witness.name}, ${time}: ${folder}/${file}\n`,
  );
  return { exitCode: EXIT.pass, result: { folder, file, records, root, time, witness: witness.text } };
}

async function noteIn(path: string, { platform: { disk } }: CliContext): Promise<string> {
  if ((await disk.stat(path))?.kind !== "file")
    throw new CliError(`there is no file ${path}; name the cosigned note`);
  return fromUtf8(await disk.readFile(path));
}
