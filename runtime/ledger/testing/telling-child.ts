/**
 * Appends from several callers and writes one line per acknowledgement to standard output, so that it
 * can run under strace: `ack <sequence> <hash>`, at the end `done`, or `failed <message>`.
 */
import { writeSync } from "node:fs";
import { createSystemPlatform } from "@helix/platform";
import { LedgerUnavailableError, openLedger } from "../index.ts";

const [folder = "", count = "100"] = process.argv.slice(2);
const CALLERS = 4;

/** A parent that is busy lets the pipe run full for a while. */
function tell(line: string): void {
  for (;;) {
    try {
      writeSync(1, `${line}\n`);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    }
  }
}

const ledger = await openLedger({ folder, ...createSystemPlatform() });
let next = 0;

async function appendSome(): Promise<void> {
  while (next < Number(count)) {
    const i = next++;
    const event = { type: "RUNTIME_STOPPED" as const, reason: `${i} ${"x".repeat((i * 37) % 900)}` };
    const { sequence, recordHash } = await ledger.append(event, { durability: i % 7 === 0 ? "A" : "B" });
    tell(`ack ${sequence} ${recordHash}`);
  }
}

try {
  await Promise.all(Array.from({ length: CALLERS }, appendSome));
  await ledger.close();
  tell("done");
} catch (error) {
  if (!(error instanceof LedgerUnavailableError)) throw error;
  tell(`failed ${error.message}`);
  // Refused from now on, at once and without another word to the disk.
  const again = await ledger.append({ type: "RUNTIME_STOPPED", reason: "late" }).then(
    ({ sequence }) => `record ${sequence}`,
    (late: Error) => late.message,
  );
  tell(`then ${again}`);
  await ledger.close().catch((closing: Error) => tell(`close ${closing.message}`));
}
