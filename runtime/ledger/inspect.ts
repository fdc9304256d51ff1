/**
 * Holds a ledger's segments against each other and against its signed checkpoints, and gives the
 * verdict (FORMAT.md section 6). Reads only.
 */
import { join } from "node:path";
import type { Disk, DiskFile } from "@helix/platform";
import { isAtRest } from "./at-rest.ts";
import { equalBytes, SECTOR_BYTES, toHex, withoutZeroTail } from "./bytes.ts";
import { Chain } from "./chain.ts";
import { isOwnMark, type Mark, newestMark, readMarks } from "./high-water-mark.ts";
import type { LedgerVerdict, LedgerVerification } from "./ledger.ts";
import { type LedgerPolicy, POLICY_FILE } from "./policy.ts";
import { rereadIfChanging } from "./reread.ts";
import { crcOf } from "./resume-point.ts";
import { type Problem, scanBatches } from "./scan.ts";
import {
  decodeSegmentHeader,
  endProblem,
  listSegments,
  type SegmentFile,
  type SegmentHeader,
  sameChain,
  segmentFile,
} from "./segment.ts";
import type { WriterSecret } from "./signing-key.ts";
import { type Findings, judge, SEGMENT_MISSING, type Statement } from "./verdict.ts";

/**
 * How often in a row a damaged tail or mark must read the same before it is taken for damaged: a
 * live writer's write is visible in parts for some microseconds.
 */
const STABLE_READS = 20;

export interface InspectOptions {
  readonly disk: Disk;
  readonly folder: string;
  readonly policy: LedgerPolicy;
  /**
   * "last" trusts the signed header of the last segment for all before it, and with `secret` the newest
   * mark for what stands before it in that segment, as far as a CRC can tell.
   */
  readonly from: "first" | "last";
  /** Of the key in use. Batches that nothing signed covers are held to it; without it, to their hashes. */
  readonly secret?: WriterSecret | undefined;
  /** Instead of those that the policy's folder holds; none where they are lost. */
  readonly marks?: readonly Mark[];
  /** Somebody may be writing meanwhile; false for the holder of the lock. */
  readonly live: boolean;
  /** Called with every record that fits, and the chain with it. */
  readonly onRecord?: (record: Uint8Array, chain: Chain) => void;
}

export interface Inspection {
  readonly verdict: LedgerVerdict;
  readonly firstBad: LedgerVerification["firstBad"];
  /** After the last batch that fits. */
  readonly chain: Chain;
  /** How many records are proven good, and the root over them. */
  readonly proven: { readonly records: bigint; readonly root: string };
  readonly marks: readonly Mark[];
  readonly lastSegment: SegmentFile;
  /** Where batches end in the last segment. */
  readonly end: number;
  /** CRC-32 over the last segment up to there. */
  readonly crc: number;
  /** What stands there and is no batch, without the zeros at its end; and why it is none. */
  readonly tail: Uint8Array;
  readonly tailReason: string | undefined;
}

export async function inspectLedger(options: InspectOptions): Promise<Inspection> {
  // Marks before segments: a mark never runs ahead of the records that are there by then.
  const { disk, folder, policy } = options;
  const attempts = options.live ? STABLE_READS : 0;
  const marks = options.marks ?? (await readMarks(disk, folder, policy, attempts));
  return new Inspector(options, marks, await listSegments(disk, folder)).run();
}

class Inspector {
  readonly #options: InspectOptions;
  readonly #marks: readonly Mark[];
  readonly #segments: readonly SegmentFile[];
  readonly #last: SegmentFile;
  /** What keys have signed: marks, the rotations, and what is trusted of a compromised key. */
  readonly #statements: readonly Statement[];
  readonly #signedRecords: bigint;
  #chain: Chain;
  #problem: Findings["problem"];
  #proven: Inspection["proven"];
  /** The first statement that the records contradict. */
  #mismatch: Statement | undefined;
  #end = 0;
  #crc = 0;
  #tail: Uint8Array = new Uint8Array(0);
  /** Being read while the one before it is checked. */
  #ahead: { readonly segment: SegmentFile; readonly file: Promise<Uint8Array> } | undefined;

