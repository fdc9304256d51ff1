/**
 * Writes the golden ledgers anew, after a change of the format that is meant:
 * node runtime/ledger/testing/make-golden.ts
 */
import { join } from "node:path";
import { createSystemPlatform } from "@helix/platform";
import { verifyLedger } from "../index.ts";
import { expectedOf, filesToKeep, makeGolden, toldMarks } from "./golden.ts";
import { FOLDER } from "./small-ledger.ts";

const ROOT = join(import.meta.dirname, "golden");
const { disk } = createSystemPlatform();

for (const golden of await makeGolden()) {
  const found = await verifyLedger({
    folder: FOLDER,
    disk: golden.disk,
    ...toldMarks(golden.name, FOLDER),
  });
  if (found.verdict !== golden.verdict) {
    throw new Error(`${golden.name} is ${found.verdict}, and should be ${golden.verdict}`);
  }
  const folder = join(ROOT, golden.name);
  await disk.makeFolder(folder);
  for (const file of await disk.list(folder)) await disk.remove(join(folder, file));
  for (const [file, bytes] of filesToKeep(golden)) await disk.writeFile(join(folder, file), bytes, 0o644);
  const expected = new TextEncoder().encode(`${JSON.stringify(expectedOf(golden, found), null, 2)}\n`);
  await disk.writeFile(join(ROOT, `${golden.name}.json`), expected, 0o644);
  process.stdout.write(`${golden.name}: ${found.verdict}, ${found.records} records\n`);
}
