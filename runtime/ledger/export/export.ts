/**
 * An inspector's copy of the records asked for: readable (PDF, CSV), exact (JSON with each record's
 * bytes), proven (inclusion in a signed checkpoint, consistency with earlier ones), with a verifier
 * that shares no code with HELIX. Of the whole ledger, unless only some records are to be given away.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Disk } from "@helix/platform";
import { type Anchor, listAnchors } from "../anchor.ts";
import { AnchorCheck, openedBy } from "../anchor-check.ts";
import { toBase64, toHex, toUtf8 } from "../bytes.ts";
import { loadPolicy } from "../folder.ts";
import { newestCheckpoint } from "../high-water-mark.ts";
import { type Inspection, type InspectOptions, inspectLedger } from "../inspect.ts";
import type { LedgerCheckpoint, LedgerVerdict, LedgerVerification } from "../ledger.ts";
import { readingMarksIn } from "../mark-folder.ts";
import { asOpenError, damaged, LedgerOpenError } from "../open-error.ts";
import { type NamedRecord, nameGiver, personOf } from "../people/known-names.ts";
import { NAMES_FILE, namesText, type PersonName, readNamesTable } from "../people/names-table.ts";
import { type LedgerPolicy, POLICY_FILE } from "../policy.ts";
import { ProofTree } from "../proofs.ts";
import { ledgerRecord, readStored, type StoredBytes } from "../read.ts";
import { recordJson } from "../record-view.ts";
import { isSelected, type Selection } from "../search.ts";
import { listSegments } from "../segment.ts";
import { signedBy } from "../signature.ts";
import { SignatureCheck } from "../signature-check.ts";
import { trustMarker, untrustedRangeText, type WithTrust } from "../trust.ts";
import { type CosignedFile, listCosigned } from "../witness/cosigned.ts";
import { CosignedCheck } from "../witness/cosigned-check.ts";
import { recordsCsv } from "./csv.ts";
import type { PrintedRecord } from "./pdf-table.ts";
import { readmeText, selectionText } from "./readme.ts";

/** More than a person reads; the other forms hold them all. */
const MAX_PDF_RECORDS = 20_000;
const VERIFIER = fileURLToPath(new URL("./verify.py", import.meta.url));

export interface ExportOptions {
  readonly folder: string;
  readonly disk: Disk;
  /** Must not be there yet, or be empty. */
  readonly out: string;
  /** Empty: all records. */
  readonly selection: Selection;
  /** Copies the whole ledger too, so that every record's place can be checked. */
  readonly withLedger: boolean;
  /** Where the marks are that the policy has elsewhere. */
  readonly markFolder?: string | undefined;
  /** Notes of earlier checkpoints, kept elsewhere: proven to be part of this one. */
  readonly earlier?: readonly string[];
}

export interface ExportSummary {
  /** TORN_TAIL: the bytes at the end that a crash left are not in it. */
  readonly verdict: LedgerVerdict;
  readonly records: number;
  readonly checkpointRecords: bigint;
  readonly root: string;
  /** Asked for and not proven by a checkpoint yet, so left out. */
  readonly notCovered: number;
  readonly pdf: boolean;
  readonly files: readonly string[];
}

interface Chosen {
  readonly stored: StoredBytes;
  readonly record: NamedRecord & WithTrust;
}

/** What was found beside the records, and is not looked for again: a live ledger may have more by then. */
interface Beside extends Pick<LedgerVerification, "signatures" | "timeStamps"> {
  readonly anchors: readonly Anchor[];
  readonly cosigned: readonly CosignedFile[];
}

