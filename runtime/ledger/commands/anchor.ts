import { type CliContext, CliError, defineCommand, EXIT } from "@helix/cli";
import { accountName } from "@helix/platform";
import type { AnchoredCheckpoint } from "../anchor.ts";
import { PASSPHRASE_VARIABLE } from "../key-file.ts";
import type { Ledger } from "../ledger.ts";
import { LedgerOpenError } from "../open-error.ts";
import { AnchorError, isTimeStampUrl, postTimeStampRequest } from "../time-stamp/request.ts";
import { askFor, keep } from "./keep-cosigned.ts";
import { FOLDER_ARGUMENT, ledgerFolder, MARKS_OPTION, markFolderOf, orCliError, required } from "./shared.ts";

const DEFAULT_TIMEOUT_S = 30;

export const anchor = defineCommand({
  name: "anchor",
  summary: "have a checkpoint time-stamped, or keep what a witness cosigned",
  topic: "evidence",
  details:
    "Asks an RFC 3161 time-stamping authority and keeps its answer beside the ledger as anchor-<records>.tsr, where verify " +
    "checks it and an export takes it along, and puts it on record, so that it cannot be taken away unnoticed. While HELIX holds the " +
    "ledger, or without the passphrase of a sealed key, there is a time-stamp and no record, and it says so. Only a hash leaves the machine. Who the authority is, its certificate shows: " +
    "openssl ts -verify -data anchor-<records>.txt -in anchor-<records>.tsr -CAfile <its certificate>. helix up does this " +
    "every day by itself when helix.toml names the address: [ledger] time_stamp_url. With --cosigned, keeps a checkpoint with a " +
    "witness's signature beside the ledger instead, as cosigned-<records>.txt, after checking both; see helix ledger witness. " +
    "--witness-url asks a C2SP witness for one (tlog-witness); exit code 1 when it has seen another history.",
  arguments: FOLDER_ARGUMENT,
  options: {
    tsa: { kind: "text", summary: "the authority's address, http or https", value: "url" },
    cosigned: { kind: "text", summary: "note with a witness's signature, to be kept", value: "file" },
    witnessUrl: {
      kind: "text",
      summary: "a witness to be asked: what stands before /add-checkpoint",
      value: "url",
    },
    witness: { kind: "text", summary: "then: the witness's verifier key", value: "key" },
    ...MARKS_OPTION,
    timeout: { kind: "number", summary: "seconds to wait", value: "s", min: 1, default: DEFAULT_TIMEOUT_S },
  },
  examples: [
    {
      line: "helix ledger anchor ledger --tsa https://freetsa.org/tsr",
      explains: "prove that it existed by now",
    },
  ],

  run: (input, context) =>
    orCliError(async () => {
      const { tsa, timeout, cosigned, witness, witnessUrl, marks } = input.options;
      const ways = [tsa, cosigned, witnessUrl].filter((way) => way !== undefined);
      if (ways.length > 1) throw new CliError("one at a time: give --tsa, --cosigned or --witness-url");
      if ((cosigned ?? witnessUrl) === undefined && witness !== undefined)
        throw new CliError("what of the witness? give --cosigned <file> or --witness-url <url>");
      if ((cosigned ?? witnessUrl) !== undefined) {
        const key = required(witness, "whose cosignature; give --witness <verifier key>");
        const place = {
          folder: ledgerFolder(input.arguments.folder, context),
          disk: context.platform.disk,
          markFolder: markFolderOf(marks, context),
        };
        return witnessUrl === undefined
          ? await keep(place, cosigned ?? "", key, context)
          : await askFor(place, { url: witnessUrl, key, timeout }, context);
      }
      if (tsa === undefined) {
        throw new CliError("no address of a time-stamping authority; give --tsa <url>");
      }
      checkTimeStampUrl(tsa);
      const folder = ledgerFolder(input.arguments.folder, context);
      const { anchored, record, unrecorded } = await stampOnRecord(folder, tsa, timeout, context);
      const { checkpoint, file, stamp, isNew } = anchored;
      const { utcText } = await import("../record-view.ts");
      const time = utcText(stamp.utcNs);
      const by = `${stamp.authority}, ${time}`;
      context.out.write(
        isNew
          ? `checkpoint over ${checkpoint.records} records time-stamped by ${by}: ${folder}/${file}\n`
          : `checkpoint over ${checkpoint.records} records has its time-stamp already, by ${by}: ${folder}/${file}\n`,
      );
      context.out.write(
        unrecorded === undefined
          ? `on record: record ${record}\n`
          : `not on record: ${unrecorded}; keep a copy of ${file} and its .txt elsewhere\n`,
      );
      const { records, root } = checkpoint;
      return {
        exitCode: EXIT.pass,
        result: {
          folder,
          tsa,
          file,
          records,
          root,
          time,
          authority: stamp.authority,
          isNew,
          record: record ?? null,
          unrecorded: unrecorded ?? null,
        },
      };
    }),
});

