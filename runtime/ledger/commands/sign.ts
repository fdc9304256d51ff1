import { type CliContext, CliError, defineCommand, EXIT } from "@helix/cli";
import { ORIGINS } from "@helix/hal";
import type { Disk } from "@helix/platform";
import { accountActor } from "../account-actor.ts";
import { timeStampedEvent } from "../anchor.ts";
import { SIGNATURE_MEANINGS, type SignatureMeaning, type Signer } from "../events.ts";
import { PASSPHRASE_VARIABLE } from "../key-file.ts";
import type { Ledger } from "../ledger.ts";
import type { LedgerRecord } from "../read.ts";
import { utcText } from "../record-view.ts";
import { checkTimeStampUrl, stampNewest } from "./anchor.ts";
import { FOLDER_ARGUMENT, ledgerFolder, orCliError } from "./shared.ts";

const STAMP_TIMEOUT_S = 30;

export const sign = defineCommand({
  name: "sign",
  summary: "sign a record electronically: your name, the time and what you mean by it",
  topic: "evidence",
  details:
    "Writes a record that is bound to the hash of the one you sign, so that it cannot be moved to another; verify and " +
    "verify.py check that. You sign as the account of the operating system that runs this command: HELIX asks for no " +
    "password here, and the record says so, so by itself this is not the two-component signature of 21 CFR 11.200. " +
    "What somebody did must be reviewed or approved by somebody else. HELIX must not be running on this ledger.",
  arguments: FOLDER_ARGUMENT,
  options: {
    record: { kind: "integer", summary: "the record to sign", value: "sequence", min: 0 },
    meaning: { kind: "text", summary: SIGNATURE_MEANINGS.join(", "), value: "word" },
    name: { kind: "text", summary: "your name, as it is to be printed", value: "name" },
    role: { kind: "text", summary: "in which role you sign", value: "role" },
    comment: { kind: "text", summary: "in your own words", value: "text" },
    tsa: {
      kind: "text",
      summary: "have the signature time-stamped by this authority, as a release should be",
      value: "url",
    },
  },
  examples: [
    {
      line: 'helix ledger sign ledger --record 4711 --meaning reviewed --name "Marie Curie" --role "quality assurance"',
      explains: "sign that you have reviewed record 4711",
    },
  ],

  run: (input, context) =>
    orCliError(async () => {
      const { openLedger } = await import("../open.ts");
      const { signRecord } = await import("../signature.ts");
      const folder = ledgerFolder(input.arguments.folder, context);
      const { comment, tsa } = input.options;
      if (tsa !== undefined) checkTimeStampUrl(tsa);
      const meaning = meaningOf(input.options.meaning);
      const signer = signerOf(input.options.name, input.options.role);
      const record = await recordAt(input.options.record, folder, context.platform.disk);
      const passphrase = context.env[PASSPHRASE_VARIABLE];
      // The date of a signature is worth as much as the clock it comes from.
      await context.platform.timekeeping.ask();
      const dataOrigin = ORIGINS.find((origin) => origin === record.origin);
      const ledger = await openLedger({
        folder,
        ...context.platform,
        passphrase,
        ...(dataOrigin === undefined ? {} : { dataOrigin }),
      });
      try {
        const { sequence: signature } = await signRecord(ledger, record, signer, { meaning, comment });
        context.out.write(
          `record ${record.sequence} (${record.event.type}) signed by ${signer.name}, ${meaning}: record ${signature}\n`,
        );
        const result = { folder, record: record.sequence, signature, meaning, signer };
        if (tsa === undefined) return { exitCode: EXIT.pass, result };
        const timeStamp = await stampSignature(ledger, tsa, result, context);
        return { exitCode: EXIT.pass, result: { ...result, timeStamp } };
      } finally {
        await ledger.close();
      }
    }),
});

function meaningOf(text: string | undefined): SignatureMeaning {
  const found = SIGNATURE_MEANINGS.find((meaning) => meaning === text);
  if (found !== undefined) return found;
  const given = text === undefined ? "no meaning of the signature" : `"${text}" is no meaning of a signature`;
  throw new CliError(`${given}; give --meaning ${SIGNATURE_MEANINGS.join(", ")}`);
}

function signerOf(name: string | undefined, role: string | undefined): Signer {
  if (name === undefined || role === undefined) {
    throw new CliError("a signature shows who signs; give --name and --role");
  }
  const { id, station } = accountActor("operator");
  return { id, name, role, authentication: "account of the operating system", station };
}

async function recordAt(sequence: number | undefined, folder: string, disk: Disk): Promise<LedgerRecord> {
  if (sequence === undefined) throw new CliError("no record to sign; give --record <sequence>");
  const { readLedger } = await import("../read.ts");
  for await (const record of readLedger({ folder, disk, from: BigInt(sequence) })) return record;
  throw new CliError(`ledger ${folder} has no record ${sequence}`);
}

/** The signature stands, whatever the authority says. @throws CliError */
async function stampSignature(
  ledger: Ledger,
  tsa: string,
  signed: {
    readonly folder: string;
    readonly record: bigint;
    readonly signature: bigint;
    readonly meaning: string;
  },
  context: CliContext,
) {
  const { folder } = signed;
  try {
    // A signature is acknowledged under a mark on disk, so the newest one covers it.
    const anchored = await stampNewest(folder, tsa, STAMP_TIMEOUT_S, context);
    const { file, stamp } = anchored;
    await ledger.append(timeStampedEvent(anchored, tsa, `record ${signed.record} ${signed.meaning}`));
    const time = utcText(stamp.utcNs);
    context.out.write(`time-stamped by ${stamp.authority}, ${time}: ${folder}/${file}\n`);
    return { file, time, authority: stamp.authority };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const message = `record ${signed.record} is signed (record ${signed.signature}), and ${error.message}`;
    const advice = `Do not sign again. Have it time-stamped with: helix ledger anchor ${folder} --tsa ${tsa}`;
    throw new CliError(message, { advice, exitCode: EXIT.fail, cause: error });
  }
}