/** @throws LedgerOpenError, also when the ledger is damaged: then copy its folder as it is */
export async function exportLedger(options: ExportOptions): Promise<ExportSummary> {
  const { folder, disk, out } = options;
  try {
    if ((await disk.stat(out)) !== undefined && (await disk.list(out)).length > 0) {
      throw new LedgerOpenError("disk", out, `${out} is not empty; name a new folder for the export`);
    }
    const stated = await loadPolicy(disk, folder);
    if (stated === undefined) throw damaged(folder, `${POLICY_FILE} is not signed by the key it names`);
    const policy = readingMarksIn(folder, stated, options.markFolder);
    const signatures = new SignatureCheck();
    const stamped = await listAnchors(disk, folder);
    const anchors = new AnchorCheck(stamped, policy);
    const witnessed = await listCosigned(disk, folder);
    const cosigned = new CosignedCheck(witnessed, policy, []);
    const onRecord: InspectOptions["onRecord"] = (record, chain) => {
      signatures.look(record);
      anchors.look(chain);
      cosigned.look(chain);
    };
    const found = await inspectLedger({ disk, folder, policy, from: "first", live: true, onRecord });
    if (found.verdict === "CORRUPT" || found.verdict === "ROLLBACK") {
      throw damaged(folder, `${found.verdict}: ${found.firstBad?.reason}`);
    }
    const { sequence } = found.chain;
    const unfit = anchors.problem(sequence) ?? cosigned.problem(sequence);
    if (unfit !== undefined) throw damaged(folder, `${unfit.verdict}: ${unfit.file}: ${unfit.reason}`);
    const moved = await signatures.firstMoved({ disk, folder });
    if (moved !== undefined) {
      throw damaged(folder, `CORRUPT: the signature in record ${moved} is not of the record that it names`);
    }
    const checkpoint = newestCheckpoint(found.marks);
    if (checkpoint === undefined) throw damaged(folder, "neither mark holds a signed checkpoint");
    for (const note of options.earlier ?? []) checkEarlier(note, checkpoint, policy, folder);
    const timeStamps = { count: anchors.count, newest: anchors.newest };
    const beside = { signatures: signatures.count, timeStamps, anchors: stamped, cosigned: witnessed };
    return await new Exporter(options, policy, checkpoint, found, beside).run();
  } catch (error) {
    throw asOpenError(error, folder);
  }
}

/** Before anything is written. */
function checkEarlier(
  note: string,
  checkpoint: LedgerCheckpoint,
  policy: LedgerPolicy,
  folder: string,
): void {
  const earlier = openedBy(policy, note);
  if (earlier === undefined) {
    const message = "the earlier checkpoint that was given is not signed by a key of this ledger";
    throw new LedgerOpenError("not-a-ledger", folder, message);
  }
  if (earlier.records > checkpoint.records) {
    const counts = `counts ${earlier.records} records, its newest one ${checkpoint.records}`;
    throw damaged(folder, `ROLLBACK: the earlier checkpoint that was given ${counts}`);
  }
}

class Exporter {
  readonly #options: ExportOptions;
  readonly #policy: LedgerPolicy;
  readonly #checkpoint: LedgerCheckpoint;
  readonly #found: Inspection;
  readonly #beside: Beside;
  readonly #tree = new ProofTree();
  readonly #files: string[] = [];
  #notCovered = 0;

  constructor(
    options: ExportOptions,
    policy: LedgerPolicy,
    checkpoint: LedgerCheckpoint,
    found: Inspection,
    beside: Beside,
  ) {
    this.#beside = beside;
    this.#options = options;
    this.#policy = policy;
    this.#checkpoint = checkpoint;
    this.#found = found;
  }

  async run(): Promise<ExportSummary> {
    const { disk, out, withLedger } = this.#options;
    const chosen = await this.#choose();
    const records = chosen.map(({ record }) => record);
    await this.#makeFolder(out);
    await this.#write("records.json", JSON.stringify(this.#document(chosen), null, 1));
    await this.#write("records.csv", recordsCsv(records));
    const names = await this.#namesOf(records);
    if (names.length > 0) await this.#write(NAMES_FILE, namesText(names));
    const pdf = records.length <= MAX_PDF_RECORDS;
    if (pdf) await this.#writePdf(records);
    await this.#write("checkpoint.txt", this.#checkpoint.note);
    await this.#write("consistency.json", JSON.stringify(await this.#consistency(), null, 1));
    await this.#write(POLICY_FILE, await disk.readFile(join(this.#options.folder, POLICY_FILE)));
    await this.#makeFolder(join(out, "proofs"));
    for (const { record } of chosen) await this.#writeProof(record.sequence);
    if (withLedger) await this.#copyLedger();
    await this.#write("verify.py", await disk.readFile(VERIFIER));
    const { records: checkpointRecords, root } = this.#checkpoint;
    const withNames = names.length > 0;
    const { verdict } = this.#found;
    const summary = {
      verdict,
      records: records.length,
      checkpointRecords,
      root,
      notCovered: this.#notCovered,
      pdf,
    };
    await this.#write(
      "README.txt",
      readmeText({
        ...summary,
        withLedger,
        withNames,
        selection: this.#options.selection,
        untrusted: this.#policy.keys.untrusted.map(untrustedRangeText),
      }),
    );
    return { ...summary, files: this.#files };
  }

