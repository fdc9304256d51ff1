/** The ledgers kept in testing/golden: what was written must stay readable, and be judged the same. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSystemPlatform } from "@helix/platform";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exportLedger, openLedger, readLedger, verifyLedger } from "./index.ts";
import { utcText } from "./record-view.ts";
import {
  type Expected,
  expectedOf,
  filesToKeep,
  GOLDEN_PASSPHRASE,
  GOLDEN_WITNESS,
  type Golden,
  makeGolden,
  toldMarks,
} from "./testing/golden.ts";
import { parseWitnessKey } from "./witness/cosignature.ts";

const ROOT = join(import.meta.dirname, "testing", "golden");
const VERIFIER = join(import.meta.dirname, "export", "verify.py");
const python = spawnSync("python3", ["--version"]).status === 0;
const platform = createSystemPlatform("golden");
const { disk } = platform;

const names = readdirSync(ROOT)
  .filter((name) => name.endsWith(".json"))
  .map((name) => name.slice(0, -5));
const expected = (name: string) => JSON.parse(readFileSync(join(ROOT, `${name}.json`), "utf8")) as Expected;
const stored = (name: string) =>
  new Map(
    readdirSync(join(ROOT, name)).map((file) => [file, new Uint8Array(readFileSync(join(ROOT, name, file)))]),
  );

/** Of verify.py. */
const EXIT_CODES = { GOOD: 0, BAD: 1, TORN_TAIL: 3 } as const;

let made: Golden[];
let home: string;
beforeAll(async () => {
  made = await makeGolden();
  home = mkdtempSync(join(tmpdir(), "helix-golden-"));
}, 120_000);
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe("golden ledgers", () => {
  test("are what this version writes, byte for byte; if a change is meant: make-golden.ts", () => {
    expect(made.map(({ name }) => name).sort()).toEqual(names);
    for (const golden of made) {
      const [now, kept] = [filesToKeep(golden), stored(golden.name)];
      expect([...now.keys()], golden.name).toEqual([...kept.keys()].sort());
      for (const [file, bytes] of now) {
        expect(Buffer.compare(bytes, kept.get(file) ?? new Uint8Array(0)), `${golden.name}/${file}`).toBe(0);
      }
    }
  });

  test.each(names)("%s is judged as when it was kept", async (name) => {
    const folder = join(ROOT, name);
    const found = await verifyLedger({ folder, disk, ...toldMarks(name, folder) });
    expect(expectedOf({ name, shows: expected(name).shows } as Golden, found)).toEqual(expected(name));
  });

  test.skipIf(!python).each(names)(
    "%s is judged the same by verify.py, which shares no code with us",
    (name) => {
      const folder = join(ROOT, name);
      const { markFolder } = toldMarks(name, folder);
      const told = markFolder === undefined ? [] : ["--marks", markFolder];
      const { status, stdout, stderr } = spawnSync("python3", [VERIFIER, folder, "--json", ...told], {
        encoding: "utf8",
      });
      expect(stderr).toBe("");
      const said = JSON.parse(stdout) as {
        verdict: string;
        records?: number;
        root?: string;
        keys?: string[];
        rootKey?: string | null;
        untrusted?: unknown;
      };
      const { python: verdict, records, root, verifierKey, rootKey, untrusted } = expected(name);
      expect({ status, verdict: said.verdict }).toEqual({ status: EXIT_CODES[verdict], verdict });
      if (verdict !== "BAD") {
        const { keys, ...found } = said;
        expect([`${found.records}`, found.root, keys?.at(-1)]).toEqual([records, root, verifierKey]);
        expect(found).toMatchObject({ rootKey, untrusted });
      }
    },
  );

  test.skipIf(!python)(
    "of the cosigned one both verifiers say the same of the witness that is named",
    async () => {
      const folder = join(ROOT, "cosigned");
      const witnesses = [parseWitnessKey(GOLDEN_WITNESS)];
      const found = await verifyLedger({ folder, disk, witnesses });
      expect(found).toMatchObject({ verdict: "CLEAN", witnesses: [{ newest: { records: 4n } }] });
      const { stdout } = spawnSync("python3", [VERIFIER, folder, "--witness", GOLDEN_WITNESS], {
        encoding: "utf8",
      });
      const { timeS = 0n } = found.witnesses[0]?.newest ?? {};
      expect(stdout).toContain(`first 4 records were all that it had seen at ${utcText(timeS * 10n ** 9n)}`);
      for (const other of found.otherSignatures) expect(stdout).toContain(`${other}, which is not checked`);
      expect(found.otherSignatures).toHaveLength(1);
    },
  );

  test("a sealed key opens with its passphrase and with no other", async () => {
    const folder = join(home, "sealed");
    cpSync(join(ROOT, "sealed-key"), folder, { recursive: true });
    await expect(openLedger({ folder, ...platform, passphrase: "rose" })).rejects.toThrow(
      "does not open its key",
    );
    await (await openLedger({ folder, ...platform, passphrase: GOLDEN_PASSPHRASE })).close();
  });

  test("a record type of a later version survives reading and exporting, every value as it was", async () => {
    const folder = join(ROOT, "unknown-type");
    for await (const { event } of readLedger({ folder, disk })) {
      expect(event).toEqual({
        type: "CENTRIFUGE_SPUN",
        rpm: 4200n,
        below: -(2n ** 70n),
        trace: Uint8Array.of(1, 2, 255),
        list: [1, -2, 0.5, 1e300, Number.NaN, -0, true, null],
        map: new Map([["k", 1n]]),
      });
    }
    const out = join(home, "export");
    expect((await exportLedger({ folder, disk, out, selection: {}, withLedger: true })).records).toBe(1);
    const document = JSON.parse(readFileSync(join(out, "records.json"), "utf8")) as {
      records: { raw: string; event: { below: string } }[];
    };
    const [record] = document.records;
    expect(record?.event.below).toBe(`${-(2n ** 70n)}`);
    const bytes = Buffer.from(record?.raw ?? "", "base64");
    expect(readFileSync(join(folder, "seg-0000-00000000.hlx")).includes(bytes)).toBe(true);
    if (python) expect(spawnSync("python3", [VERIFIER, out]).status).toBe(0);
  });
});
