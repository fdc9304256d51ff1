/**
 * Small ledgers of every kind, made by the real writer from a seed and an injected clock, with what a
 * verifier has to say of each. They are kept in `golden/` beside this file, so that a later version
 * (and another implementation of FORMAT.md) can be held against what this one wrote.
 */
import { createSeededRandom, type Timekeeping } from "@helix/platform";
import { fromUtf8, SECTOR_BYTES, toBase64, toUtf8 } from "../bytes.ts";
import { LOCK_FILE } from "../folder.ts";
import { MARK_FILES } from "../high-water-mark.ts";
import {
  type Ledger,
  type LedgerEvent,
  type LedgerVerdict,
  type LedgerVerification,
  makeRootKey,
  type OpenLedgerOptions,
  readLedger,
  rotateKey,
  type Signer,
  signRecord,
  verifyLedger,
} from "../index.ts";
import { parseWitnessKey } from "../witness/cosignature.ts";
import { keepCosigned } from "../witness/cosigned.ts";
import { cosignLedger } from "../witness/witness.ts";
import { makeWitness } from "../witness/witness-key.ts";
import { MemoryDisk } from "./memory-disk.ts";
import { FOLDER, open, readAll, steppedClock, stopped } from "./small-ledger.ts";

export const GOLDEN_PASSPHRASE = "the tulip in the lab window";

/** Of the witness that has cosigned both checkpoints of `cosigned`, over 2 and 4 records. */
export const GOLDEN_WITNESS = "lyon.example/w1+0b73ddbb+BJhYIRc+oUwMoZS/ml+IVL54MYGWb/TojuuV7VUHIMmC";

/** What a verifier has to say. */
export interface Expected {
  /** Why this ledger is kept. */
  readonly shows: string;
  readonly verdict: LedgerVerdict;
  readonly records: string;
  readonly root: string;
  readonly signatures: number;
  readonly otherSignatures: readonly string[];
  readonly verifierKey: string | null;
  readonly rootKey: string | null;
  readonly untrusted: readonly { readonly from: number; readonly to: number; readonly epoch: number }[];
  readonly firstBad: {
    readonly sequence: string;
    readonly file: string;
    readonly offset: number;
    readonly reason: string;
  } | null;
  /** verify.py, which stops at the first thing that does not fit. */
  readonly python: "GOOD" | "TORN_TAIL" | "BAD";
}

export interface Golden {
  readonly name: string;
  readonly shows: string;
  readonly verdict: LedgerVerdict;
  readonly disk: MemoryDisk;
}

const GOLDEN: Readonly<
  Record<string, { shows: string; verdict: LedgerVerdict; make: () => Promise<MemoryDisk> }>
> = {
  clean: { shows: "several batches and segments, closed in order", verdict: "CLEAN", make: () => clean() },
  "torn-tail": { shows: "the last write of a crash, cut in half", verdict: "TORN_TAIL", make: tornTail },
  "torn-mark": {
    shows: "one of the two marks, cut in its write; the other one holds",
    verdict: "TORN_TAIL",
    make: tornMark,
  },
  recovered: {
    shows: "the same after the next opening, with its RECOVERY record",
    verdict: "CLEAN",
    make: recovered,
  },
  corrupt: { shows: "one bit of an acknowledged record turned over", verdict: "CORRUPT", make: corrupt },
  rollback: {
    shows: "the last batch, which a mark counts, cut off cleanly",
    verdict: "ROLLBACK",
    make: rollback,
  },
  "rotated-keys": {
    shows: "three keys, each vouched for by the one before",
    verdict: "CLEAN",
    make: rotatedKeys,
  },
  "root-key": {
    shows: "a key that the offline root key let replace",
    verdict: "CLEAN",
    make: () => underRootKey(),
  },
  compromised: {
    shows: "a stolen key: what it signed after the trusted size is named untrusted",
    verdict: "CLEAN",
    make: () => underRootKey(2n),
  },
  "sealed-key": {
    shows: "a private key under a passphrase (golden.ts has it)",
    verdict: "CLEAN",
    make: sealedKey,
  },
  signed: { shows: "electronic signatures, one of them countersigned", verdict: "CLEAN", make: signed },
  "signature-moved": {
    shows: "a signature of another record than its hash says",
    verdict: "CORRUPT",
    make: signatureMoved,
  },
  "unknown-type": {
    shows: "a record type and value kinds of a later version",
    verdict: "CLEAN",
    make: unknownType,
  },
  "sector-512": {
    shows: "batches padded to 512 bytes, over several segments",
    verdict: "CLEAN",
    make: () => clean(512),
  },
  "torn-sector-512": {
    shows: "the same padding, the last write of a crash cut in half",
    verdict: "TORN_TAIL",
    make: smallSectorsTorn,
  },
  "marks-elsewhere": {
    shows: "marks that the policy has on another device, brought along with the copy",
    verdict: "CLEAN",
    make: marksElsewhere,
  },
  witnessed: {
    shows: "marks with signature lines of other keys, one of them under the ledger's own name",
    verdict: "CLEAN",
    make: witnessed,
  },
  cosigned: {
    shows: "checkpoints that two witnesses at other sites have cosigned (golden.ts has the key of one)",
    verdict: "CLEAN",
    make: cosigned,
  },
};

