/**
 * A serial cable of the virtual world, as faults lay hands on it. Nobody repairs what is lost here: what
 * TCP brings late, a cable does not bring at all.
 */
import type { Cable, CableFaults, CableWatcher } from "../../world/index.ts";
import type { CableAccess, LinkAccess, LinkShape, PartitionFigures } from "./access.ts";
import { ending } from "./ending.ts";
import { ShapeCount } from "./shape-count.ts";

/** Ends of a cable from the instrument to the runtime. */
const INSTRUMENT = 0;
const RUNTIME = 1;

/** @param cable its first end at the instrument, its second at the runtime */
export function virtualCable(cable: Cable): { readonly link: LinkAccess; readonly cable: CableAccess } {
  /** Shapes in force, the last one on top. */
  const changes: Partial<LinkShape>[] = [];
  let natural = cable.faults;
  const apply = () => {
    cable.change({ ...natural, cut: cable.faults.cut, ...faultsOf(Object.assign({}, ...changes)) });
  };
  const watch = (watched: Partial<CableWatcher>) => {
    const watcher = { ...SILENT, ...watched };
    cable.watchers.add(watcher);
    return () => void cable.watchers.delete(watcher);
  };

  return {
    link: {
      partition() {
        const lost = { toInstrument: 0, toDriver: 0 };
        const portsOpen = portsHeld(cable);
        const unwatch = watch({
          arrived(from, _length, bytes) {
            lost[from === RUNTIME ? "toInstrument" : "toDriver"] += bytes;
          },
        });
        cable.change({ cut: true });
        return ending((): PartitionFigures => {
          cable.change({ cut: false });
          unwatch();
          return {
            fate: "lost",
            bytesHeldToInstrument: lost.toInstrument,
            bytesHeldToDriver: lost.toDriver,
            connectionsCut: portsOpen,
            connectionAttempts: 0,
          };
        });
      },

      shape(change) {
        const count = new ShapeCount(shapeOf(cable.faults), "byte");
        const unwatch = watch({
          arrived(_from, length, lost, transitUs) {
            for (let byte = 0; byte < length; byte++) count.sent(1, transitUs, byte < lost ? 1 : 0);
          },
          corrupted: (at, before, after) => count.corrupted(at, before, after),
        });
        if (changes.length === 0) natural = cable.faults;
        changes.push(change);
        apply();
        return ending(() => {
          changes.splice(changes.indexOf(change), 1);
          apply();
          unwatch();
          return count.figures;
        });
      },

      truncateNext() {
        let cut: { length: number; kept: number } | undefined;
        const unwatch = watch({ truncated: (length, kept) => void (cut ??= { length, kept }) });
        cable.truncateNext(INSTRUMENT);
        return ending(() => {
          cable.truncateNoMore(INSTRUMENT);
          unwatch();
          return { cut };
        });
      },

      reset: noConnections,
      halfOpen: noConnections,
    },

    cable: {
      unplug() {
        const portsLost = cable.isHeld(RUNTIME) ? 1 : 0;
        let attempts = 0;
        const unwatch = watch({ missed: (end) => void (attempts += end === RUNTIME ? 1 : 0) });
        cable.unplug(RUNTIME);
        return ending(() => {
          cable.plug(RUNTIME);
          unwatch();
          return { portsLost, attempts };
        });
      },

      holdAtBreak(durationUs) {
        let bytesLost = 0;
        const zeros = cable.isHeld(RUNTIME) ? 1 : 0;
        const unwatch = watch({
          arrived: (from, _length, lost) => void (bytesLost += from === INSTRUMENT ? lost : 0),
        });
        cable.sendBreak(INSTRUMENT, durationUs);
        return ending(() => {
          unwatch();
          return { zeros, bytesLost };
        });
      },
    },
  };
}

const SILENT: CableWatcher = { sent() {}, arrived() {}, corrupted() {}, truncated() {}, missed() {} };

const portsHeld = (cable: Cable) =>
  ([INSTRUMENT, RUNTIME] as const).filter((end) => cable.isHeld(end)).length;

function noConnections(): never {
  throw new Error("a serial line has no connections that could break");
}

const shapeOf = ({ latencyUs, jitterUs, bandwidth, dripUs, drop, corruption }: CableFaults): LinkShape => ({
  latencyUs,
  jitterUs,
  bandwidth,
  dripUs,
  loss: drop,
  corruption,
});

const faultsOf = ({ loss, ...shape }: Partial<LinkShape>): Partial<CableFaults> => ({
  ...shape,
  ...(loss === undefined ? {} : { drop: loss }),
});
