/**
 * Everything that is going to happen, in one total order: immediates first in the order they were
 * asked for, then by time in integer microseconds, then by the order of scheduling.
 */
import type { Host } from "../host.ts";

const NOT_QUEUED = -1;
const IMMEDIATE = -2;
const COMPACT_AFTER = 1024;

export class WorldEvent {
  readonly atUs: number;
  readonly sequence: number;
  /** Whose code runs in it; undefined for the bench. */
  readonly host: Host | undefined;
  readonly kind: string;
  /** Undefined once cancelled. */
  action: (() => void) | undefined;
  /** An event that reaches the host from outside (a segment, a power cut) outlives the host's process. */
  readonly fromOutside: boolean;
  /** Where it was scheduled; only kept while a difference is being hunted. */
  stack: string | undefined = undefined;
  /** Index in the heap, or one of the two marks above. */
  place: number = NOT_QUEUED;

  constructor(
    atUs: number,
    sequence: number,
    host: Host | undefined,
    kind: string,
    action: () => void,
    fromOutside: boolean,
  ) {
    this.atUs = atUs;
    this.sequence = sequence;
    this.host = host;
    this.kind = kind;
    this.action = action;
    this.fromOutside = fromOutside;
  }
}

export class EventQueue {
  #heap: WorldEvent[] = [];
  #immediates: WorldEvent[] = [];
  #head = 0;

  /** Queued events, cancelled immediates included. */
  get size(): number {
    return this.#heap.length + this.#immediates.length - this.#head;
  }

  addTimed(event: WorldEvent): void {
    this.#heap.push(event);
    this.#siftUp(this.#heap.length - 1, event);
  }

  addImmediate(event: WorldEvent): void {
    event.place = IMMEDIATE;
    this.#immediates.push(event);
  }

  /** The next event, unless it lies after `horizonUs`. */
  take(horizonUs: number): WorldEvent | undefined {
    while (this.#head < this.#immediates.length) {
      const event = this.#immediates[this.#head++] as WorldEvent;
      if (this.#head > COMPACT_AFTER && this.#head * 2 > this.#immediates.length) {
        this.#immediates.splice(0, this.#head);
        this.#head = 0;
      }
      event.place = NOT_QUEUED;
      if (event.action !== undefined) return event;
    }
    this.#immediates.length = 0;
    this.#head = 0;
    const first = this.#heap[0];
    if (first === undefined || first.atUs > horizonUs) return undefined;
    this.#removeTimed(first);
    return first;
  }

  cancel(event: WorldEvent): void {
    event.action = undefined;
    if (event.place >= 0) this.#removeTimed(event);
  }

  /** Drops what the host's own process has asked for. */
  cancelProcess(host: Host): void {
    const own = (event: WorldEvent) => event.host === host && !event.fromOutside;
    for (const event of this.#heap.filter(own)) this.cancel(event);
    for (let i = this.#head; i < this.#immediates.length; i++) {
      const event = this.#immediates[i] as WorldEvent;
      if (own(event)) event.action = undefined;
    }
  }

  /** Timed events of a kind in `kinds` that the host's own process waits for. */
  waiting(host: Host, kinds: ReadonlySet<string>): number {
    let count = 0;
    for (const event of this.#heap)
      if (event.host === host && !event.fromOutside && kinds.has(event.kind)) count += 1;
    return count;
  }

  #removeTimed(event: WorldEvent): void {
    const place = event.place;
    event.place = NOT_QUEUED;
    const last = this.#heap.pop() as WorldEvent;
    if (last === event) return;
    const parent = this.#heap[(place - 1) >> 1];
    if (place > 0 && parent !== undefined && isBefore(last, parent)) this.#siftUp(place, last);
    else this.#siftDown(place, last);
  }

  #siftUp(from: number, event: WorldEvent): void {
    const heap = this.#heap;
    let place = from;
    while (place > 0) {
      const parentPlace = (place - 1) >> 1;
      const parent = heap[parentPlace] as WorldEvent;
      if (!isBefore(event, parent)) break;
      heap[place] = parent;
      parent.place = place;
      place = parentPlace;
    }
    heap[place] = event;
    event.place = place;
  }

  #siftDown(from: number, event: WorldEvent): void {
    const heap = this.#heap;
    let place = from;
    for (;;) {
      let childPlace = 2 * place + 1;
      if (childPlace >= heap.length) break;
      const right = heap[childPlace + 1];
      if (right !== undefined && isBefore(right, heap[childPlace] as WorldEvent)) childPlace += 1;
      const child = heap[childPlace] as WorldEvent;
      if (!isBefore(child, event)) break;
      heap[place] = child;
      child.place = place;
      place = childPlace;
    }
    heap[place] = event;
    event.place = place;
  }
}

function isBefore(a: WorldEvent, b: WorldEvent): boolean {
  return a.atUs < b.atUs || (a.atUs === b.atUs && a.sequence < b.sequence);
}
