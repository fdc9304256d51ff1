import { createSeededRandom } from "@helix/platform";
import { describe, expect, test } from "vitest";
import { toBase64 } from "./bytes.ts";
import { openCheckpoint, openNote, signCheckpoint, signNote } from "./signed-note.ts";
import { createSigningKey } from "./signing-key.ts";

const random = createSeededRandom("notes");
const key = createSigningKey("helix/lyon/brx", random);
const stranger = createSigningKey("helix/lyon/brx", random.fork("stranger"));
const TEXT = "helix/lyon/brx\n3\nroot\n";
const note = signNote(TEXT, key);
const line = (name: string, bytes: number) => `\u2014 ${name} ${toBase64(random.bytes(4 + bytes))}\n`;
const head = `${TEXT}\n`;
const own = note.slice(head.length);

describe("a signed note with more than one signature", () => {
  test.each([
    ["a witness after ours", own + line("witness.example", 72)],
    ["a witness before ours", line("witness.example", 72) + own],
    ["a post-quantum one under our own name", own + line("helix/lyon/brx", 2420)],
    ["another key of our own name", signNote(TEXT, stranger).slice(head.length) + own],
  ])("%s is told by name and key id, and ours counts", (_, lines) => {
    const opened = openNote(head + lines, key.verifier);
    expect(opened?.text).toBe(TEXT);
    expect(opened?.otherSignatures).toEqual([
      expect.stringMatching(/^(witness\.example|helix\/lyon\/brx)\+[0-9a-f]{8}$/),
    ]);
  });

  test.each([
    ["only a stranger's", signNote(TEXT, stranger).slice(head.length)],
    ["ours twice", own + own],
    ["a line that is none", `${own}hello\n`],
    ["an empty line", `${own}\n`],
    ["a line without a signature", `${own}\u2014 witness.example AAAA\n`],
    ["base64 in another form", `${own}\u2014 witness.example AAAAAAB=\n`],
    ["no newline at the end", own.slice(0, -1)],
    [
      "a bad one of our key beside a good one",
      own + own.replace(/.(?==*\n$)/, (c) => (c === "A" ? "Q" : "A")),
    ],
  ])("%s opens nothing", (_, lines) => {
    expect(openNote(head + lines, key.verifier)).toBeUndefined();
  });

  test("a checkpoint keeps the whole note, and the others' names", () => {
    const { note: signed } = signCheckpoint(3n, new Uint8Array(32), key);
    const cosigned = signed + line("witness.example", 72);
    expect(openCheckpoint(cosigned, key.verifier)).toMatchObject({
      records: 3n,
      note: cosigned,
      otherSignatures: [expect.stringContaining("witness.example+")],
    });
  });
});
