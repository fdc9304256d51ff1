/**
 * The door of a running HELIX: a local socket beside the ledger that it writes, so that who wants something of that
 * ledger finds it by the ledger's path. One line of JSON each way; what may be asked, the runtime says.
 */
import { connectLocal } from "@helix/platform";

/** Beside the ledger, not in it: a copy of the ledger's folder is files only. */
export const doorPath = (ledgerFolder: string): string => `${ledgerFolder}.sock`;

export type DoorAnswer =
  | { readonly ok: true; readonly result: Readonly<Record<string, unknown>> }
  /** Nothing was done; for people, what to do about it too. */
  | { readonly ok: false; readonly message: string; readonly advice: string | undefined };

/** HELIX runs, and did not do it. */
export class DoorError extends Error {
  override readonly name = "DoorError";
  readonly advice: string;

  constructor(message: string, advice: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.advice = advice;
  }
}

/**
 * Asks the HELIX that runs on this ledger.
 *
 * @returns undefined where none is running
 * @throws DoorError with the answer, where it is no
 */
export async function askRunning(
  ledgerFolder: string,
  request: object,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const path = doorPath(ledgerFolder);
  const connection = await connectLocal(path).catch((cause: Error) => {
    const advice = "call this as the account that runs HELIX";
    throw new DoorError(`${path} cannot be opened: ${cause.message}`, advice, cause);
  });
  if (connection === undefined) return undefined;
  await connection.write(Buffer.from(`${JSON.stringify(request)}\n`));
  const answer = JSON.parse(await answerLine(connection.incoming)) as DoorAnswer;
  await connection.end();
  if (answer.ok) return answer.result;
  throw new DoorError(answer.message, answer.advice ?? "nothing was changed");
}

async function answerLine(incoming: AsyncIterable<Uint8Array>): Promise<string> {
  try {
    return await readLine(incoming);
  } catch (cause) {
    const advice = "look into its ledger, whether it was done: helix ledger show <folder>";
    throw new DoorError("HELIX ended before it answered", advice, cause);
  }
}

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
