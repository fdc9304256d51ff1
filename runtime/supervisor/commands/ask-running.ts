import { CliError } from "@helix/cli";
import { connectLocal } from "@helix/platform";
import { type ControlAnswer, type ControlRequest, readLine } from "../control/messages.ts";

/**
 * Asks the HELIX that runs on this ledger.
 *
 * @returns undefined where none is running
 * @throws CliError with the answer, where it is no
 */
export async function askRunning(
  path: string,
  request: ControlRequest,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const connection = await connectLocal(path).catch((cause: NodeJS.ErrnoException) => {
    throw new CliError(`${path} cannot be opened: ${cause.message}`, {
      advice: "call this as the account that runs HELIX",
      cause,
    });
  });
  if (connection === undefined) return undefined;
  await connection.write(Buffer.from(`${JSON.stringify(request)}\n`));
  const answer = JSON.parse(await lineOf(connection.incoming)) as ControlAnswer;
  await connection.end();
  if (answer.ok) return answer.result;
  const { message, advice } = answer;
  throw new CliError(message, advice === undefined ? {} : { advice });
}

async function lineOf(incoming: AsyncIterable<Uint8Array>): Promise<string> {
  try {
    return await readLine(incoming);
  } catch (cause) {
    throw new CliError("HELIX ended before it answered", {
      advice:
        "look into its ledger, whether it was done: helix ledger search --what DRIVER_RELOADED,DRIVER_REGISTERED",
      cause,
    });
  }
}
