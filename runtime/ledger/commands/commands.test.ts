/** `helix ledger ...` as a person calls it, on real files. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CliContext, CommandInput, CommandOutcome } from "@helix/cli";
import { createSystemPlatform } from "@helix/platform";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openLedger } from "../index.ts";
import { hasOpenssl, type LocalTsa, startLocalTsa } from "../testing/local-tsa.ts";
import { startLocalWitness } from "../testing/local-witness.ts";
import { command } from "./ledger.ts";

const platform = createSystemPlatform("ledger-commands");
let home: string;
let folder: string;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "helix-ledger-cli-"));
  folder = join(home, "ledger");
  const ledger = await openLedger({ folder, ...platform });
  for (let i = 0; i < 30; i++) {
    await ledger.append({
      type: "CALIBRATION",
      instrument: i % 2 === 0 ? "ph-1" : "ph-2",
      actor: { id: "l.pasteur", role: "operator" },
      reason: "weekly",
      record: undefined,
      failure: i === 7 ? "slope too low" : undefined,
    });
  }
  await ledger.append({ type: "RUNTIME_STOPPED", reason: "end of shift" });
  await ledger.close();
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

interface Called extends CommandOutcome {
  readonly out: string;
}

/** Of a key rotation. */
const yearly = { reason: "yearly" };

