import { CliError, defineCommand, EXIT } from "@helix/cli";
import { postHttp } from "@helix/platform";
import { FOLDER_ARGUMENT, ledgerFolder, orCliError } from "./shared.ts";

const DEFAULT_TIMEOUT_S = 30;

export const anchor = defineCommand({
  name: "anchor",
  summary: "have the newest checkpoint time-stamped by somebody else",
  topic: "evidence",
  details:
    "Asks an RFC 3161 time-stamping authority and keeps its answer beside the ledger as anchor-<records>.tsr; an export " +
    "takes it along. Only a hash leaves the machine. Check it with: openssl ts -verify -data anchor-<records>.txt -in " +
    "anchor-<records>.tsr -CAfile <the authority's certificate>.",
  arguments: FOLDER_ARGUMENT,
  options: {
    tsa: { kind: "text", summary: "the authority's address", value: "url" },
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
      const { anchorLedger } = await import("../anchor.ts");
      const { tsa, timeout } = input.options;
      if (tsa === undefined || !URL.canParse(tsa)) {
        throw new CliError(
          `${tsa === undefined ? "no address" : `"${tsa}" is no address`} of a time-stamping authority; give --tsa <url>`,
        );
      }
      const folder = ledgerFolder(input.arguments.folder, context);
      const signal = AbortSignal.any([context.signal, AbortSignal.timeout(timeout * 1000)]);
      const post = (request: Uint8Array) => postQuery(tsa, request, signal);
      const { checkpoint, file } = await anchorLedger({ folder, ...context.platform, post });
      context.out.write(
        `checkpoint over ${checkpoint.records} records time-stamped by ${tsa}: ${folder}/${file}\n`,
      );
      return {
        exitCode: EXIT.pass,
        result: { folder, tsa, file, records: checkpoint.records, root: checkpoint.root },
      };
    }),
});

/** HTTP as in RFC 3161 section 3.4, by the runtime's own client. @throws CliError */
async function postQuery(tsa: string, request: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
  try {
    return await postHttp(tsa, request, { contentType: "application/timestamp-query", signal });
  } catch (error) {
    const reason =
      error instanceof Error ? ((error.cause as Error | undefined)?.message ?? error.message) : String(error);
    throw new CliError(`${tsa} gave no time-stamp: ${reason}`, {
      advice: "check the address and the network, then try again; the ledger is as it was",
      cause: error,
    });
  }
}
