/**
 * What may be asked of a running HELIX at its door, the local socket beside its ledger: one line of JSON each way.
 * The file's mode lets nobody in but the account that runs HELIX, so the name that a caller gives is believed.
 */
import * as v from "valibot";

const text = v.pipe(v.string(), v.nonEmpty());
const BY_A_PERSON = { account: text, reason: text };

export const REQUEST = v.variant("do", [
  v.strictObject({ do: v.literal("reload"), instrument: text, ...BY_A_PERSON }),
  v.strictObject({ do: v.literal("register"), library: text, ...BY_A_PERSON }),
  v.strictObject({ do: v.literal("drivers") }),
]);
export type ControlRequest = v.InferOutput<typeof REQUEST>;

export type ControlAnswer =
  | { readonly ok: true; readonly result: Readonly<Record<string, unknown>> }
  /** Nothing was done; for people, what to do about it too. */
  | { readonly ok: false; readonly message: string; readonly advice: string | undefined };

/** Beside the ledger, not in it: a copy of the ledger's folder is files only. */
export const controlPath = (ledgerFolder: string): string => `${ledgerFolder}.sock`;

/** Characters of one message. */
const MAX_LINE = 65_536;

/** @throws RangeError when what comes is no line */
export async function readLine(incoming: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  // Not a loop over it: leaving one early would close the connection before the answer.
  const chunks = incoming[Symbol.asyncIterator]();
  for (let line = ""; line.length <= MAX_LINE; ) {
    const { done, value } = await chunks.next();
    if (done) break;
    line += decoder.decode(value, { stream: true });
    const end = line.indexOf("\n");
    if (end >= 0) return line.slice(0, end);
  }
  throw new RangeError("the other end sent no whole line");
}
