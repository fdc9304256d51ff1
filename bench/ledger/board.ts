/**
 * The `ledger` board: what a caller pays, how long durability takes, how fast a ledger is verified
 * and opened, beside the bare disk and SQLite in the same run. Peers and ledger take turns, so that a
 * busy moment of the machine meets all of them; the ratio is the median over the turns.
 */
import { join } from "node:path";
import { type Ledger, type LedgerEvent, openLedger, verifyLedger } from "@helix/ledger";
import type { Platform } from "@helix/platform";
import { median, type Quantiles, quantiles, secondsFor, timeEach } from "./measure.ts";
import { measureOpenings, type Opening } from "./opening.ts";
import { bareAsync, bareBlocking, sqliteRows } from "./peers.ts";

export interface LedgerBoardContext {
  readonly platform: Platform;
  /** A new folder on the disk to be measured; what is written there stays. */
  readonly folder: string;
  /** Records for the throughput and the verification; default 400,000. */
  readonly records?: number;
  /** Records of the largest ledger that is opened; default 400,000. */
  readonly openingRecords?: number;
  /** Turns of the latency measurement; default 24. */
  readonly turns?: number;
  readonly progress?: (line: string) => void;
}

export interface LedgerBoard {
  readonly enqueue: Quantiles & { readonly calls: number };
  readonly durable: {
    /** Blocking calls: the least that durability costs. */
    readonly bareBlocking: Quantiles;
    /** The same without blocking the event loop. */
    readonly bare: Quantiles;
    readonly sqliteFull: Quantiles;
    readonly classB: Quantiles;
    readonly classA: Quantiles;
    /** p50 over p50, median of the turns. */
    readonly classBOverBare: number;
    readonly classAOverBare: number;
    readonly classBOverBlocking: number;
    readonly classAOverBlocking: number;
    readonly callsPerTurn: number;
  };
  readonly writers64: { readonly recordsPerSecond: number; readonly records: number };
  readonly verify: { readonly recordsPerSecond: number; readonly verdict: string; readonly records: string };
  /** At three sizes, a factor of ten apart. */
  readonly open: readonly Opening[];
}

const CALLS_PER_TURN = 150;
const WRITERS = 64;

const event = (i: number): LedgerEvent => ({
  type: "COMMAND_OUTCOME",
  commandId: `cmd-${i}`,
  instrument: "brx-07",
  outcome: "acknowledged",
  acknowledgedValue: 0.024 + i * 1e-6,
  reason: undefined,
  roundTripLatencyUs: 1800 + (i % 97),
});

export async function runLedgerBoard(context: LedgerBoardContext): Promise<LedgerBoard> {
  const { platform, folder, records = 400_000, turns = 24, progress = () => {} } = context;
  const { openingRecords = 400_000 } = context;
  await platform.disk.makeFolder(folder);
  const durable = await measureDurable(context, turns);
  progress(`durable: ${JSON.stringify(durable)}`);

  const path = join(folder, "throughput");
  const ledger = await openLedger({ folder: path, ...platform });
  await appendWith(WRITERS, 20_000, ledger);
  const seconds = await secondsFor(() => appendWith(WRITERS, records, ledger));
  const writers64 = { recordsPerSecond: Math.round(records / seconds), records };
  progress(`64 writers: ${JSON.stringify(writers64)}`);
  const enqueue = await measureEnqueue(ledger);
  progress(`enqueue: ${JSON.stringify(enqueue)}`);
  await ledger.close();

  const verify = await measureVerify(path, platform);
  progress(`verify: ${JSON.stringify(verify)}`);
  const open = await measureOpenings(join(folder, "opening"), platform, openingRecords, event, progress);
  return { enqueue, durable, writers64, verify, open };
}

async function measureDurable(
  { platform, folder }: LedgerBoardContext,
  turns: number,
): Promise<LedgerBoard["durable"]> {
  const ledger = await openLedger({ folder: join(folder, "latency"), ...platform });
  const [bare, blocking] = [await bareAsync(folder, platform.disk), await bareBlocking(folder)];
  const sqlite = sqliteRows(folder, JSON.stringify(event(0)));
  const contenders = {
    bareBlocking: (i: number) => blocking.append(i),
    bare: (i: number) => bare.append(i),
    sqliteFull: (i: number) => sqlite.append(i),
    classB: (i: number) => ledger.append(event(i)),
    classA: (i: number) => ledger.append(event(i), { durability: "A" }),
  };
  type Name = keyof typeof contenders;
  const names = Object.keys(contenders) as Name[];
  for (const name of names) await timeEach(CALLS_PER_TURN, contenders[name]);
  const all: Record<Name, number[]> = { bareBlocking: [], bare: [], sqliteFull: [], classB: [], classA: [] };
  const turnsP50: Record<Name, number>[] = [];
  for (let turn = 0; turn < turns; turn++) {
    const p50 = {} as Record<Name, number>;
    for (const name of names) {
      const durations = await timeEach(CALLS_PER_TURN, contenders[name]);
      all[name].push(...durations);
      p50[name] = median(durations);
    }
    turnsP50.push(p50);
  }
  await Promise.all([ledger.close(), bare.close(), blocking.close(), sqlite.close()]);
  const ratio = (a: Name, b: Name) => Math.round(median(turnsP50.map((p50) => p50[a] / p50[b])) * 100) / 100;
  return {
    bareBlocking: quantiles(all.bareBlocking),
    bare: quantiles(all.bare),
    sqliteFull: quantiles(all.sqliteFull),
    classB: quantiles(all.classB),
    classA: quantiles(all.classA),
    classBOverBare: ratio("classB", "bare"),
    classAOverBare: ratio("classA", "bare"),
    classBOverBlocking: ratio("classB", "bareBlocking"),
    classAOverBlocking: ratio("classA", "bareBlocking"),
    callsPerTurn: CALLS_PER_TURN,
  };
}

/** Each writer waits for its record before it appends the next one. */
async function appendWith(writers: number, records: number, ledger: Ledger): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: writers }, async () => {
      while (next < records) await ledger.append(event(next++));
    }),
  );
}

/** Bursts of 50, as a supervisor with many instruments makes them, and the event loop between them. */
async function measureEnqueue(ledger: Ledger): Promise<LedgerBoard["enqueue"]> {
  const durations: number[] = [];
  for (let burst = 0; burst < 800; burst++) {
    for (let i = 0; i < 50; i++) {
      const made = event(i);
      const start = process.hrtime.bigint();
      ledger.enqueue(made);
      durations.push(Number(process.hrtime.bigint() - start));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await ledger.checkpoint();
  return { ...quantiles(durations), calls: durations.length };
}

async function measureVerify(folder: string, { disk }: Platform): Promise<LedgerBoard["verify"]> {
  let found = await verifyLedger({ folder, disk });
  const rates: number[] = [];
  for (let i = 0; i < 3; i++) {
    const seconds = await secondsFor(async () => {
      found = await verifyLedger({ folder, disk });
    });
    rates.push(Number(found.records) / seconds);
  }
  return { recordsPerSecond: Math.round(median(rates)), verdict: found.verdict, records: `${found.records}` };
}