  async #choose(): Promise<Chosen[]> {
    const { folder, disk, selection } = this.#options;
    const chosen: Chosen[] = [];
    const sequences = new Set<bigint>();
    const named = await nameGiver({ folder, disk });
    const marked = trustMarker(this.#policy);
    for await (const stored of readStored({ folder, disk })) {
      const record = marked(named(ledgerRecord(stored)));
      const covered = record.sequence < this.#checkpoint.records;
      if (covered) this.#tree.add(stored.bytes);
      // A signature goes with what it signs.
      const signs = sequences.has(signedBy(record.event)?.sequence ?? -1n);
      if (!signs && !isSelected(record, selection)) continue;
      if (covered) {
        chosen.push({ stored, record });
        sequences.add(record.sequence);
      } else this.#notCovered += 1;
    }
    if (toHex(this.#tree.root(this.#size)) !== this.#checkpoint.root) {
      throw damaged(folder, "records are not those that the newest checkpoint was signed for");
    }
    return chosen;
  }

  /** Of the people in these records and of nobody else: with them a name can be held against its commitment. */
  async #namesOf(records: readonly NamedRecord[]): Promise<PersonName[]> {
    const { disk, folder } = this.#options;
    const people = new Set(
      records.flatMap((record) => (record.personName === undefined ? [] : [personOf(record)])),
    );
    return (await readNamesTable(disk, folder)).filter(({ person }) => people.has(person));
  }

  get #size(): number {
    return Number(this.#checkpoint.records);
  }