interface OnRecord {
  readonly anchored: AnchoredCheckpoint;
  /** Sequence of the record of it. */
  readonly record?: bigint;
  /** Why there is none. */
  readonly unrecorded?: string;
}

/** @throws CliError when the authority gives none; LedgerOpenError */
async function stampOnRecord(
  folder: string,
  tsa: string,
  timeoutS: number,
  context: CliContext,
): Promise<OnRecord> {
  const held = await openIfFree(folder, context);
  if (typeof held === "string") {
    return { anchored: await stampNewest(folder, tsa, timeoutS, context), unrecorded: held };
  }
  try {
    const { timeStampedEvent } = await import("../anchor.ts");
    await held.checkpoint();
    const anchored = await stampNewest(folder, tsa, timeoutS, context);
    const reason = `asked for by account:${accountName()}`;
    const { sequence } = await held.append(timeStampedEvent(anchored, tsa, reason));
    return { anchored, record: sequence };
  } finally {
    await held.close();
  }
}

/** @returns the ledger, or why it is not to be had although nothing is wrong with it. @throws LedgerOpenError */
async function openIfFree(folder: string, context: CliContext): Promise<Ledger | string> {
  const { openLedger } = await import("../open.ts");
  const passphrase = context.env[PASSPHRASE_VARIABLE];
  await context.platform.timekeeping.ask();
  try {
    return await openLedger({ folder, ...context.platform, mustExist: true, passphrase });
  } catch (error) {
    if (!(error instanceof LedgerOpenError)) throw error;
    if (error.problem === "in-use") return "the ledger is in use, and only its holder can write to it";
    if (error.problem === "passphrase" && passphrase === undefined) {
      return `the ledger's key is sealed, and ${PASSPHRASE_VARIABLE} is not set to its passphrase`;
    }
    throw error;
  }
}

/** @throws CliError for what is no http address */
export function checkTimeStampUrl(tsa: string): void {
  if (isTimeStampUrl(tsa)) return;
  const form = "give one that begins with http:// or https://";
  throw new CliError(`"${tsa}" is no address of a time-stamping authority; ${form}`);
}

/** @throws CliError when the authority gives none; LedgerOpenError */
export async function stampNewest(
  folder: string,
  tsa: string,
  timeoutS: number,
  context: CliContext,
): Promise<AnchoredCheckpoint> {
  const { anchorLedger } = await import("../anchor.ts");
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(timeoutS * 1000)]);
  const post = (request: Uint8Array) => postTimeStampRequest(tsa, request, signal);
  try {
    return await anchorLedger({ folder, ...context.platform, post });
  } catch (error) {
    if (!(error instanceof AnchorError)) throw error;
    const advice = "Check the address and the network, then try again; the ledger is as it was.";
    throw new CliError(error.message, { advice, cause: error });
  }
}
