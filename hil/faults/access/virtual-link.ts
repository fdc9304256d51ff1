/** The link between a driver's host and its instrument's in the virtual world. */
import type { Host, LinkSettings, LinkWatcher, Network } from "../../world/index.ts";
import type { LinkAccess, LinkShape, PartitionFigures } from "./access.ts";
import { ending } from "./ending.ts";
import { ShapeCount } from "./shape-count.ts";

/** @param driver the host on which the driver runs */
export function virtualLink(network: Network, driver: Host, instrument: Host): LinkAccess {
  const toInstrument = network.link(driver, instrument);
  const toDriver = network.link(instrument, driver);
  const both = [toInstrument, toDriver];

  /** Shapes in force, the last one on top. */
  const changes: Partial<LinkShape>[] = [];
  let natural = { out: shapeOf(toInstrument.settings), back: shapeOf(toDriver.settings) };
  const apply = () => {
    const shape = Object.assign({}, ...changes) as Partial<LinkShape>;
    network.changeOneWay(driver, instrument, { ...natural.out, ...shape });
    network.changeOneWay(instrument, driver, { ...natural.back, ...shape });
  };

  return {
    partition() {
      const connectionsCut = network.connections(driver, instrument);
      const count = { bytesHeldToInstrument: 0, bytesHeldToDriver: 0, connectionAttempts: 0 };
      const out = watcher({
        message: (length) => (count.bytesHeldToInstrument += length),
        attempt: () => (count.connectionAttempts += 1),
      });
      const back = watcher({ message: (length) => (count.bytesHeldToDriver += length) });
      toInstrument.watchers.add(out);
      toDriver.watchers.add(back);
      network.partition(driver, instrument);
      return ending((): PartitionFigures => {
        network.heal(driver, instrument);
        toInstrument.watchers.delete(out);
        toDriver.watchers.delete(back);
        return { fate: "held", ...count, connectionsCut };
      });
    },

    shape(change) {
      const count = new ShapeCount(shapeOf(toInstrument.settings));
      for (const link of both) link.watchers.add(count);
      if (changes.length === 0) {
        natural = { out: shapeOf(toInstrument.settings), back: shapeOf(toDriver.settings) };
      }
      changes.push(change);
      apply();
      return ending(() => {
        changes.splice(changes.indexOf(change), 1);
        apply();
        for (const link of both) link.watchers.delete(count);
        return count.figures;
      });
    },

    truncateNext() {
      let cut: { length: number; kept: number } | undefined;
      const truncated = watcher({ truncated: (length, kept) => (cut ??= { length, kept }) });
      toDriver.watchers.add(truncated);
      toDriver.truncateNext();
      return ending(() => {
        if (cut === undefined) toDriver.truncateNoMore();
        toDriver.watchers.delete(truncated);
        return { cut };
      });
    },

    reset() {
      const connections = network.resetConnections(driver, instrument);
      return ending(() => ({ connections }));
    },

    halfOpen() {
      const connections = network.halfOpen(instrument, driver);
      return ending(() => ({ connections }));
    },
  };
}

const shapeOf = ({ latencyUs, jitterUs, bandwidth, loss, corruption, dripUs }: LinkSettings): LinkShape => ({
  latencyUs,
  jitterUs,
  bandwidth,
  loss,
  corruption,
  dripUs,
});

type Watched = { [Event in keyof LinkWatcher]?: (...args: Parameters<LinkWatcher[Event]>) => unknown };

const watcher = (watched: Watched): LinkWatcher => ({
  message: (length) => void watched.message?.(length),
  sent: (payload, transitUs, losses) => void watched.sent?.(payload, transitUs, losses),
  corrupted: (at, before, after) => void watched.corrupted?.(at, before, after),
  truncated: (length, kept) => void watched.truncated?.(length, kept),
  attempt: () => void watched.attempt?.(),
});
