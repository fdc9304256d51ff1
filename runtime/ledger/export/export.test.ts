/** Exports, and what the verifier in Python (which shares no code with us) says of them and of ledgers. */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSystemPlatform } from "@helix/platform";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exportLedger, type LedgerEvent, openLedger, parseUtc, rotateKey, verifyLedger } from "../index.ts";
import { steppedClock, stopped } from "../testing/small-ledger.ts";

const VERIFIER = join(import.meta.dirname, "verify.py");
const python = spawnSync("python3", ["--version"]).status === 0;
const needsPython = python ? "" : " (skipped: needs python3, apt-get install python3)";

const platform = createSystemPlatform("export");
const { disk, random } = platform;
let home: string;
let ledgerFolder: string;
let firstKey: string;
let earlierNote: string;
let exports = 0;

const setpoint = (i: number): LedgerEvent => ({
  type: "COMMAND_INTENT",
  commandId: `cmd-${i}`,
  instrument: i % 2 === 0 ? "brx-07" : "brx-08",
  actor: { id: i % 3 === 0 ? "m.curie" : "l.pasteur", role: "operator" },
  command: { rationale: `daily bolus ${i}, 0.02 → 0.024 L/h, "as agreed"` } as never,
  change: {
    of: "feed_rate",
    old: { value: 0.02 + i * 1e-3, unit: "L/h" },
    new: { value: 0.024, unit: "L/h" },
  },
  reason: `daily bolus ${i}, 0.02 → 0.024 L/h, "as agreed"`,
});

/** Two keys, several segments, a torn end, every kind of value; closed. */
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "helix-export-"));
  ledgerFolder = join(home, "ledger");
  // A clock of its own keeps the ledger on this thread, and its times known.
  const options = {
    folder: ledgerFolder,
    disk,
    random,
    clock: steppedClock().clock,
    origin: "helix/lyon/brx",
    segmentBytes: 24 * 4096,
  };
  let ledger = await openLedger(options);
  for (let i = 0; i < 12; i++) await ledger.append(setpoint(i));
  await Promise.all(Array.from({ length: 30 }, (_, i) => ledger.append(stopped(`batch ${i}`))));
  earlierNote = (await ledger.checkpoint()).note;
  await ledger.close();
  firstKey = (await verifyLedger({ folder: ledgerFolder, disk })).verifierKey ?? "";
  const segments = readdirSync(ledgerFolder).filter((name) => name.startsWith("seg-"));
  const last = join(ledgerFolder, segments.at(-1) ?? "");
  writeFileSync(last, Buffer.concat([readFileSync(last), Buffer.alloc(5000, 0x5a)]));
  await rotateKey({ ...options, random: random.fork("next") });
  ledger = await openLedger(options);
  const odd = {
    type: "CENTRIFUGE_SPUN",
    rpm: 4200n,
    negative: -(2n ** 70n),
    trace: Uint8Array.of(1, 2),
    nothing: null,
  };
  await ledger.append({
    ...odd,
    list: [1, -2, 0.5, 1e300, 3.5e-8, Number.NaN, -0, true],
    map: new Map([["k", 1n]]),
  } as never);
  for (let i = 12; i < 30; i++) await ledger.append(setpoint(i), { durability: i % 5 === 0 ? "A" : "B" });
  await ledger.close();
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

async function exported(selection = {}, withLedger = false, earlier: string[] = []) {
  const out = join(home, `export-${exports++}`);
  const summary = await exportLedger({ folder: ledgerFolder, disk, out, selection, withLedger, earlier });
  return { out, summary };
}

