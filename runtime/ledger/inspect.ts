/**
 * Holds a ledger's segments against each other and against its signed checkpoints, and gives the
 * verdict (FORMAT.md section 6). Reads only.
 */
import { join } from "node:path";
import type { Disk } from "@helix/platform";
import { equalBytes, SECTOR_BYTES, toHex } from "./bytes.ts";
import { Chain } from "./chain.ts";
import { type Mark, newestCheckpoint, readMarks } from "./high-water-mark.ts";
import type { LedgerVerdict, LedgerVerification } from "./ledger.ts";
import type { LedgerPolicy } from "./policy.ts";
import { rereadIfChanging } from "./reread.ts";
import { type Problem, type ScanOptions, scanBatches } from "./scan.ts";
import { decodeSegmentHeader, endProblem, sameChain, segmentName, segmentNumber } from "./segment.ts";
import { type Findings, judge } from "./verdict.ts";

/**
 * How often in a row a damaged tail or mark must read the same before it is taken for damaged: a
 * live writer's write is visible in parts for some microseconds.
 */
const STABLE_READS = 20;

export interface InspectOptions {
  readonly disk: Disk;
  readonly folder: string;
  readonly policy: LedgerPolicy;
  /** "last" trusts the signed header of the last segment for all before it. */
  readonly from: "first" | "last";
  /** Somebody may be writing meanwhile; false for the holder of the lock. */
  readonly live: boolean;
}

export interface Inspection {
  readonly verdict: LedgerVerdict;
  readonly firstBad: LedgerVerification["firstBad"];
  /** After the last batch that fits. */
  readonly chain: Chain;
  /** How many records are proven good, and the root over them. */
  readonly proven: { readonly records: bigint; readonly root: string };
  readonly marks: readonly Mark[];
  readonly lastSegment: number;
  /** Where batches end in the last segment. */
  readonly end: number;
  /** What stands there and is no batch. */
  readonly tail: Uint8Array;
}

export async function inspectLedger(options: InspectOptions): Promise<Inspection> {
  // Marks before segments: a mark never runs ahead of the records that are there by then.
  const { disk, folder, policy } = options;
  const marks = await readMarks(disk, folder, policy.key, options.live ? STABLE_READS : 0);
  const numbers = (await disk.list(folder)).map(segmentNumber).filter((n) => n !== undefined);
  const lastSegment = numbers.at(-1) ?? 0;
  return new Inspector(options, marks).run(numbers, lastSegment);
}

class Inspector {
  readonly #options: InspectOptions;
  readonly #marks: readonly Mark[];
  readonly #scan: ScanOptions;
  #chain: Chain;
  #problem: Findings["problem"];
  #proven: Inspection["proven"];
  /** The first mark that the records contradict. */
  #mismatch: Mark | undefined;
  #end = 0;
  #tail: Uint8Array = new Uint8Array(0);