async function call(
  name: string,
  args: object,
  options: object = {},
  context: Partial<CliContext> = {},
): Promise<Called> {
  const found = command.commands.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no command ${name}`);
  const defaults: [string, unknown][] = Object.entries(found.options ?? {}).map(([key, spec]) => [
    key,
    spec.kind === "flag" ? false : spec.kind === "texts" ? [] : "default" in spec ? spec.default : undefined,
  ]);
  let out = "";
  const full: CliContext = {
    version: "0.0.0",
    platform,
    out: { write: (text) => void (out += text) },
    err: { write: () => {} },
    json: false,
    terminal: { isTty: false, columns: 80, colour: false },
    signal: new AbortController().signal,
    env: {},
    cwd: home,
    invoke: () => Promise.reject(new Error("not here")),
    ...context,
  };
  const input = { arguments: args, options: { ...Object.fromEntries(defaults), ...options } };
  const outcome = await found.run(input as CommandInput, full);
  return { ...outcome, out };
}

describe("helix ledger", () => {
  test("verify says CLEAN and exits 0", async () => {
    expect(await call("verify", { folder: "ledger" })).toMatchObject({
      exitCode: 0,
      result: { verdict: "CLEAN", records: "31" },
    });
  });

  test("show prints the newest, or from a record on; --full prints JSON", async () => {
    const newest = await call("show", { folder }, { last: 2 });
    expect(newest.out).toMatch(
      /^ +29 {2}\d{4}-\d\d-\d\dT[\d:.]+Z {2}CALIBRATION +l.pasteur \(operator\) {2}ph-2 {2}weekly\n +30 .* RUNTIME_STOPPED +end of shift\n$/,
    );
    const from = await call("show", { folder }, { from: 28, full: true });
    expect(
      from.out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).sequence),
    ).toEqual(["28", "29", "30"]);
    expect((await call("show", { folder })).out.trim().split("\n").length).toBe(20);
    expect((await call("show", { folder }, { from: 31 })).out).toBe("there is no record 31 yet\n");
  });

  test("show --follow goes on with what another one writes, until it is stopped", async () => {
    const live = join(home, "live");
    const ledger = await openLedger({ folder: live, ...platform });
    await ledger.append({ type: "RUNTIME_STOPPED", reason: "first" });
    const stop = new AbortController();
    let out = "";
    const following = call(
      "show",
      { folder: live },
      { follow: true },
      { signal: stop.signal, out: { write: (text) => void (out += text) } },
    );
    await expect.poll(() => out).toContain("first");
    await ledger.append({ type: "RUNTIME_STOPPED", reason: "second" });
    await expect.poll(() => out).toContain("second");
    stop.abort();
    expect((await following).exitCode).toBe(0);
    await ledger.close();
  });

  test("search finds by who, what, when, why, instrument", async () => {
    const count = async (options: object) =>
      (await call("search", { folder }, options, { json: true })).result.records;
    expect(await count({ who: "pasteur", instrument: "ph-2" })).toHaveLength(15);
    expect(await count({ what: "runtime_stopped" })).toHaveLength(1);
    expect(await count({ why: "SHIFT" })).toHaveLength(1);
    expect(await count({ since: "2026-01-01", until: "2999-01-01T00:00" })).toHaveLength(31);
    expect(await count({ batch: "B-1" })).toHaveLength(0);
    expect((await call("search", { folder }, { what: "CALLIBRATION" })).out).toBe(
      "0 of 31 records\ntypes in this ledger: CALIBRATION, RUNTIME_STOPPED\n",
    );
    await expect(
      call("search", { folder }, { since: "2026-02-01", until: "2026-01-01" }),
    ).rejects.toMatchObject({ exitCode: 2, message: expect.stringContaining("is not before --until") });
    await expect(call("search", { folder }, { since: "last week" })).rejects.toMatchObject({
      name: "CliError",
      exitCode: 2,
    });
  });

  test("search finds a batch wherever a record names it, and its orders by their rationale", async () => {
    const at = join(home, "batches");
    const ledger = await openLedger({ folder: at, ...platform });
    for (const event of [
      { type: "RUN_COMPLETED", instrument: "brx-07", batch: "B-0231", reason: "harvest" },
      { type: "MEDIUM_MADE", batchId: "B-0231", comment: "new lot" },
      {
        type: "COMMAND_INTENT",
        instrument: "brx-08",
        command: { batch: "b-02310", rationale: "glucose low" },
      },
      {
        type: "COMMAND_INTENT",
        instrument: "brx-09",
        command: { batch: "B-0232", rationale: "glucose low" },
      },
    ]) {
      await ledger.append(event as never);
    }
    await ledger.close();
    const found = async (options: object) => {
      const { result } = await call("search", { folder: at }, options, { json: true });
      return (result.records as { sequence: string }[]).map(({ sequence }) => sequence);
    };
    expect(await found({ batch: "B-0231" })).toEqual(["0", "1", "2"]);
    expect(await found({ batch: "B-0231", instrument: "BRX-08" })).toEqual(["2"]);
    expect(await found({ why: "glucose" })).toEqual(["2", "3"]);
    expect(await found({ why: "new LOT", what: "MEDIUM_MADE,RUN_COMPLETED" })).toEqual(["1"]);
  });

  test("prove gives a proof that leads from the record to the checkpoint's root", async () => {
    const { result, out } = await call("prove", { folder, sequence: "7" });
    const [head, index, ...rest] = out.split("\n");
    expect([head, index]).toEqual(["c2sp.org/tlog-proof@v1", "index 7"]);
    const path = rest.slice(0, rest.indexOf("")).map((line) => Buffer.from(line, "base64"));
    const [, size, root] = rest.slice(rest.indexOf("") + 1);
    const sha = (...parts: Uint8Array[]) => createHash("sha256").update(Buffer.concat(parts)).digest();
    // Record 7 of 31: left siblings up to 8 leaves, right ones from there on.
    let hash = sha(Buffer.of(0), Buffer.from(String(result.record), "base64"));
    path.forEach((sibling, level) => {
      hash = level < 3 ? sha(Buffer.of(1), sibling, hash) : sha(Buffer.of(1), hash, sibling);
    });
    expect([size, root]).toEqual(["31", hash.toString("base64")]);
    await expect(call("prove", { folder, sequence: "31" })).rejects.toMatchObject({
      name: "CliError",
      exitCode: 2,
    });
    await expect(call("prove", { folder, sequence: "seven" })).rejects.toThrow("not a record's number");
  });

  test("export makes a folder that its own verifier finds good", async () => {
    const { result } = await call("export", { folder }, { out: "copy" });
    expect(result).toMatchObject({ records: 31, notCovered: 0 });
    expect(readdirSync(join(home, "copy"))).toContain("ledger");
    await call("export", { folder }, { out: "part", instrument: "ph-1" });
    expect(readdirSync(join(home, "part"))).not.toContain("ledger");
    await expect(call("export", { folder }, { out: "copy" })).rejects.toThrow("is not empty");
    await expect(call("verify", { folder: "copy" })).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(/is an export of a ledger; check it with: python3 \S+verify\.py/),
    });
  });

  test("export takes an earlier checkpoint of this ledger alone, and writes nothing otherwise", async () => {
    const more = join(home, "more");
    cpSync(folder, more, { recursive: true });
    const ledger = await openLedger({ folder: more, ...platform });
    await ledger.append({ type: "RUNTIME_STOPPED", reason: "one more" });
    const { note } = await ledger.checkpoint();
    await ledger.close();
    writeFileSync(join(home, "later.txt"), note);
    writeFileSync(join(home, "no-note.txt"), "hello\n");
    for (const [earlier, says] of [
      ["later.txt", /ROLLBACK: the earlier checkpoint that was given counts 32 records, its newest one 31/],
      ["no-note.txt", /is not signed by a key of this ledger/],
    ] as const) {
      await expect(call("export", { folder }, { out: "refused", earlier })).rejects.toThrow(says);
      expect(readdirSync(home)).not.toContain("refused");
    }
  });

  test("rotate-key signs with a new key, sealed with the passphrase of the environment", async () => {
    const copy = join(home, "rotated");
    cpSync(folder, copy, { recursive: true });
    const env = { HELIX_LEDGER_PASSPHRASE: "tulip" };
    const { result } = await call("rotate-key", { folder: copy }, yearly, { env });
    expect(readFileSync(join(copy, "ledger-1.key"), "utf8")).toContain("scrypt");
    expect(statSync(join(copy, "ledger-1.key")).mode & 0o777).toBe(0o600);
    expect((await call("verify", { folder: copy })).result).toMatchObject({
      verdict: "CLEAN",
      verifierKey: result.key,
    });
    await expect(call("rotate-key", { folder: copy }, yearly)).rejects.toThrow("set HELIX_LEDGER_PASSPHRASE");
    const again = await call("rotate-key", { folder: copy }, yearly, { env });
    expect(again.exitCode).toBe(0);
    expect((await call("show", { folder: copy }, { last: 1 })).out).toMatch(
      /KEY_ROTATED +account:\S+ \(operator\) {2}yearly\n$/,
    );
  });

  test("create --mark-folder, move-marks, verify --marks: marks on another device", async () => {
    const [ledger, second, third] = [join(home, "marked"), join(home, "second"), join(home, "third")];
    for (const folder of [second, third]) mkdirSync(folder);
    await call("create", { folder: ledger }, { markFolder: "second", sectorBytes: "512" });
    expect(readFileSync(join(ledger, "ledger.policy"), "utf8")).toContain("\nsector 512\nmarks ");
    expect(readdirSync(second)).toEqual(["hwm.a", "hwm.b"]);
    const refusals: [string, object, RegExp][] = [
      ["create", { markFolder: "nowhere" }, /there is no folder .*nowhere/],
      ["create", { markFolder: "second" }, /is the mark of one/],
    ];
    for (const [name, options, says] of refusals) {
      await expect(call(name, { folder: join(home, "refused") }, options)).rejects.toMatchObject({
        exitCode: 2,
        message: expect.stringMatching(says),
      });
    }
    expect(readdirSync(home)).not.toContain("refused");
    await expect(call("move-marks", { folder: ledger }, { reason: "x" })).rejects.toThrow("--to");
    await expect(call("move-marks", { folder: ledger }, { to: third })).rejects.toThrow("--reason");
    const moved = await call("move-marks", { folder: ledger }, { to: third, reason: "a better disk" });
    expect(moved.result).toMatchObject({ markFolder: third, lost: false, records: "1" });
    expect([readdirSync(second), readdirSync(third)]).toEqual([[], ["hwm.a", "hwm.b"]]);
    for (const file of readdirSync(third)) renameSync(join(third, file), join(second, file));
    await expect(call("verify", { folder: ledger })).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(/keeps its high-water marks in .*third, and they are not there/),
    });
    const found = await call("verify", { folder: ledger }, { marks: "second" });
    expect(found.result).toMatchObject({ verdict: "CLEAN", records: "1" });
    await call("export", { folder: ledger }, { out: "marked-copy", marks: "second" });
    rmSync(second, { recursive: true });
    const lost = await call(
      "move-marks",
      { folder: ledger },
      { to: third, lost: true, reason: "it is dead" },
    );
    expect(lost.out).toContain("the lost marks may have counted more");
    expect((await call("verify", { folder: ledger })).result).toMatchObject({
      verdict: "CLEAN",
      records: "2",
    });
  });

  test("make-root-key, create, rotate-key: no new key without the root key, and a stolen one is told", async () => {
    const [ledger, root] = [join(home, "rooted"), join(home, "root.key")];
    const env = { HELIX_LEDGER_ROOT_PASSPHRASE: "safe" };
    const made = await call("make-root-key", { file: root }, {}, { env });
    expect(statSync(root).mode & 0o777).toBe(0o600);
    expect(readFileSync(root, "utf8")).toContain("scrypt");
    await expect(call("make-root-key", { file: root })).rejects.toThrow("is there already");
    await expect(call("create", { folder: ledger }, { rootKey: "nonsense" })).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(/not an Ed25519 verifier key/),
    });
    const rootKey = made.result.key as string;
    const created = await call("create", { folder: ledger }, { rootKey, origin: "helix/lyon" });
    expect(created.result).toMatchObject({ rootKey, key: expect.stringMatching(/^helix\/lyon\+/) });
    await expect(call("create", { folder: ledger })).rejects.toThrow("is not empty");
    for (const [name, args, options, says] of [
      ["create", { folder: root }, {}, /is not a ledger: it is not a folder/],
      ["create", { folder: join(home, "spaced") }, { origin: "a b" }, /has a space or a plus/],
      ["make-root-key", { file: join(home, "nowhere", "k") }, {}, /could not be written: .*ENOENT/],
      ["make-root-key", { file: join(home, "k") }, { name: "a b" }, /cannot name a key/],
    ] as const) {
      await expect(call(name, args, options)).rejects.toMatchObject({
        name: "CliError",
        exitCode: 2,
        message: expect.stringMatching(says),
      });
    }
    expect(readdirSync(home)).not.toContain("spaced");
    await expect(call("make-root-key", { file: join(ledger, "root.key") })).rejects.toThrow("is a ledger");

    const before = snapshot(ledger);
    for (const [options, says] of [
      [{}, /only with its root key helix\/root\+/],
      [{ rootKey: root }, /set HELIX_LEDGER_ROOT_PASSPHRASE/],
      [{ rootKey: join(ledger, "hwm.a") }, /not a private key/],
      [{ rootKey: root, compromised: true }, /go together/],
      [{ rootKey: root, reason: " " }, /not said why, which goes on record; give --reason/],
    ] as const) {
      await expect(call("rotate-key", { folder: ledger }, { ...yearly, ...options })).rejects.toMatchObject({
        exitCode: 2,
        message: expect.stringMatching(says),
      });
    }
    expect(snapshot(ledger)).toBe(before);

    const writer = await openLedger({ folder: ledger, ...platform });
    for (const reason of ["ours", "a thief's"]) await writer.append({ type: "RUNTIME_STOPPED", reason });
    await writer.close();
    const options = { rootKey: root, compromised: true, trust: 1, reason: "laptop stolen" };
    await call("rotate-key", { folder: ledger }, options, { env });
    const verified = await call("verify", { folder: ledger });
    expect(verified).toMatchObject({
      exitCode: 0,
      result: { verdict: "CLEAN", rootKey, untrusted: [{ from: "1", to: "2", epoch: 0 }] },
    });
    expect(verified.out).toContain("UNTRUSTED records 1 to 1: key 0");
    expect((await call("show", { folder: ledger }, { last: 1 })).out).toContain("laptop stolen");
    const shown = await call("show", { folder: ledger });
    expect(shown.out.split("\n").map((line) => line.includes("UNTRUSTED (key 0 was compromised)"))).toEqual([
      false,
      true,
      false,
      false,
      false,
    ]);
    expect(shown.result).toMatchObject({ records: [{}, { untrustedKey: 0 }, {}, {}] });
    const found = await call("search", { folder: ledger }, { what: "RUNTIME_STOPPED" }, { json: true });
    expect(found.out).toMatch(/ours\n.*UNTRUSTED.*a thief's\n/);
    expect(
      (found.result as { records: { untrustedKey?: number }[] }).records.map((one) => one.untrustedKey),
    ).toEqual([undefined, 0]);
    const out = join(home, "rooted export");
    await call("export", { folder: ledger }, { out });
    const python = spawnSync("python3", [join(out, "verify.py"), out, "--key", rootKey], {
      encoding: "utf8",
    });
    if (python.error === undefined) {
      expect(python.stdout).toMatch(/^GOOD[^]*UNTRUSTED records 1 to 1: key 0/);
      expect(python.status).toBe(0);
    }
  });

  test("sign writes a signature as the account that runs it, bound to the record; verify counts it", async () => {
    const copy = join(home, "signed");
    cpSync(folder, copy, { recursive: true });
    const by = { record: 7, meaning: "reviewed", name: "Marie Curie", role: "quality assurance" };
    const { result } = await call("sign", { folder: copy }, { ...by, comment: "seen" });
    expect(result).toMatchObject({ record: 7n, signature: 31n, meaning: "reviewed" });
    expect((await call("verify", { folder: copy })).result).toMatchObject({
      verdict: "CLEAN",
      signatures: 1,
    });
    expect((await call("show", { folder: copy }, { last: 1 })).out).toContain(
      "(quality assurance)  Marie Curie: reviewed record 7  seen",
    );
    const refused: [object, string][] = [
      [{ ...by, record: undefined }, "no record to sign; give --record <sequence>"],
      [{ ...by, record: 99 }, `ledger ${copy} has no record 99`],
      [{ ...by, meaning: "liked" }, '"liked" is no meaning of a signature; give --meaning authored, '],
      [{ ...by, name: undefined }, "a signature shows who signs; give --name and --role"],
      [{ ...by, role: " " }, "a signature needs the signer's role"],
    ];
    for (const [options, says] of refused) {
      await expect(call("sign", { folder: copy }, options)).rejects.toMatchObject({
        name: "CliError",
        exitCode: 2,
        message: expect.stringContaining(says),
      });
    }
    expect((await call("verify", { folder: copy })).result).toMatchObject({ records: "32", signatures: 1 });
  });
});

describe.skipIf(!hasOpenssl)(
  hasOpenssl ? "helix ledger anchor" : "helix ledger anchor (skipped: needs openssl)",
  () => {
    let tsa: LocalTsa;
    beforeAll(async () => {
      tsa = await startLocalTsa(join(home, "tsa"));
    });
    afterAll(() => tsa.stop());

    test("keeps a token that openssl finds to be of the checkpoint, and an export takes it along", async () => {
      const copy = join(home, "anchored");
      cpSync(folder, copy, { recursive: true });
      expect((await call("anchor", { folder: copy }, { tsa: tsa.url })).result).toMatchObject({
        file: "anchor-31.tsr",
        authority: "CN=Test TSA",
        isNew: true,
        record: 31n,
      });
      expect((await call("show", { folder: copy }, { last: 1 })).out).toMatch(
        /^ +31 .* TIME_STAMPED .* 31 records were there at .* asked for by account:/,
      );
      expect(tsa.requests).toEqual(["POST application/timestamp-query"]);
      tsa.verify(join(copy, "anchor-31.txt"), join(copy, "anchor-31.tsr"));
      const verified = await call("verify", { folder: copy });
      expect(verified).toMatchObject({ exitCode: 0, result: { timeStamps: { count: 1 } } });
      expect(verified.out).toMatch(/time {5}1 time-stamped checkpoints, the newest \S+Z by CN=Test TSA/);
      await call("export", { folder: copy }, { out: "anchored-copy", what: "RUNTIME_STOPPED" });
      expect(readdirSync(join(home, "anchored-copy"))).toContain("anchor-31.tsr");
      const python = spawnSync(
        "python3",
        [join(home, "anchored-copy", "verify.py"), join(home, "anchored-copy")],
        { encoding: "utf8" },
      );
      if (python.error === undefined) {
        expect(python.stdout).toMatch(
          /anchor-31.tsr: the first 31 records were there at \S+ \S+ UTC, signed by Test TSA/,
        );
      }
    }, 60_000);

    test("while another process holds the ledger has its time-stamp, and says that it is not on record", async () => {
      const copy = join(home, "busy");
      cpSync(folder, copy, { recursive: true });
      const holder = await openLedger({ folder: copy, ...platform });
      const { out, result } = await call("anchor", { folder: copy }, { tsa: tsa.url });
      expect(result).toMatchObject({ file: "anchor-31.tsr", isNew: true, record: null });
      expect(out).toMatch(/\nnot on record: the ledger is in use.*; keep a copy of anchor-31\.tsr/);
      await holder.close();
      expect((await call("verify", { folder: copy })).result).toMatchObject({
        verdict: "CLEAN",
        records: "31",
        timeStamps: { count: 1 },
      });
      // Free again: the token is there already, and goes on record now.
      const again = await call("anchor", { folder: copy }, { tsa: tsa.url });
      expect(again.result).toMatchObject({ file: "anchor-31.tsr", isNew: false, record: 31n });
      rmSync(join(copy, "anchor-31.tsr"));
      expect((await call("verify", { folder: copy })).result).toMatchObject({ verdict: "CORRUPT" });
    }, 60_000);

    test("of a sealed key: without its passphrase no record, with a wrong one nothing at all", async () => {
      const copy = join(home, "sealed and anchored");
      await (await openLedger({ folder: copy, ...platform, passphrase: "right" })).close();
      const before = snapshot(copy);
      const asked = tsa.requests.length;
      const env = { HELIX_LEDGER_PASSPHRASE: "wrong" };
      await expect(call("anchor", { folder: copy }, { tsa: tsa.url }, { env })).rejects.toMatchObject({
        name: "CliError",
        exitCode: 2,
        message: expect.stringContaining("does not open its key; nothing was changed"),
      });
      expect([tsa.requests.length, snapshot(copy)]).toEqual([asked, before]);
      expect(await call("anchor", { folder: copy }, { tsa: tsa.url })).toMatchObject({
        out: expect.stringContaining("not on record: the ledger's key is sealed"),
        result: { isNew: true, record: null },
      });
      const right = { env: { HELIX_LEDGER_PASSPHRASE: "right" } };
      const { result } = await call("anchor", { folder: copy }, { tsa: tsa.url }, right);
      expect(result).toMatchObject({ isNew: false, record: 0n });
    }, 60_000);

    test("does not replace the time-stamp that a checkpoint has, but one that is none", async () => {
      const copy = join(home, "twice");
      cpSync(folder, copy, { recursive: true });
      const holder = await openLedger({ folder: copy, ...platform });
      await call("anchor", { folder: copy }, { tsa: tsa.url });
      const token = readFileSync(join(copy, "anchor-31.tsr"));
      const again = await call("anchor", { folder: copy }, { tsa: tsa.url });
      expect(again.out).toContain("has its time-stamp already");
      expect(readFileSync(join(copy, "anchor-31.tsr")).equals(token)).toBe(true);
      await holder.close();
      writeFileSync(join(copy, "anchor-31.tsr"), "no token");
      expect(await call("verify", { folder: copy })).toMatchObject({
        exitCode: 1,
        result: { verdict: "CORRUPT", firstBad: { file: "anchor-31.tsr" } },
      });
      expect((await call("anchor", { folder: copy }, { tsa: tsa.url })).result).toMatchObject({
        isNew: true,
      });
      expect((await call("verify", { folder: copy })).exitCode).toBe(0);
    }, 60_000);

    test("a signature of somebody who releases takes its time-stamp along", async () => {
      const copy = join(home, "released");
      cpSync(folder, copy, { recursive: true });
      const by = { record: 7, meaning: "approved", name: "Marie Curie", role: "qualified person" };
      const { out, result } = await call("sign", { folder: copy }, { ...by, tsa: tsa.url });
      expect(result).toMatchObject({ signature: 31n, timeStamp: { file: "anchor-32.tsr" } });
      expect(out).toContain("anchor-32.tsr");
      expect((await call("verify", { folder: copy })).result).toMatchObject({
        signatures: 1,
        timeStamps: { count: 1 },
      });
      const nobody = "http://127.0.0.1:1/tsr";
      await expect(call("sign", { folder: copy }, { ...by, tsa: nobody })).rejects.toMatchObject({
        exitCode: 1,
        message: expect.stringMatching(/^record 7 is signed \(record 33\), and http/),
      });
      await expect(call("sign", { folder: copy }, { ...by, tsa: "ftp://x" })).rejects.toThrow("http://");
      expect((await call("verify", { folder: copy })).result).toMatchObject({ records: "34" });
      rmSync(join(copy, "anchor-32.txt"));
      rmSync(join(copy, "anchor-32.tsr"));
      expect((await call("verify", { folder: copy })).result).toMatchObject({
        verdict: "CORRUPT",
        firstBad: { sequence: "32", file: "anchor-32.tsr" },
      });
    }, 60_000);

    test("an authority that is not there, or is none, is one clear line", async () => {
      for (const [at, says] of [
        [undefined, "give --tsa <url>"],
        ["tsa.example.org", '"tsa.example.org" is no address of a time-stamping authority'],
        ["http://127.0.0.1:1/tsr", "http://127.0.0.1:1/tsr gave no time-stamp: "],
      ] as const) {
        await expect(call("anchor", { folder }, { tsa: at })).rejects.toMatchObject({
          name: "CliError",
          exitCode: 2,
          message: expect.stringContaining(says),
        });
      }
      expect(readdirSync(folder).filter((name) => name.startsWith("anchor"))).toEqual([]);
    });
  },
);

/** Names, modes and content. */
function snapshot(at: string): string {
  const { status, stdout } = spawnSync(
    "find",
    [at, "-type", "f", "-printf", "%P %m %s ", "-exec", "sha256sum", "{}", ";"],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error("find failed");
  return stdout
    .split("\n")
    .filter((line) => !line.includes("ledger.lock"))
    .sort()
    .join("\n");
}

describe("a witness at a second site", () => {
  const python = spawnSync("python3", ["--version"]).status === 0;
  const check = (at: string, ...more: string[]) =>
    spawnSync("python3", [join(import.meta.dirname, "..", "export", "verify.py"), at, ...more], {
      encoding: "utf8",
    });
  const reason = { type: "RUNTIME_STOPPED", reason: "more" } as const;

  async function site(name: string) {
    const [at, witness] = [join(home, `${name}-ledger`), join(home, `${name}-witness`)];
    const ledger = await openLedger({ folder: at, ...platform, origin: `helix/${name}` });
    for (let i = 0; i < 5; i++) await ledger.append(reason);
    await ledger.close();
    const log = String((await call("verify", { folder: at })).result["verifierKey"]);
    const made = await call("make-witness", { folder: witness }, { name: `${name}.example/w` });
    return { at, as: witness, log, key: String(made.result["key"]) };
  }

  test("cosigns; the ledger's site keeps it; verify and verify.py say until where, and miss it when it is gone", async () => {
    const { at, as, log, key } = await site("lyon");
    const { out } = await call("witness", { folder: at }, { as, log });
    const cosigned = join(home, "lyon.txt");
    writeFileSync(cosigned, out);
    const nothing = await call("verify", { folder: at }, { witness: [key] });
    expect(nothing.exitCode).toBe(1);
    expect(nothing.out).toContain("lyon.example/w has cosigned nothing that is here");
    const kept = await call("anchor", { folder: at }, { cosigned, witness: key });
    expect(kept.out).toContain(`${at}/cosigned-5.txt`);
    const found = await call("verify", { folder: at }, { witness: [key] });
    expect(found).toMatchObject({
      exitCode: 0,
      result: { verdict: "CLEAN", witnesses: [{ key, newest: { records: "5" } }] },
    });
    expect(found.out).toContain("lyon.example/w cosigned the first 5 records");
    expect((await call("verify", { folder: at })).out).toContain(
      `signed by ${key.split("+").slice(0, 2).join("+")}, which is not checked`,
    );
    if (!python) return;
    expect(check(at, "--witness", key).stdout).toMatch(
      /^GOOD[^]*cosigned by lyon.example\/w: the first 5 records/,
    );
    expect(check(at).stdout).toMatch(/^GOOD[^]*which is not checked here: --witness takes its key/);
    rmSync(join(at, "cosigned-5.txt"));
    expect(check(at, "--witness", key)).toMatchObject({
      status: 1,
      stdout: expect.stringContaining("has cosigned nothing"),
    });
  });

  test("reads an export as well, and without one record; every export carries what was cosigned and proves it", async () => {
    const { at, as, log, key } = await site("basel");
    const cosigned = join(home, "basel.txt");
    const keep = async (folder: string) => {
      writeFileSync(cosigned, (await call("witness", { folder }, { as, log })).out);
      await call("anchor", { folder: at }, { cosigned, witness: key });
    };
    await keep(at);
    const ledger = await openLedger({ folder: at, ...platform });
    for (let i = 0; i < 4; i++) await ledger.append(reason);
    await ledger.close();
    const out = join(home, "basel-export");
    const exported = await call("export", { folder: at }, { out, what: "NOTHING_OF_THIS" });
    expect(exported.result).toMatchObject({ records: 0 });
    await keep(out);
    expect((await call("verify", { folder: at }, { witness: [key] })).result).toMatchObject({
      witnesses: [{ newest: { records: "9" } }],
    });
    const whole = join(home, "basel-whole");
    await call("export", { folder: at }, { out: whole });
    expect(readdirSync(join(whole, "ledger"))).toEqual(
      expect.arrayContaining(["cosigned-5.txt", "cosigned-9.txt"]),
    );
    if (!python) return;
    for (const folder of [out, whole]) expect(check(folder, "--witness", key).status).toBe(0);
    expect(check(whole, "--witness", key).stdout).toContain("the first 9 records");
    const stranger = (await site("ulm")).key;
    expect(check(whole, "--witness", stranger).status).toBe(1);
    expect(check(whole, "--witness", log).status).toBe(2);
    for (const name of ["cosigned-5.txt", "ledger/cosigned-9.txt"]) {
      const path = join(whole, name);
      const good = readFileSync(path);
      // In the ledger's own signature, in the count, in the cosignature.
      for (const at of [good.lastIndexOf("helix/basel") + 20, good.indexOf("\n") + 1, good.length - 20]) {
        const bad = Buffer.from(good);
        bad[at] = bad[at] === 0x41 ? 0x42 : 0x41;
        writeFileSync(path, bad);
        const isTold = name.startsWith("ledger") && at === good.length - 20;
        expect({ name, at, status: check(whole, "--witness", key).status }).toEqual({
          name,
          at,
          // The copy within the export is held against its records; of its cosignatures the outer one counts.
          status: isTold ? 0 : 1,
        });
      }
      writeFileSync(path, good);
    }
  });

  test("may be a public one: anchor --witness-url asks it, keeps its signature, and fails when it refuses", async () => {
    const { at, log } = await site("wien");
    const old = join(home, "wien-old");
    const { url, key, stop } = await startLocalWitness(log);
    try {
      const asked = { witnessUrl: url, witness: key, timeout: 30 };
      cpSync(at, old, { recursive: true });
      const ledger = await openLedger({ folder: at, ...platform });
      await ledger.append(reason);
      await ledger.close();
      expect((await call("anchor", { folder: at }, asked)).out).toContain(
        "over 6 records cosigned by public.example/w",
      );
      expect(await call("verify", { folder: at }, { witness: [key] })).toMatchObject({
        exitCode: 0,
        result: { witnesses: [{ newest: { records: "6" } }] },
      });
      await expect(call("anchor", { folder: old }, asked)).rejects.toMatchObject({
        exitCode: 1,
        message: expect.stringMatching(/^ROLLBACK: /),
      });
    } finally {
      await stop();
    }
  });

  test("refuses what was cut back or forked with exit code 1 and one line; prove --since is for other witnesses", async () => {
    const { at, as, log } = await site("graz");
    const old = join(home, "graz-old");
    cpSync(at, old, { recursive: true });
    const ledger = await openLedger({ folder: at, ...platform });
    await ledger.append(reason);
    await ledger.close();
    await call("witness", { folder: at }, { as, log });
    const refused = (says: RegExp) => ({
      name: "CliError",
      exitCode: 1,
      message: expect.stringMatching(says),
    });
    await expect(call("witness", { folder: old }, { as })).rejects.toMatchObject(
      refused(/^ROLLBACK: .* counts 5/),
    );
    const fork = await openLedger({ folder: old, ...platform });
    for (let i = 0; i < 3; i++) await fork.append({ ...reason, reason: "another history" });
    await fork.close();
    await expect(call("witness", { folder: old }, { as })).rejects.toMatchObject(
      refused(/^FORK: the 8 records/),
    );
    const request = await call("prove", { folder: at }, { since: 4 });
    expect(request.out).toMatch(/^old 4\n([A-Za-z0-9+/]{43}=\n)+\nhelix\/graz\n6\n/);
    await expect(call("prove", { folder: at }, { since: 7 })).rejects.toThrow("fewer than 7");
    await expect(call("prove", { folder: at })).rejects.toThrow("prove what?");
    for (const [options, says] of [
      [{ cosigned: "x" }, "whose cosignature"],
      [{ witness: log }, "what of the witness?"],
      [{ cosigned: "x", witnessUrl: "http://x", witness: log }, "one at a time"],
      [{ witnessUrl: "x", witness: log }, "is no address of a witness"],
    ] as const)
      await expect(call("anchor", { folder: at }, options)).rejects.toThrow(says);
    await expect(call("verify", { folder: at }, { witness: [log] })).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining("is not the verifier key of a witness"),
    });
  });
});

describe("what is not right: one line, exit code 2, nothing changed on disk", () => {
  const bad: {
    name: string;
    make: (at: string) => void;
    calls?: string[];
    env?: Record<string, string>;
    says: RegExp;
  }[] = [
    { name: "nothing there", make: () => {}, says: /does not exist/ },
    {
      name: "a folder that is not a ledger",
      make: (at) => {
        mkdirSync(at);
        writeFileSync(join(at, "holiday.jpg"), "x");
      },
      says: /is not a ledger: it holds holiday.jpg/,
    },
    {
      name: "a ledger of a newer format",
      make: (at) => {
        cpSync(folder, at, { recursive: true });
        const path = join(at, "ledger.policy");
        writeFileSync(path, readFileSync(path, "utf8").replace("helix-ledger/2", "helix-ledger/3"));
      },
      says: /has format 3, this HELIX knows 2/,
    },
    {
      name: "a missing segment",
      make: (at) => {
        cpSync(folder, at, { recursive: true });
        rmSync(join(at, "seg-0000-00000000.hlx"));
      },
      calls: ["show", "search", "rotate-key", "export", "prove"],
      says: /segment file is missing|segment 0 is missing/,
    },
  ];
  for (const {
    name,
    make,
    calls = ["verify", "show", "search", "export", "prove", "rotate-key", "names"],
    says,
  } of bad) {
    test(name, async () => {
      const at = join(home, `bad-${name.replaceAll(" ", "-")}`);
      make(at);
      const before = statSync(at, { throwIfNoEntry: false }) && snapshot(at);
      for (const one of calls) {
        const error = await call(
          one,
          { folder: at, sequence: "0" },
          one === "export" ? { out: `out of ${name}` } : one === "rotate-key" ? yearly : {},
        ).then(
          () => undefined,
          (caught: unknown) => caught,
        );
        expect({ one, error }).toMatchObject({
          one,
          error: { name: "CliError", exitCode: 2, message: expect.stringMatching(says) },
        });
        expect((error as Error).message).not.toContain("\n");
      }
      expect(statSync(at, { throwIfNoEntry: false }) && snapshot(at)).toEqual(before);
    });
  }

  test("a missing segment is also a verdict", async () => {
    const at = join(home, "no-segment");
    cpSync(folder, at, { recursive: true });
    rmSync(join(at, "seg-0000-00000000.hlx"));
    const before = snapshot(at);
    expect(await call("verify", { folder: at })).toMatchObject({
      exitCode: 2,
      out: expect.stringContaining("seg-0000-00000000.hlx byte 0: segment file is missing"),
      result: { verdict: "CORRUPT" },
    });
    expect(snapshot(at)).toBe(before);
  });

  test("a missing last segment is not shown as if the rest were all", async () => {
    const at = join(home, "no-last-segment");
    cpSync(folder, at, { recursive: true });
    await call("rotate-key", { folder: at }, yearly);
    const last =
      readdirSync(at)
        .filter((name) => name.startsWith("seg-"))
        .toSorted()
        .at(-1) ?? "";
    rmSync(join(at, last));
    const before = snapshot(at);
    for (const [name, options] of [
      ["show", {}],
      ["show", { from: 31 }],
      ["search", { why: "weekly" }],
    ] as const) {
      await expect(call(name, { folder: at }, options)).rejects.toMatchObject({
        name: "CliError",
        exitCode: 2,
        message: expect.stringMatching(/ROLLBACK: a signed checkpoint counts 32 records, 31 are here/),
      });
    }
    expect((await call("verify", { folder: at })).result).toMatchObject({ verdict: "ROLLBACK" });
    expect(snapshot(at)).toBe(before);
  });

  test("a second writer", async () => {
    const at = join(home, "held");
    cpSync(folder, at, { recursive: true });
    const ledger = await openLedger({ folder: at, ...platform });
    const before = snapshot(at);
    await expect(call("rotate-key", { folder: at }, yearly)).rejects.toMatchObject({
      name: "CliError",
      exitCode: 2,
      message: expect.stringMatching(/is in use by process \d+/),
    });
    expect(snapshot(at)).toBe(before);
    await ledger.close();
  });

  test("a wrong passphrase", async () => {
    const at = join(home, "sealed");
    await (await openLedger({ folder: at, ...platform, passphrase: "right" })).close();
    const before = snapshot(at);
    const env = { HELIX_LEDGER_PASSPHRASE: "wrong" };
    await expect(call("rotate-key", { folder: at }, yearly, { env })).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(/does not open its key; nothing was changed/),
    });
    await expect(call("verify", { folder: at }, {}, { env })).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(
        /^ledger \S+ is not verified: .* does not open ledger\.key: .*; .*unset HELIX_/,
      ),
    });
    expect(snapshot(at)).toBe(before);
    const without = await call("verify", { folder: at });
    expect(without).toMatchObject({ exitCode: 0, result: { verdict: "CLEAN" } });
    expect(without.out).toContain("ledger.key is sealed, and without its passphrase it was not checked");
    expect(
      await call("verify", { folder: at }, {}, { env: { HELIX_LEDGER_PASSPHRASE: "right" } }),
    ).toMatchObject({
      exitCode: 0,
      result: { verdict: "CLEAN", remarks: [] },
    });
  });

  test("an empty passphrase, which would seal a key for everybody", async () => {
    const env = { HELIX_LEDGER_PASSPHRASE: "", HELIX_LEDGER_ROOT_PASSPHRASE: "" };
    const [at, file] = [join(home, "unsealed"), join(home, "unsealed.key")];
    for (const [command, given] of [
      ["create", { folder: at }],
      ["make-root-key", { file }],
    ] as const) {
      await expect(call(command, given, {}, { env })).rejects.toMatchObject({
        name: "CliError",
        exitCode: 2,
        message: expect.stringMatching(
          /passphrase (of a root key )?is empty; set HELIX_LEDGER_(ROOT_)?PASSPHRASE/,
        ),
      });
    }
    expect([at, file].filter((path) => existsSync(path))).toEqual([]);
  });

  test("an export to where nothing can be written blames that folder, not the ledger", async () => {
    const out = join(home, "a-file", "export");
    writeFileSync(join(home, "a-file"), "x");
    await expect(call("export", { folder }, { out })).rejects.toMatchObject({
      name: "CliError",
      exitCode: 2,
      message: expect.stringContaining(`export ${out} could not be written: `),
    });
  });

  test.skipIf(process.getuid?.() === 0)(
    "a folder that may not be written (skipped for root, whom modes do not stop)",
    async () => {
      const at = join(home, "read-only");
      cpSync(folder, at, { recursive: true });
      chmodSync(at, 0o500);
      await expect(call("rotate-key", { folder: at }, yearly)).rejects.toMatchObject({
        exitCode: 2,
        message: expect.stringMatching(/permission/),
      });
      chmodSync(at, 0o700);
    },
  );
});