/** The same bytes at every call. */
export async function makeGolden(): Promise<Golden[]> {
  const made: Golden[] = [];
  for (const [name, { shows, verdict, make }] of Object.entries(GOLDEN)) {
    const disk = await make();
    made.push({ name, shows, verdict, disk });
  }
  return made;
}

/** A reader of the one whose marks belong elsewhere must be told that they are in the folder. */
export const toldMarks = (name: string, folder: string): { markFolder?: string } =>
  name === "marks-elsewhere" ? { markFolder: folder } : {};

/** A reader does without private keys; only one that is sealed is kept. */
export function filesToKeep({ disk, name }: Golden): Map<string, Uint8Array> {
  const kept = [...disk.files].flatMap(([path, bytes]): [string, Uint8Array][] => {
    const file = path.slice(FOLDER.length + 1);
    if (!path.startsWith(`${FOLDER}/`)) return [];
    const isKept = !file.startsWith(LOCK_FILE) && (!file.endsWith(".key") || name === "sealed-key");
    return isKept ? [[file, bytes]] : [];
  });
  return new Map(kept.sort(([a], [b]) => (a < b ? -1 : 1)));
}

export const expectedOf = ({ shows }: Golden, found: LedgerVerification): Expected => ({
  shows,
  verdict: found.verdict,
  records: `${found.records}`,
  root: found.root,
  signatures: found.signatures,
  otherSignatures: found.otherSignatures,
  verifierKey: found.verifierKey ?? null,
  rootKey: found.rootKey ?? null,
  untrusted: found.untrusted.map(({ from, to, epoch }) => ({ from: Number(from), to: Number(to), epoch })),
  firstBad: found.firstBad ? { ...found.firstBad, sequence: `${found.firstBad.sequence}` } : null,
  python: pythonVerdict(found.verdict),
});

const pythonVerdict = (verdict: LedgerVerdict): Expected["python"] =>
  verdict === "CLEAN" ? "GOOD" : verdict === "TORN_TAIL" ? verdict : "BAD";

const LYON: Timekeeping = {
  zoneMinutes: () => 60,
  quality: "synchronised",
  ask: async () => "synchronised",
  distrust: () => {},
};
const OPTIONS = { origin: "helix/golden/brx", timekeeping: LYON, dataOrigin: "simulated" } as const;
/** Each opening is one later, so that no two share their chance. */
const START_NS = 1_800_000_000_000_000_000n;
const HOUR_NS = 3_600_000_000_000n;

const opened = (disk: MemoryDisk, hour = 0n, options: Partial<OpenLedgerOptions> = {}): Promise<Ledger> =>
  open(disk, { ...OPTIONS, clock: steppedClock(START_NS + hour * HOUR_NS).clock, ...options });

const OPERATOR = { id: "l.pasteur", role: "operator" } as const;

const command = (i: number): LedgerEvent => ({
  type: "COMMAND_INTENT",
  commandId: `cmd-${i}`,
  instrument: "brx-07",
  actor: OPERATOR,
  command: { type: "SetSetpoint", channelId: 4, value: 0.024, unit: "L/h", rationale: `bolus ${i}` },
  change: { of: "feed_rate", old: { value: 0.02, unit: "L/h" }, new: { value: 0.024, unit: "L/h" } },
  reason: `bolus ${i}`,
});
const gap: LedgerEvent = {
  type: "TELEMETRY_GAP",
  instrument: "brx-07",
  channel: "ph",
  lastSequence: 41n,
  nextSequence: 2n ** 53n + 1n,
  missing: 2n ** 53n - 41n,
};