  constructor(options: InspectOptions, marks: readonly Mark[]) {
    this.#options = options;
    this.#marks = marks;
    this.#chain = Chain.start(options.policy.ledgerId);
    this.#proven = this.#here();
    this.#scan = {
      key: options.policy.key,
      signedRecords: newestCheckpoint(marks)?.records ?? 0n,
      onRecord: () => this.#compareWithMarks(),
    };
  }

  async run(numbers: readonly number[], lastSegment: number): Promise<Inspection> {
    const missing = firstMissing(numbers, lastSegment);
    const first = this.#options.from === "last" ? lastSegment : 0;
    for (let n = first; n <= lastSegment && this.#problem === undefined; n++) {
      if (missing === n) this.#stop(n, 0, "segment file is missing");
      else
        await this.#segment(n, {
          isFirst: n === first,
          isLast: n === lastSegment,
          hasNext: missing !== n + 1,
        });
    }
    if (missing !== undefined) this.#stop(missing, 0, "segment file is missing");
    return {
      ...judge({
        records: this.#chain.sequence,
        marks: this.#marks,
        problem: this.#problem,
        mismatch: this.#mismatch && { mark: this.#mismatch, provenRecords: this.#proven.records },
        end: { file: segmentName(lastSegment), offset: this.#end },
      }),
      chain: this.#chain,
      proven: this.#mismatch ? this.#proven : this.#here(),
      marks: this.#marks,
      lastSegment,
      end: this.#end,
      tail: this.#tail,
    };
  }

  async #segment(
    number: number,
    { isFirst, isLast, hasNext }: { isFirst: boolean; isLast: boolean; hasNext: boolean },
  ): Promise<void> {
    const file = await this.#read(number);
    const start = decodeSegmentHeader(file, this.#options.policy.key);
    if (typeof start === "string") return this.#stop(number, 0, start);
    const trusted = isFirst && this.#options.from === "last";
    if (
      start.header.number !== number ||
      !equalBytes(start.header.ledgerId, this.#options.policy.ledgerId) ||
      !(trusted || sameChain(start.chain, this.#chain))
    ) {
      return this.#stop(number, 0, "segment does not follow from what is before it");
    }
    this.#chain = start.chain;
    this.#compareWithMarks();
    await (isLast ? this.#lastBatches(number, file) : this.#sealedBatches(number, file, hasNext));
  }

  /** A segment with a successor ends where, and with what, the successor's header says. */
  async #sealedBatches(number: number, file: Uint8Array, hasNext: boolean): Promise<void> {
    const next = hasNext ? decodeSegmentHeader(await this.#read(number + 1), this.#options.policy.key) : "";
    const sealed = typeof next === "string" ? undefined : next.header.previous;
    const body = sealed === undefined ? file : file.subarray(0, sealed.validLength);
    const { end, problem } = scanBatches(body, SECTOR_BYTES, this.#chain, this.#scan);
    if (problem !== undefined) this.#found(number, { ...problem, torn: false });
    const reason = sealed && endProblem(file, end, sealed);
    if (reason !== undefined) this.#stop(number, end, reason);
  }

  async #lastBatches(number: number, first: Uint8Array): Promise<void> {
    let file = first;
    let scan = scanBatches(file, SECTOR_BYTES, this.#chain, this.#scan);
    if (this.#options.live && scan.problem !== undefined) {
      const path = join(this.#options.folder, segmentName(number));
      const changed = await rereadIfChanging(this.#options.disk, path, file, scan.end, STABLE_READS);
      if (changed !== undefined) {
        // A writer is at work. What it has finished by now counts; what it is writing does not.
        file = changed;
        scan = scanBatches(file, scan.end, this.#chain, this.#scan);
        if (scan.problem?.torn) scan = { end: scan.end, problem: undefined };
      }
    }
    this.#end = scan.end;
    if (scan.problem === undefined) return;
    this.#tail = file.slice(scan.end);
    this.#found(number, scan.problem);
  }

  #compareWithMarks(): void {
    const { sequence } = this.#chain;
    for (const mark of this.#marks) {
      if (mark.checkpoint?.records !== sequence || this.#mismatch !== undefined) continue;
      if (mark.checkpoint.root === toHex(this.#chain.tree.root())) this.#proven = this.#here();
      else this.#mismatch = mark;
    }
  }

  #here(): Inspection["proven"] {
    return { records: this.#chain.sequence, root: toHex(this.#chain.tree.root()) };
  }

  #stop(segment: number, offset: number, reason: string): void {
    this.#found(segment, { sequence: this.#chain.sequence, offset, reason, torn: false });
  }

  #found(segment: number, problem: Problem): void {
    this.#problem ??= { ...problem, file: segmentName(segment) };
  }

  #read(segment: number): Promise<Uint8Array> {
    return this.#options.disk.readFile(join(this.#options.folder, segmentName(segment)));
  }
}

/** @param numbers of the segments that are there, rising */
function firstMissing(numbers: readonly number[], last: number): number | undefined {
  return Array.from({ length: last + 1 }, (_, n) => n).find((n) => numbers[n] !== n);
}