  #inclusion(sequence: bigint): string[] {
    return this.#tree.inclusion(Number(sequence), this.#size).map(toBase64);
  }

  #document(chosen: readonly Chosen[]) {
    return {
      format: "helix-ledger-export/1",
      ledger: toHex(this.#policy.ledgerId),
      origin: this.#policy.key.origin,
      selection: Object.fromEntries(
        Object.entries(this.#options.selection).flatMap(([name, value]) =>
          value === undefined ? [] : [[name, String(value)]],
        ),
      ),
      checkpointRecords: this.#checkpoint.records.toString(),
      notCovered: this.#notCovered,
      records: chosen.map(({ stored, record }) => ({
        ...recordJson(record),
        raw: toBase64(stored.bytes),
        inclusion: this.#inclusion(record.sequence),
      })),
    };
  }

  async #writePdf(records: readonly PrintedRecord[]): Promise<void> {
    const { recordsPdf } = await import("./pdf.ts");
    const { readFonts } = await import("./pdf-fonts.ts");
    const { keys, ledgerId, key } = this.#policy;
    const head = {
      origin: key.origin,
      ledgerId: toHex(ledgerId),
      checkpointRecords: this.#checkpoint.records,
      root: this.#checkpoint.root,
      selection: selectionText(this.#options.selection),
      verdict: this.#found.verdict,
      signatures: this.#beside.signatures,
      timeStamps: this.#beside.timeStamps,
      untrusted: keys.untrusted,
      keys: [keys.first.text, ...keys.rotations.map((rotation) => rotation.key.text)],
    };
    await this.#write("records.pdf", await recordsPdf(records, head, await readFonts(this.#options.disk)));
  }

  /** Rotations, the other mark, time-stamped checkpoints and those given: each a start of this tree. */
  async #consistency() {
    const { earlier = [] } = this.#options;
    const { keys } = this.#policy;
    const { anchors, cosigned } = this.#beside;
    await this.#writeAnchors("");
    await this.#writeCosigned("");
    const marks = this.#found.marks.flatMap(({ checkpoint }) => (checkpoint ? [checkpoint.note] : []));
    const beside = [...anchors, ...cosigned].map(({ note }) => note);
    const notes = new Set([...marks, ...beside, ...earlier]);
    notes.delete(this.#checkpoint.note);
    const signed = [...notes].map((note) => ({ note, at: this.#opened(note) }));
    const entries = signed
      .filter(({ at }) => at.records <= this.#checkpoint.records)
      .map(({ note, at }) => ({
        note,
        ...this.#from(at.records, Uint8Array.from(Buffer.from(at.root, "hex"))),
      }));
    const stated = keys.rotations.flatMap((rotation) => [
      rotation,
      ...(rotation.compromise ? [rotation.compromise] : []),
    ]);
    return [...entries, ...stated.map(({ records, root }) => this.#from(records, root))];
  }

  async #writeAnchors(under: string): Promise<void> {
    for (const { name, note, token } of this.#beside.anchors) {
      if (this.#opened(note).records > this.#checkpoint.records) continue;
      await this.#write(`${under}${name}.txt`, note);
      await this.#write(`${under}${name}.tsr`, token);
    }
  }

  async #writeCosigned(under: string): Promise<void> {
    for (const { file, note } of this.#beside.cosigned) {
      if (this.#opened(note).records <= this.#checkpoint.records) await this.#write(`${under}${file}`, note);
    }
  }

  #opened(note: string): LedgerCheckpoint {
    const checkpoint = openedBy(this.#policy, note);
    if (checkpoint !== undefined) return checkpoint;
    const message = "an earlier checkpoint that was given is not signed by a key of this ledger";
    throw new LedgerOpenError("not-a-ledger", this.#options.folder, message);
  }

  #from(records: bigint, root: Uint8Array) {
    const proof = this.#tree.consistency(Number(records), this.#size);
    return { records: records.toString(), root: toBase64(root), proof: proof.map(toBase64) };
  }

  /** C2SP tlog-proof: one record's proof in one file, for any verifier of such logs. */
  #writeProof(sequence: bigint): Promise<void> {
    const lines = ["c2sp.org/tlog-proof@v1", `index ${sequence}`, ...this.#inclusion(sequence)];
    return this.#write(`proofs/${sequence}.tlog-proof`, `${lines.join("\n")}\n\n${this.#checkpoint.note}`);
  }

  /** Marks as they were before the segments were read; of the last segment only what is finished. */
  async #copyLedger(): Promise<void> {
    const { folder, disk, out } = this.#options;
    await this.#makeFolder(join(out, "ledger"));
    const read = (name: string) => disk.readFile(join(folder, name));
    await this.#write(`ledger/${POLICY_FILE}`, await read(POLICY_FILE));
    for (const { file, bytes } of this.#found.marks) await this.#write(`ledger/${file}`, bytes);
    for (const { name, number } of await listSegments(disk, folder)) {
      const { lastSegment, end } = this.#found;
      if (number > lastSegment.number) continue;
      const bytes = await read(name);
      await this.#write(`ledger/${name}`, number === lastSegment.number ? bytes.subarray(0, end) : bytes);
    }
    for (const name of await disk.list(folder)) {
      if (name.startsWith("torn-")) await this.#write(`ledger/${name}`, await read(name));
    }
    await this.#writeAnchors("ledger/");
    await this.#writeCosigned("ledger/");
  }

  #makeFolder(folder: string): Promise<void> {
    return this.#writing(() => this.#options.disk.makeFolder(folder));
  }

  async #write(name: string, content: string | Uint8Array): Promise<void> {
    const bytes = typeof content === "string" ? toUtf8(content) : content;
    await this.#writing(async () => {
      const file = await this.#options.disk.open(join(this.#options.out, name), "create-new");
      try {
        await file.write(bytes, 0);
      } finally {
        await file.close();
      }
    });
    this.#files.push(name);
  }

  /** @throws LedgerOpenError that blames the export's folder, not the ledger's */
  async #writing(work: () => Promise<void>): Promise<void> {
    const { out } = this.#options;
    try {
      await work();
    } catch (error) {
      const message = `export ${out} could not be written: ${(error as Error).message}; name a folder on a disk with room that may be written`;
      throw new LedgerOpenError("disk", out, message, error);
    }
  }
}
