/** A C2SP witness behind HTTP on loopback, for tests: what tlog-witness says of add-checkpoint, status by status. */
import { createServer } from "node:http";
import { createSeededRandom } from "@helix/platform";
import { verifyConsistency } from "../proofs.ts";
import { openCheckpoint } from "../signed-note.ts";
import { createSigningKey, parseVerifierKey } from "../signing-key.ts";
import { cosign, witnessKeyOf } from "../witness/cosignature.ts";

export interface LocalWitness {
  /** What stands before /add-checkpoint. */
  readonly url: string;
  readonly key: string;
  /** Status of each answer so far, with the old size that was asked with. */
  readonly answers: readonly string[];
  /** Said instead of the cosignature, to break it. */
  instead: string | undefined;
  stop(): Promise<void>;
}

const TIME_S = 1_950_000_000n;
const fromBase64 = (text: string) => new Uint8Array(Buffer.from(text, "base64"));

/** @param log verifier key of the one ledger that it knows */
export async function startLocalWitness(log: string): Promise<LocalWitness> {
  const ledger = parseVerifierKey(log);
  const key = createSigningKey("public.example/w", createSeededRandom("public witness"));
  const answers: string[] = [];
  let seen = { size: 0, root: fromBase64("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=") };
  const answered = (request: string): [status: number, body: string] => {
    const [head = "", text = "", signatures = ""] = request.split("\n\n");
    const [first = "", ...proof] = head.split("\n");
    const old = Number(/^old (\d+)$/.exec(first)?.[1] ?? Number.NaN);
    const checkpoint = openCheckpoint(`${text}\n\n${signatures}`, ledger);
    if (!text.startsWith(`${ledger.origin}\n`)) return [404, ""];
    if (checkpoint === undefined) return [403, ""];
    const grown = { size: Number(checkpoint.records), root: fromBase64(text.split("\n")[2] ?? "") };
    if (!(old <= grown.size)) return [400, ""];
    if (old !== seen.size) return [409, `${seen.size}\n`];
    if (!verifyConsistency(seen, grown, proof.map(fromBase64))) return [422, ""];
    seen = grown;
    const stranger = "\u2014 stranger.example/w AAAAAAAAAAAAAAAA\n";
    return [200, api.instead ?? `${stranger}${cosign(`${text}\n`, key, TIME_S)}`];
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      const isOurs = request.method === "POST" && request.url === "/w/add-checkpoint";
      const [status, text] = isOurs ? answered(body) : [405, ""];
      answers.push(`${status} ${body.slice(0, body.indexOf("\n"))}`);
      response.writeHead(status).end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const api = {
    url: `http://127.0.0.1:${port}/w`,
    key: witnessKeyOf(key).text,
    answers,
    instead: undefined as string | undefined,
    stop: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
  return api;
}
