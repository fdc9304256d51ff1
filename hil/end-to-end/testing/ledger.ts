/** A ledger's state as `helix ledger verify --json` tells it. */
import { type HelixStart, helix } from "./helix.ts";

export interface LedgerState {
  readonly exitCode: number | undefined;
  readonly verdict: "CLEAN" | "TORN_TAIL" | "CORRUPT" | "ROLLBACK";
  readonly records: number;
  readonly firstBad: { readonly sequence: string; readonly file: string; readonly offset: number } | null;
}

export async function verifiedLedger(folder: string, start: HelixStart): Promise<LedgerState> {
  const { code, stdout, stderr } = await helix(["ledger", "verify", folder, "--json"], start);
  if (!stdout.startsWith("{")) throw new Error(`ledger verify gave no JSON: ${stdout}${stderr}`);
  const result = JSON.parse(stdout) as LedgerState & { records: string };
  return { ...result, records: Number(result.records), exitCode: code };
}