async function clean(sectorBytes: 512 | 4096 = 4096): Promise<MemoryDisk> {
  const disk = new MemoryDisk();
  const segmentBytes = SECTOR_BYTES + 3 * sectorBytes;
  const ledger = await opened(disk, 0n, { segmentBytes, sectorBytes });
  for (let i = 0; i < 4; i++) await Promise.all([ledger.append(command(i)), ledger.append(gap)]);
  await ledger.append(stopped("end of shift"), { durability: "A" });
  await ledger.close();
  return disk;
}

/** As a power cut leaves it: the last batch acknowledged, no mark over it yet. */
async function crashed(sectorBytes: 512 | 4096 = 4096): Promise<{ disk: MemoryDisk; end: number }> {
  const disk = new MemoryDisk();
  const ledger = await opened(disk, 0n, { sectorBytes });
  await ledger.append(command(0), { durability: "A" });
  await ledger.append(command(1));
  const image = disk.copy();
  await ledger.close();
  return { disk: image, end: image.bytes(SEGMENT).length };
}

const SEGMENT = `${FOLDER}/seg-0000-00000000.hlx`;

async function smallSectorsTorn(): Promise<MemoryDisk> {
  const { disk, end } = await crashed(512);
  disk.bytes(SEGMENT).fill(0, end - 1024 + 300);
  return disk;
}

async function tornTail(): Promise<MemoryDisk> {
  const { disk, end } = await crashed();
  disk.bytes(SEGMENT).fill(0, end - SECTOR_BYTES + 300);
  return disk;
}

async function tornMark(): Promise<MemoryDisk> {
  const { disk } = await crashed();
  disk.bytes(`${FOLDER}/hwm.b`).fill(0, 60);
  return disk;
}

async function recovered(): Promise<MemoryDisk> {
  const disk = await tornTail();
  const ledger = await opened(disk, 1n);
  await ledger.append(stopped("after the power cut"));
  await ledger.close();
  return disk;
}

async function corrupt(): Promise<MemoryDisk> {
  const disk = await clean();
  const segment = disk.bytes(SEGMENT);
  segment[SECTOR_BYTES + 96 + 150] = (segment[SECTOR_BYTES + 96 + 150] ?? 0) ^ 0x04;
  return disk;
}

async function rollback(): Promise<MemoryDisk> {
  const disk = new MemoryDisk();
  const ledger = await opened(disk);
  for (let i = 0; i < 3; i++) await ledger.append(command(i));
  await ledger.close();
  const segment = disk.bytes(SEGMENT);
  disk.files.set(SEGMENT, segment.slice(0, segment.length - SECTOR_BYTES));
  return disk;
}

async function rotatedKeys(): Promise<MemoryDisk> {
  const disk = new MemoryDisk();
  for (const hour of [0n, 2n, 4n]) {
    const ledger = await opened(disk, hour);
    await ledger.append(command(Number(hour)));
    await ledger.close();
    if (hour === 4n) break;
    const { clock } = steppedClock(START_NS + (hour + 1n) * HOUR_NS);
    await rotateKey({ ...OPTIONS, folder: FOLDER, disk, clock, random: createSeededRandom(Number(hour)) });
  }
  return disk;
}

/** @param trustedRecords of the four there are, when the first key was stolen */
async function underRootKey(trustedRecords?: bigint): Promise<MemoryDisk> {
  const disk = new MemoryDisk();
  const file = "/safe/root.key";
  const rootKey = await makeRootKey(disk, file, "helix/golden/root", undefined, createSeededRandom("root"));
  const ledger = await opened(disk, 0n, { rootKey });
  for (let i = 0; i < 4; i++) await ledger.append(command(i));
  await ledger.close();
  const { clock } = steppedClock(START_NS + HOUR_NS);
  const random = createSeededRandom("under root");
  await rotateKey({ ...OPTIONS, folder: FOLDER, disk, clock, random, root: { file }, trustedRecords });
  const again = await opened(disk, 2n);
  await again.append(command(4));
  await again.close();
  disk.files.delete(file);
  return disk;
}

