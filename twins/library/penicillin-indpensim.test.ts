import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { RODAS4 } from "../solvers/rodas4.ts";
import { BACK_ENDS, libraryModel, runAll } from "../testing/models.ts";
import { COMPARED, type ReferenceBatch, runReferenceBatch } from "./indpensim-batch.ts";

const shared = process.env["HELIX_SHARED_DATA"] ?? join(process.cwd(), "..", "shared", "data");
const path = join(shared, "indpensim", "batch-102.json");
const isHere = existsSync(path);
const model = libraryModel("penicillin-indpensim");

/** The batch as MATLAB computed it, with its own controllers and disturbances. */
describe.skipIf(!isHere)(
  `agrees with the published reference batch${isHere ? "" : " (skipped: needs HELIX_SHARED_DATA/indpensim/batch-102.json)"}`,
  () => {
    test.each(BACK_ENDS.slice(1))(
      "mean error of every state below 2e-4 of its largest value, $name",
      ({ compile }) => {
        const batch = JSON.parse(readFileSync(path, "utf8")) as ReferenceBatch;
        const rows = runReferenceBatch(model, batch, { rtol: 1e-6, atol: 1e-9 }, compile(model, RODAS4));
        for (const [state, column] of Object.entries(COMPARED)) {
          const at = model.states.findIndex(({ name }) => name === state);
          const reference = batch.data.map((row) => row[batch.cols.indexOf(column)] as number);
          const largest = Math.max(...reference.map(Math.abs));
          const errors = rows.map((row, k) => Math.abs((row[at] as number) - (reference[k] as number)));
          expect(errors.reduce((a, b) => a + b, 0) / errors.length / largest, state).toBeLessThan(2e-4);
        }
      },
    );
  },
);

test("a model of this size is split for V8, and both forms give the same bytes", () => {
  const finals = BACK_ENDS.map(({ compile }) => {
    const kernel = compile(model, RODAS4);
    const rows = runScans(kernel);
    return Buffer.from(rows.buffer);
  });
  for (const bytes of finals) expect(Buffer.compare(bytes, finals[0] as Buffer)).toBe(0);
});

/** Ten hours in open loop. */
function runScans(kernel: ReturnType<(typeof BACK_ENDS)[number]["compile"]>): Float64Array {
  const { finals, outcomes } = runAll(kernel, { end: 10 });
  expect(outcomes[0]?.failure).toBeUndefined();
  return finals;
}
