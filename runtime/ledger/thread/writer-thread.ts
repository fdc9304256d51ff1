/**
 * The writer thread: takes drafts out of shared memory, brings them to the disk with blocking calls
 * and says so in shared memory. It sleeps on a counter, not in an event loop, so a record waits for
 * nothing but the disk. Everything that is not the way of a record is told by messages.
 */
import { parentPort, workerData } from "node:worker_threads";
import { blockingDisk, createSystemPlatform } from "@helix/platform";
import { MAX_BATCH_BYTES, MAX_BATCH_RECORDS } from "../batch-queue.ts";
import { BatchWriter, CHECKPOINT_MS } from "../batch-writer.ts";
import { HighWaterMarkWriter, readMarks } from "../high-water-mark.ts";
import { type LedgerPolicy, marksIn, readPolicy } from "../policy.ts";
import { isClassA } from "../record-codec.ts";
import { SegmentWriter } from "../segment-writer.ts";
import { readSigningKey } from "../signing-key.ts";
import type { FromWriter, WriterStart } from "./messages.ts";
import { REQUESTS, SharedConsumer } from "./shared-queue.ts";
import { restoreChain } from "./start-data.ts";

const NS_PER_MS = 1_000_000n;
/** So long after the last record what is durable is signed. */
const QUIET_MS = 1;
const { clock } = createSystemPlatform();
const start = workerData as WriterStart;
const queue = new SharedConsumer(start.memory);
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a MessagePort has no origin
const send = (message: FromWriter): void => parentPort?.postMessage(message);

async function openWriter(): Promise<BatchWriter> {
  const policy = readPolicy(start.policy) as LedgerPolicy;
  const marks = await readMarks(blockingDisk, start.folder, policy, 0);
  const options = {
    maxBytes: start.segmentBytes,
    preallocate: true,
    hasSpare: () => queue.hasSpare,
    spareUsed: () => queue.spareUsed(),
    wantSpare: (bytes: number) => {
      if (queue.startSpare()) send({ kind: "spare-wanted", bytes });
    },
  };
  const files = {
    ledgerId: policy.ledgerId,
    key: readSigningKey(policy.key.origin, start.keyPem),
    chain: restoreChain(start.chain),
    segment: await SegmentWriter.open(blockingDisk, start.folder, options, start.at),
    marks: await HighWaterMarkWriter.open(blockingDisk, marksIn(start.folder, policy), marks),
  };
  return new BatchWriter(files, start.checkpoint, () => clock.wallUtcNs());
}

/** Until asked to close. @throws the disk's error */
async function serve(writer: BatchWriter): Promise<void> {
  /** When the first record that no checkpoint covers was written, monotonic ns. */
  let uncoveredSince = writer.checkpoint.records === writer.records ? undefined : clock.monotonicNs();
  let request: number = REQUESTS.none;
  let requestedAt = 0;
  const tellNews = () => {
    if (queue.hasUntoldNews()) send({ kind: "news" });
  };
  const checkpoint = async () => {
    const written = await writer.writeCheckpoint();
    uncoveredSince = undefined;
    queue.publishCovered();
    return written;
  };
  for (;;) {
    const seen = queue.wakeCount;
    const asked = queue.takeRequest();
    // The answer covers all that was submitted before the question.
    if (asked !== REQUESTS.none) requestedAt = queue.submitted;
    request |= asked;
    const drafts = queue.take(MAX_BATCH_RECORDS, MAX_BATCH_BYTES);
    if (drafts.length > 0) {
      const [holdsClassA, onlyClassA] = [drafts.some(isClassA), drafts.every(isClassA)];
      const { recordHashes } = await writer.commit(drafts);
      queue.release();
      queue.publish(recordHashes);
      // Nobody is served by news between the two syncs when all wait for the second.
      if (!onlyClassA) tellNews();
      writer.settle();
      uncoveredSince ??= clock.monotonicNs();
      if (holdsClassA || writer.needsCheckpoint) await checkpoint();
      if (holdsClassA) tellNews();
    }
    if (request !== REQUESTS.none && queue.hasTaken(requestedAt)) {
      send({ kind: "checkpoint", checkpoint: await checkpoint() });
      if ((request & REQUESTS.close) !== 0) return;
      request = REQUESTS.none;
    }
    if (drafts.length > 0 || queue.wasWoken(seen)) continue;
    // A slow caller is back within a millisecond too, and must not find the writer at a signature.
    if (!writer.isSigned) queue.sleep(seen, QUIET_MS);
    if (queue.wakeCount !== seen) continue;
    await writer.sign();
    const due = dueInMs(writer, uncoveredSince);
    if (due <= 0) await checkpoint();
    queue.sleep(seen, due <= 0 ? Number.POSITIVE_INFINITY : due);
  }
}

function dueInMs(writer: BatchWriter, uncoveredSince: bigint | undefined): number {
  if (uncoveredSince === undefined || writer.checkpoint.records === writer.records)
    return Number.POSITIVE_INFINITY;
  return CHECKPOINT_MS - Number((clock.monotonicNs() - uncoveredSince) / NS_PER_MS);
}

try {
  const writer = await openWriter();
  send({ kind: "ready" });
  try {
    await serve(writer);
  } finally {
    await writer.close();
  }
  send({ kind: "closed" });
} catch (error) {
  const { message, code } = error as NodeJS.ErrnoException;
  send({ kind: "failed", message, code });
}