  constructor(options: InspectOptions, marks: readonly Mark[], segments: readonly SegmentFile[]) {
    this.#options = options;
    this.#marks = marks;
    this.#segments = segments;
    this.#last = segments.at(-1) ?? segmentFile(0, 0);
    this.#statements = statementsOf(marks, options.policy);
    this.#signedRecords = this.#statements.reduce(
      (most, { records }) => (records > most ? records : most),
      0n,
    );
    this.#chain = Chain.start(options.policy.ledgerId, options.policy.sector);
    this.#proven = this.#here();
  }

  async run(): Promise<Inspection> {
    const missing = firstMissing(this.#segments);
    const first = this.#options.from === "last" ? this.#last.number : 0;
    for (let n = first; n <= this.#last.number && this.#problem === undefined; n++) {
      const segment = this.#segments.find(({ number }) => number === n);
      if (segment === undefined) this.#stop(segmentFile(n, 0), 0, SEGMENT_MISSING);
      else await this.#segment(segment, missing !== n + 1);
    }
    if (missing !== undefined) this.#stop(segmentFile(missing, 0), 0, SEGMENT_MISSING);
    return {
      ...judge({
        records: this.#chain.sequence,
        marks: this.#marks,
        problem: this.#problem,
        mismatch: this.#mismatch && { statement: this.#mismatch, provenRecords: this.#proven.records },
        end: { file: this.#last.name, offset: this.#end },
      }),
      chain: this.#chain,
      proven: this.#mismatch ? this.#proven : this.#here(),
      marks: this.#marks,
      lastSegment: this.#last,
      end: this.#end,
      crc: this.#crc,
      tail: this.#tail,
      tailReason: this.#tail.length === 0 ? undefined : this.#problem?.reason,
    };
  }

  async #segment(segment: SegmentFile, hasNext: boolean): Promise<void> {
    const mark = segment === this.#last ? this.#ownMark() : undefined;
    const rests = mark !== undefined && (await isAtRest(this.#options.disk, this.#path(segment), mark.point));
    const file = rests ? await this.#head(segment) : await this.#read(segment);
    const { policy, from } = this.#options;
    const start = decodeSegmentHeader(file, policy.keys);
    if (typeof start === "string") return this.#stop(segment, 0, start);
    if (
      !isHeaderOf(segment, start.header, policy) ||
      start.chain.sector !== policy.sector ||
      !policy.keys.mayCover(segment.epoch, start.chain.sequence) ||
      !(from === "last" || sameChain(start.chain, this.#chain))
    ) {
      return this.#stop(segment, 0, "segment does not follow from what is before it");
    }
    this.#chain = start.chain;
    this.#compareWithStatements();
    if (rests) this.#goTo(mark);
    else if (segment !== this.#last) await this.#sealedBatches(segment, file, hasNext);
    else await this.#lastBatches(file);
    if (this.#problem === undefined && !policy.keys.mayCover(segment.epoch, this.#chain.sequence)) {
      this.#stop(segment, this.#end, "records go on after the key that signs them was replaced");
    }
  }

  /** A segment with a successor ends where, and with what, the successor's header says. */
  async #sealedBatches(segment: SegmentFile, file: Uint8Array, hasNext: boolean): Promise<void> {
    const { keys } = this.#options.policy;
    const successor = this.#segments[segment.number + 1];
    const next = hasNext && successor ? decodeSegmentHeader(await this.#head(successor), keys) : "";
    if (successor !== undefined) await this.#readAhead(successor);
    const sealed = typeof next === "string" ? undefined : next.header.previous;
    const body = sealed === undefined ? file : file.subarray(0, sealed.validLength);
    const endLink = typeof next === "string" ? undefined : next.chain.link;
    const { end, problem } = this.#scan(body, SECTOR_BYTES, endLink);
    if (problem !== undefined) this.#found(segment, { ...problem, torn: false });
    const reason = sealed && endProblem(file, end, sealed);
    if (reason !== undefined) this.#stop(segment, end, reason);
  }

  async #lastBatches(first: Uint8Array): Promise<void> {
    let file = first;
    const from = this.#resume(file);
    const endLink = newestMark(this.#marks)?.resume?.chain.link;
    let scan = this.#scan(file, from, endLink);
    if (this.#options.live && scan.problem !== undefined) {
      const path = this.#path(this.#last);
      const changed = await rereadIfChanging(this.#options.disk, path, file, scan.end, STABLE_READS);
      if (changed !== undefined) {
        // A writer is at work. What it has finished by now counts; what it is writing does not.
        file = changed;
        scan = this.#scan(file, scan.end, endLink);
        if (scan.problem?.torn) scan = { end: scan.end, problem: undefined };
      }
    }
    this.#end = scan.end;
    this.#crc = crcOf(
      file.subarray(from, scan.end),
      from === SECTOR_BYTES ? crcOf(file.subarray(0, from)) : this.#crc,
    );
    if (scan.problem === undefined) return;
    this.#tail = withoutZeroTail(file.subarray(scan.end)).slice();
    this.#found(this.#last, scan.problem);
  }

  /** Where to start in the last segment: at the newest mark when it vouches for what is before. */
  #resume(file: Uint8Array): number {
    const mark = this.#ownMark();
    if (mark === undefined || mark.point.end > file.length) return SECTOR_BYTES;
    if (crcOf(file.subarray(0, mark.point.end)) !== mark.point.crc) return SECTOR_BYTES;
    this.#goTo(mark);
    return mark.point.end;
  }

  /** The newest mark, when this reader may go on from it: it is the writer's own, and of the last segment. */
  #ownMark(): NonNullable<Mark["resume"]> | undefined {
    const { from, secret } = this.#options;
    const newest = newestMark(this.#marks);
    if (from === "first" || secret === undefined || newest?.resume === undefined) return undefined;
    if (!isOwnMark(newest, secret)) return undefined;
    const { segment, epoch } = newest.resume.point;
    return segment === this.#last.number && epoch === this.#last.epoch ? newest.resume : undefined;
  }

  #goTo({ point, chain }: NonNullable<Mark["resume"]>): void {
    this.#chain = chain;
    this.#end = point.end;
    this.#crc = point.crc;
    this.#compareWithStatements();
  }

  #scan(file: Uint8Array, from: number, endLink: Uint8Array | undefined) {
    return scanBatches(file, from, this.#chain, {
      signedRecords: this.#signedRecords,
      secret: this.#options.secret,
      endLink,
      onRecord: (record) => {
        this.#compareWithStatements();
        this.#options.onRecord?.(record, this.#chain);
      },
      onBatch: () => this.#compareWithMarks(),
    });
  }

  /** The records are proven by the note; this is for the frame around the last of them. */
  #compareWithMarks(): string | undefined {
    const { sequence, batchNumber, link } = this.#chain;
    for (const { file, resume } of this.#marks) {
      if (resume?.chain.sequence !== sequence) continue;
      if (resume.chain.batchNumber === batchNumber && equalBytes(resume.chain.link, link)) continue;
      return `batch is not the one that ${file} was written after`;
    }
    return undefined;
  }

  #compareWithStatements(): void {
    const { sequence } = this.#chain;
    for (const statement of this.#statements) {
      if (statement.records !== sequence || this.#mismatch !== undefined) continue;
      if (statement.root === toHex(this.#chain.tree.root())) this.#proven = this.#here();
      else this.#mismatch = statement;
    }
  }

  #here(): Inspection["proven"] {
    return { records: this.#chain.sequence, root: toHex(this.#chain.tree.root()) };
  }

  #stop(segment: SegmentFile, offset: number, reason: string): void {
    this.#found(segment, { sequence: this.#chain.sequence, offset, reason, torn: false });
  }

  #found(segment: SegmentFile, problem: Problem): void {
    this.#problem ??= { ...problem, file: segment.name };
  }

  #path({ name }: SegmentFile): string {
    return join(this.#options.folder, name);
  }

  async #read(segment: SegmentFile): Promise<Uint8Array> {
    if (this.#ahead?.segment !== segment) await this.#readAhead(segment);
    const file = this.#ahead?.file as Promise<Uint8Array>;
    this.#ahead = undefined;
    return file;
  }

  /** Returns when the reading has begun: it goes on while this thread checks another segment. */
  async #readAhead(segment: SegmentFile): Promise<void> {
    const file = await this.#options.disk.open(this.#path(segment), "read");
    const reading = readToEnd(file, new Uint8Array(await file.size()));
    // What keeps it from being read is told when its turn comes; that may never be.
    reading.catch(() => {});
    this.#ahead = { segment, file: reading };
  }

  async #head(segment: SegmentFile): Promise<Uint8Array> {
    const file = await this.#options.disk.open(this.#path(segment), "read");
    try {
      const head = new Uint8Array(SECTOR_BYTES);
      return head.subarray(0, await file.read(head, 0));
    } finally {
      await file.close();
    }
  }
}