async function sealedKey(): Promise<MemoryDisk> {
  const disk = new MemoryDisk();
  const ledger = await opened(disk, 0n, { passphrase: GOLDEN_PASSPHRASE });
  await ledger.append(command(0));
  await ledger.close();
  return disk;
}

const CURIE: Signer = {
  id: "m.curie",
  name: "Marie Curie-Skłodowska",
  role: "quality assurance",
  authentication: "golden ledger",
};

async function signed(): Promise<MemoryDisk> {
  const disk = new MemoryDisk();
  const ledger = await opened(disk);
  await ledger.append(command(0));
  const newest = async () => (await readAll(disk)).at(-1) as never;
  await signRecord(ledger, await newest(), CURIE, { meaning: "reviewed", comment: "within limits" });
  await signRecord(
    ledger,
    await newest(),
    { ...CURIE, id: "f.jacob", name: "François Jacob" },
    { meaning: "approved" },
  );
  await ledger.close();
  return disk;
}

async function signatureMoved(): Promise<MemoryDisk> {
  const disk = new MemoryDisk();
  const ledger = await opened(disk);
  await ledger.append(command(0));
  await ledger.append(command(1));
  for await (const record of readLedger({ folder: FOLDER, disk })) {
    if (record.sequence === 0n)
      await signRecord(ledger, { ...record, sequence: 1n }, CURIE, { meaning: "approved" });
  }
  await ledger.close();
  return disk;
}

async function unknownType(): Promise<MemoryDisk> {
  const disk = new MemoryDisk();
  const ledger = await opened(disk);
  await ledger.append({
    type: "CENTRIFUGE_SPUN",
    rpm: 4200n,
    below: -(2n ** 70n),
    trace: Uint8Array.of(1, 2, 255),
    list: [1, -2, 0.5, 1e300, Number.NaN, -0, true, null],
    map: new Map([["k", 1n]]),
  } as never);
  await ledger.close();
  return disk;
}

/** Written by two openings, the marks brought beside the rest as a copy brings them. */
async function marksElsewhere(): Promise<MemoryDisk> {
  const place = "/mnt/second/marks";
  const disk = new MemoryDisk(new Map(), [place]);
  for (const n of [0, 1]) {
    const ledger = await opened(disk, BigInt(n), { marks: { folder: place } });
    await ledger.append(command(n));
    await ledger.close();
  }
  for (const file of MARK_FILES) await disk.rename(`${place}/${file}`, `${FOLDER}/${file}`);
  return disk;
}

async function witnessed(): Promise<MemoryDisk> {
  const disk = new MemoryDisk();
  const ledger = await opened(disk);
  await ledger.append(command(0));
  await ledger.close();
  const random = createSeededRandom("witness");
  for (const file of MARK_FILES) {
    const mark = disk.bytes(`${FOLDER}/${file}`);
    const note = fromUtf8(mark.subarray(0, mark.indexOf(0)));
    const line = (name: string, length: number) => `\u2014 ${name} ${toBase64(random.bytes(4 + length))}\n`;
    mark.set(toUtf8(note + line("witness.example/lyon", 72) + line("helix/golden/brx", 900)));
  }
  return disk;
}

async function cosigned(): Promise<MemoryDisk> {
  const disk = new MemoryDisk();
  for (const [n, names] of [["lyon.example/w1", "basel.example/w1"], ["lyon.example/w1"]].entries()) {
    const ledger = await opened(disk, BigInt(n));
    await ledger.append(command(n));
    await ledger.append(gap);
    await ledger.close();
    for (const name of names) await cosign(disk, name, n);
  }
  return disk;
}

async function cosign(disk: MemoryDisk, name: string, hour: number): Promise<void> {
  const witness = `/${name}`;
  if (hour === 0) await makeWitness(disk, witness, name, undefined, createSeededRandom(name));
  const { clock } = steppedClock(START_NS + BigInt(hour + 1) * HOUR_NS);
  const log = (await verifyLedger({ folder: FOLDER, disk })).verifierKey;
  const { note } = await cosignLedger({ folder: FOLDER, disk, witness, log, clock });
  const key = fromUtf8(disk.bytes(`${witness}/witness.pub`)).trim();
  await keepCosigned({ folder: FOLDER, disk }, note, parseWitnessKey(key));
}
