import { describe, expect, test } from "vitest";
import { verificationJson, verificationText } from "./verify-report.ts";

const CLEAN = {
  verdict: "CLEAN",
  records: 2n ** 60n,
  root: "ab".repeat(32),
  checkpointRecords: 256n,
  unsignedShownBy: "none",
  verifierKey: "helix/site+01020304+AQ==",
  signatures: 3,
  witnesses: [],
  timeStamps: { count: 0, newest: undefined },
  otherSignatures: ["witness.example+0a0b0c0d"],
  remarks: ["ledger.key is sealed"],
  rootKey: undefined,
  untrusted: [{ from: 5n, to: 9n, epoch: 0 }],
  firstBad: undefined,
} as const;
const CORRUPT = {
  ...CLEAN,
  verdict: "CORRUPT",
  firstBad: { sequence: 7n, file: "seg-0000-00000000.hlx", offset: 8192, reason: "batch hash does not fit" },
} as const;

describe("report of a verification", () => {
  test("people read the verdict first, then what is bad and what to do", () => {
    expect(verificationText("/plant/ledger", CLEAN)).toBe(
      [
        "CLEAN  /plant/ledger: every record is there and as it was written",
        "  records  1152921504606846976 proven good, 256 of them under a signed checkpoint",
        `  root     ${"ab".repeat(32)}`,
        "  key      helix/site+01020304+AQ==",
        "  offline  no root key was named when this ledger was made",
        "  UNTRUSTED records 5 to 8: key 0, which signed them, was compromised; the root key trusts what is before",
        "  signed   3 electronic signatures, each of the record it names",
        "  note     ledger.key is sealed",
        "  also     signed by witness.example+0a0b0c0d, which is not checked here",
      ].join("\n"),
    );
    const newest = { utcNs: 1_800_000_000_500_000_000n, serial: "01", authority: "CN=TSA", nonce: undefined };
    expect(verificationText("/plant/ledger", { ...CLEAN, timeStamps: { count: 2, newest } })).toContain(
      "  time     2 time-stamped checkpoints, the newest 2027-01-15T08:00:00.500000000Z by CN=TSA",
    );
    expect(verificationText("/plant/ledger", CORRUPT)).not.toContain("electronic signatures");
    expect(verificationText("/plant/ledger", CORRUPT)).toContain(
      "  bad      record 7, seg-0000-00000000.hlx byte 8192: batch hash does not fit\n  Keep the folder as it is",
    );
  });

  test("programs get the same as JSON, counts as text", () => {
    expect(JSON.parse(JSON.stringify(verificationJson(CLEAN)))).toEqual({
      ...CLEAN,
      records: "1152921504606846976",
      checkpointRecords: "256",
      rootKey: null,
      untrusted: [{ from: "5", to: "9", epoch: 0 }],
      timeStamps: { count: 0, newest: null },
      firstBad: null,
    });
    expect(verificationJson(CORRUPT).firstBad).toEqual({ ...CORRUPT.firstBad, sequence: "7" });
    expect(verificationJson({ ...CORRUPT, verifierKey: undefined }).verifierKey).toBeNull();
  });
});