/** Into `bytes`, as many as there are; then closes the file. */
async function readToEnd(file: DiskFile, bytes: Uint8Array): Promise<Uint8Array> {
  try {
    return bytes.subarray(0, await file.read(bytes, 0));
  } finally {
    await file.close();
  }
}

const isHeaderOf = ({ number, epoch }: SegmentFile, header: SegmentHeader, policy: LedgerPolicy): boolean =>
  header.number === number && header.epoch === epoch && equalBytes(header.ledgerId, policy.ledgerId);

function statementsOf(marks: readonly Mark[], { keys }: LedgerPolicy): Statement[] {
  const signed = marks.flatMap(({ file, checkpoint }) => (checkpoint ? [{ file, ...checkpoint }] : []));
  const rotations = keys.rotations.map(({ records, root }) => ({
    file: POLICY_FILE,
    records,
    root: toHex(root),
  }));
  const trusted = keys.rotations.flatMap(({ compromise }) =>
    compromise ? [{ file: POLICY_FILE, records: compromise.records, root: toHex(compromise.root) }] : [],
  );
  return [...signed, ...rotations, ...trusted];
}

/** @param segments that are there, rising */
function firstMissing(segments: readonly SegmentFile[]): number | undefined {
  if (segments.length === 0) return 0;
  const gap = segments.findIndex(({ number }, i) => number !== i);
  return gap < 0 ? undefined : gap;
}