function check(folder: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync("python3", [VERIFIER, folder, "--json", ...args], {
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  return { status, ...JSON.parse(stdout) } as {
    status: number;
    verdict: string;
    reason?: string;
    records?: number;
    root?: string;
    keys?: string[];
  };
}

describe.skipIf(!python)(`the verifier in Python${needsPython}`, () => {
  test("knows the published vectors of BLAKE3 and Ed25519", () => {
    const program = `
import sys; sys.path.insert(0, ${JSON.stringify(import.meta.dirname)}); sys.dont_write_bytecode = True
import verify as v
data = bytes(i % 251 for i in range(102400))
print(v.blake3(b"").hex()); print(v.blake3(data[:1024]).hex()); print(v.blake3(data[:1025]).hex()); print(v.blake3(data[:5121]).hex())
print(v.blake3(data[:1023], b"whats the Elvish word for friend").hex())
key = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
sig = bytes.fromhex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")
print(v.ed25519_verify(key, b"\\x72", sig), v.ed25519_verify(key, b"\\x73", sig), v.ed25519_verify(key, b"\\x72", sig[:32] + bytes(32)))
`;
    expect(execFileSync("python3", ["-c", program], { encoding: "utf8" }).trim().split("\n")).toEqual([
      "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
      "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7",
      "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444",
      "628bd2cb2004694adaab7bbd778a25df25c47b9d4155a55f8fbd79f2fe154cff",
      "c951ecdf03288d0fcc96ee3413563d8a6d3589547f2c2fb36d9786470f1b9d6e",
      "True False False",
    ]);
  });

  test("finds a ledger of two keys, with a torn end, good, and agrees on the root", async () => {
    const ours = await verifyLedger({ folder: ledgerFolder, disk });
    expect(ours.verdict).toBe("CLEAN");
    const found = check(ledgerFolder, "--key", firstKey);
    expect(found).toMatchObject({
      status: 0,
      verdict: "GOOD",
      root: ours.root,
      records: Number(ours.records),
    });
    expect(found.keys?.length).toBe(2);
    expect(check(ledgerFolder, "--key", firstKey.replace("lyon", "york"))).toMatchObject({
      status: 1,
      verdict: "BAD",
    });
  });

  test("notices a changed byte anywhere in a ledger", () => {
    const files = readdirSync(ledgerFolder).filter((name) => /^(seg|hwm|torn)|policy$/.test(name));
    const copy = join(home, "changed");
    const changes = files.flatMap((name) => {
      const bytes = readFileSync(join(ledgerFolder, name));
      const meaningful = [...bytes.keys()].filter((at) => bytes[at] !== 0);
      return [3, 7].map((part) => ({
        name,
        at: meaningful[Math.floor((meaningful.length * part) / 10)] ?? 0,
      }));
    });
    expect(changes.length).toBeGreaterThanOrEqual(12);
    cpSync(ledgerFolder, copy, { recursive: true });
    for (const { name, at } of changes) {
      const bytes = readFileSync(join(ledgerFolder, name));
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      writeFileSync(join(copy, name), changed);
      // One mark of the two may be torn by a crash; the other one still holds.
      const [status, verdict] = name.startsWith("hwm") ? [3, "TORN_TAIL"] : [1, "BAD"];
      expect({ name, at, ...check(copy) }).toMatchObject({ name, at, status, verdict });
      writeFileSync(join(copy, name), bytes);
    }
    expect(check(copy)).toMatchObject({ status: 0 });
  }, 60_000);

  test("finds an export of everything good, the ledger in it too", async () => {
    const { out, summary } = await exported({}, true, [earlierNote]);
    expect(summary).toMatchObject({ notCovered: 0, pdf: true });
    const found = spawnSync("python3", [join(out, "verify.py"), out, "--key", firstKey], {
      encoding: "utf8",
    });
    expect(found.stdout).toMatch(/^GOOD/);
    expect(found.stdout).toMatch(/ledger\/: \d+ records in \d+ batches, gap-free/);
    expect(found.stdout).toContain(`${summary.records} records proven`);
    expect(found.status).toBe(0);
    expect(readdirSync(join(out, "ledger"))).not.toContain("ledger-1.key");
  }, 60_000);

  test("finds an export of some good, and every kind of change to it bad", async () => {
    const { out, summary } = await exported({ who: "curie", instrument: "BRX-07" });
    expect(summary.records).toBe(5);
    expect(check(out)).toMatchObject({ status: 0, verdict: "GOOD", records: 5 });
    const attempt = (name: string, change: (text: string) => string, reason: RegExp) => {
      const before = readFileSync(join(out, name), "utf8");
      const after = change(before);
      expect(after).not.toBe(before);
      writeFileSync(join(out, name), after);
      expect(check(out)).toMatchObject({ status: 1, verdict: "BAD", reason: expect.stringMatching(reason) });
      writeFileSync(join(out, name), before);
    };
    attempt("records.json", (text) => text.replace("daily bolus 6", "daily bolus 7"), /not the one stored/);
    attempt(
      "records.json",
      (text) => text.replace(/"utcNs": "\d/, (part) => part.replace(/\d$/, "9")),
      /not what is stored/,
    );
    attempt(
      "records.json",
      (text) => text.replace('"zone": "+00:00"', '"zone": "+01:00"'),
      /not what is stored/,
    );
    attempt(
      "records.json",
      (text) =>
        text.replace(/"raw": "(.{200})(.)/, (_, start, c) => `"raw": "${start}${c === "A" ? "B" : "A"}`),
      /./,
    );
    attempt(
      "records.csv",
      (text) => text.replace("m.curie", "m.curia").replace('""m.curie""', '""m.curia""'),
      /records.csv/,
    );
    attempt(
      "records.csv",
      (text) => text.replace(",m.curie,", ",m.curia,"),
      /says 'm.curia' for who of record \d+, recorded is 'm.curie'/,
    );
    attempt("records.csv", (text) => text.replace(",0.024,L/h,", ",0.042,L/h,"), /for new_value of record/);
    attempt(
      "records.csv",
      (text) => text.replace(",L/h,,", ",L/h,refused,"),
      /'refused' for outcome of record/,
    );
    attempt(
      "records.csv",
      (text) => text.replace(/(\d+,20\d\d)/, "$19"),
      /for (sequence|time_utc) of record/,
    );
    attempt("checkpoint.txt", (text) => text.replace(/\n\d+\n/, "\n9\n"), /not signed/);
    attempt("ledger.policy", (text) => text.replace(/rotated \d+/, "rotated 1"), /rotation/);
    attempt(
      "consistency.json",
      (text) =>
        text.replace(/"proof": \[\s*"(.)/, (part) => part.replace(/.$/, (c) => (c === "A" ? "B" : "A"))),
      /./,
    );
  }, 60_000);

  test("says what it cannot use", () => {
    expect(check(join(home, "nowhere"))).toMatchObject({ status: 2, verdict: "UNUSABLE" });
    expect(check(home)).toMatchObject({
      status: 2,
      reason: expect.stringContaining("neither a ledger nor an export"),
    });
  });
});

describe("an export", () => {
  test("holds what was asked for: by time, type, reason, sequence", async () => {
    const count = async (selection: object) => (await exported(selection)).summary.records;
    expect(await count({ what: "command_intent" })).toBe(30);
    expect(await count({ what: "KEY_ROTATED,CENTRIFUGE_SPUN" })).toBe(2);
    expect(await count({ why: "bolus 29" })).toBe(1);
    expect(await count({ from: 3n, to: 7n })).toBe(4);
    expect(await count({ since: parseUtc("2030-01-01") })).toBe(0);
    expect(await count({ until: parseUtc("2030-01-01T00:00+01:00"), what: "CENTRIFUGE_SPUN" })).toBe(1);
    expect(() => parseUtc("yesterday")).toThrow("not a time");
  });

  test("has a PDF, a table and one C2SP proof per record; the same records give the same bytes", async () => {
    const [one, two] = [await exported({ why: "bolus 2" }), await exported({ why: "bolus 2" })];
    for (const name of one.summary.files) {
      expect([name, readFileSync(join(one.out, name)).equals(readFileSync(join(two.out, name)))]).toEqual([
        name,
        true,
      ]);
    }
    expect(readFileSync(join(one.out, "records.pdf")).subarray(0, 5).toString()).toBe("%PDF-");
    const proofs = readdirSync(join(one.out, "proofs"));
    expect(proofs.length).toBe(one.summary.records);
    expect(readFileSync(join(one.out, "proofs", proofs[0] ?? ""), "utf8")).toMatch(
      /^c2sp\.org\/tlog-proof@v1\nindex \d+\n([A-Za-z0-9+/=]{44}\n)+\nhelix\/lyon\/brx\n\d+\n/,
    );
  });

  test("goes into no folder that holds something, and is not made of a damaged ledger", async () => {
    await expect(
      exportLedger({ folder: ledgerFolder, disk, out: home, selection: {}, withLedger: false }),
    ).rejects.toThrow("is not empty");
    const copy = join(home, "damaged");
    cpSync(ledgerFolder, copy, { recursive: true });
    const path = join(copy, "seg-0000-00000000.hlx");
    const bytes = readFileSync(path);
    bytes[4096 + 300] = (bytes[4096 + 300] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    await expect(
      exportLedger({ folder: copy, disk, out: join(home, "none"), selection: {}, withLedger: false }),
    ).rejects.toThrow("CORRUPT");
  });
});
