/**
 * What this program itself holds. The functions are taken when this module is evaluated, so that a
 * virtual world, which shows its programs other figures, still measures the real ones.
 */
import v8 from "node:v8";
import vm from "node:vm";

const heapStatistics = v8.getHeapStatistics.bind(v8);
const activeResources = process.getActiveResourcesInfo.bind(process);
let collect: (() => void) | undefined;

/** Bytes of this thread's heap that are in use after a full collection; the collection takes some 10 ms. */
export function heapBytesInUse(): number {
  collect ??= collector();
  collect();
  return heapStatistics().used_heap_size;
}

/** What keeps this process's event loop busy: an unreferenced timer is not among it. */
export function openHandles(): { readonly sockets: number; readonly timers: number } {
  const resources = activeResources();
  const count = (name: string) => resources.filter((resource) => resource === name).length;
  return { sockets: count("TCPSocketWrap") + count("TCPServerWrap"), timers: count("Timeout") };
}

/** V8's own, which a program otherwise has only when started with --expose-gc. */
function collector(): () => void {
  v8.setFlagsFromString("--expose-gc");
  return vm.runInNewContext("gc") as () => void;
}
