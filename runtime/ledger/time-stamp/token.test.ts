/** Time-stamps of a real authority (openssl), and what they look like when somebody has touched them. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toUtf8 } from "../bytes.ts";
import { sha256 } from "../hashing.ts";
import { hasOpenssl, type LocalTsa, startLocalTsa } from "../testing/local-tsa.ts";
import { AnchorError, nonceOf, timeStampRequest } from "./request.ts";
import { readTimeStamp } from "./token.ts";

const NOTE = toUtf8("helix/site\n31\nroot\n");
const request = timeStampRequest(sha256(NOTE), nonceOf(new Uint8Array(8).fill(7)));
const VERIFIER = join(import.meta.dirname, "..", "export");
const python = spawnSync("python3", ["--version"]).status === 0;

describe.skipIf(!hasOpenssl).each(["rsa", "ec"] as const)(
  `a time-stamp by a %s key${hasOpenssl ? "" : " (skipped: needs openssl)"}`,
  (key) => {
    let home: string;
    let tsa: LocalTsa;
    let token: Uint8Array;
    beforeAll(async () => {
      home = mkdtempSync(join(tmpdir(), "helix-tsa-"));
      tsa = await startLocalTsa(join(home, "tsa"), { key });
      token = tsa.reply(request);
    });
    afterAll(async () => {
      await tsa.stop();
      rmSync(home, { recursive: true, force: true });
    });

    /** Each token's verdict by verify.py: its authority, or what is wrong. */
    function byPython(tokens: readonly Uint8Array[]): string[] {
      writeFileSync(join(home, "note"), NOTE);
      writeFileSync(
        join(home, "tokens"),
        JSON.stringify(tokens.map((one) => Buffer.from(one).toString("hex"))),
      );
      const program = `
import json, sys; sys.path.insert(0, ${JSON.stringify(VERIFIER)}); sys.dont_write_bytecode = True
import verify as v
note = open("note", "rb").read()
for token in json.load(open("tokens")):
    try: print(v.read_time_stamp(bytes.fromhex(token), note)[1])
    except v.Bad as problem: print("BAD", problem)
`;
      const { stdout, stderr } = spawnSync("python3", ["-c", program], { cwd: home, encoding: "utf8" });
      expect(stderr).toBe("");
      return stdout.trimEnd().split("\n");
    }

    test("tells when, by whom and for which request", () => {
      const stamp = readTimeStamp(token, NOTE);
      expect(stamp).toMatchObject({ authority: "CN=Test TSA", nonce: "4c0707070707070707" });
      expect(Math.abs(Number(stamp.utcNs / 1_000_000n) - Date.now())).toBeLessThan(600_000);
      if (python) expect(byPython([token])).toEqual(["Test TSA"]);
    });

    test("is none of anything else", () => {
      expect(() => readTimeStamp(token, toUtf8("helix/site\n32\nroot\n"))).toThrow("of something else");
    });

    test("is none, or says the very same, once a bit anywhere from what is signed on has changed", () => {
      // All but the status and the algorithms' parameters in front: the certificate too, which is named by its hash.
      const from = Buffer.from(token).toString("hex").indexOf("2a864886f70d0109100104") / 2;
      const changed = [...Array(token.length - from).keys()].map((i) => {
        const copy = Uint8Array.from(token);
        copy[from + i] = (copy[from + i] ?? 0) ^ 0x01;
        return copy;
      });
      const original = readTimeStamp(token, NOTE);
      let same = 0;
      for (const one of changed) {
        try {
          expect(readTimeStamp(one, NOTE)).toEqual(original);
          same += 1;
        } catch (error) {
          expect(error).toBeInstanceOf(AnchorError);
        }
      }
      // Versions and names of algorithms, which say again what the certificate says.
      expect(same).toBeLessThan(30);
      expect(changed.length).toBeGreaterThan(100);
      if (!python) return;
      // Which bytes the sample takes depends on how long the key's numbers happen to be: one that says the very
      // same may be among them.
      const told = byPython(changed.filter((_, i) => i % 17 === 0));
      expect(told.filter((line) => !/^BAD|so not checked\)$|^Test TSA$/.test(line))).toEqual([]);
      expect(told.filter((line) => line === "Test TSA").length).toBeLessThan(told.length / 10);
    });

    test("cut short anywhere is none, and nothing but a clear error", () => {
      for (let length = 0; length < token.length; length += 7) {
        expect(() => readTimeStamp(token.subarray(0, length), NOTE)).toThrow(AnchorError);
      }
    });
  },
);

describe.skipIf(!hasOpenssl)(`an authority${hasOpenssl ? "" : " (skipped: needs openssl)"}`, () => {
  let home: string;
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), "helix-tsa-"));
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  test("that refuses is told with its own words", async () => {
    const tsa = await startLocalTsa(join(home, "refusing"));
    const unknownHash = Uint8Array.from(request);
    // SHA-256's identifier ends in 01; there is no 0f.
    unknownHash[Buffer.from(request).toString("hex").indexOf("608648016503040201") / 2 + 8] = 0x0f;
    expect(() => readTimeStamp(tsa.reply(unknownHash), NOTE)).toThrow(
      /the authority refused with status 2: .*(algorithm|digest)/i,
    );
    await tsa.stop();
  });

  test("that answers with anything else gives none", () => {
    for (const text of ["", "<html>not here</html>", "0\u0000"]) {
      expect(() => readTimeStamp(toUtf8(text), NOTE)).toThrow(/the answer is not a time-stamp response/);
    }
  });
});
