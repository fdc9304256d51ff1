/** Appends as fast as it can and tells its parent each acknowledged sequence, until it is killed. */
import { createSystemPlatform, parentChannel } from "@helix/platform";
import { openLedger } from "../index.ts";

const APPENDERS = 16;
const parent = parentChannel<never, { acknowledged: bigint; hash: string }>();
parent.onGone(() => process.exit(1));
const folder = process.argv[2] as string;
const ledger = await openLedger({ folder, ...createSystemPlatform(), segmentBytes: 256 * 1024 });

async function appendForEver(name: number): Promise<never> {
  for (let i = 0; ; i++) {
    const { sequence, recordHash } = await ledger.append({
      type: "RUNTIME_STOPPED",
      reason: `${name} ${i} ${"x".repeat((i * 37) % 900)}`,
    });
    parent.send({ acknowledged: sequence, hash: recordHash });
  }
}

await Promise.all(Array.from({ length: APPENDERS }, (_, name) => appendForEver(name)));
