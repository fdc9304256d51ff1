/** What is told between the callers' thread and the writer thread besides records. */
import type { BatchSector } from "../bytes.ts";
import type { LedgerCheckpoint } from "../ledger.ts";
import type { ResumePoint } from "../resume-point.ts";
import type { SharedMemory } from "./shared-queue.ts";

/** A chain as plain data. */
export interface ChainData {
  readonly size: bigint;
  readonly frontier: readonly Uint8Array[];
  readonly batchNumber: bigint;
  readonly recordHash: Uint8Array;
  readonly link: Uint8Array;
  readonly sector: BatchSector;
}

export interface WriterStart {
  readonly folder: string;
  readonly segmentBytes: number;
  readonly memory: SharedMemory;
  readonly policy: Uint8Array;
  /** PKCS#8 PEM as UTF-8; never leaves the process. */
  readonly keyPem: Uint8Array;
  readonly chain: ChainData;
  readonly at: ResumePoint;
  readonly checkpoint: LedgerCheckpoint;
}

export type FromWriter =
  | { readonly kind: "ready" }
  /** The counters in shared memory have moved. */
  | { readonly kind: "news" }
  /** The last segment is half full: room of so many bytes is wanted for the next one. */
  | { readonly kind: "spare-wanted"; readonly bytes: number }
  | { readonly kind: "checkpoint"; readonly checkpoint: LedgerCheckpoint }
  | { readonly kind: "failed"; readonly message: string; readonly code: string | undefined }
  | { readonly kind: "closed" };
