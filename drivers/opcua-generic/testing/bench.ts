/**
 * What a driver's tests need around it: a context on the real clock and network, a frame channel,
 * folders that go away again.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type {
  ConnectionConfig,
  DriverContext,
  FrameSender,
  Observable,
  StreamConfig,
  TelemetryFrame,
} from "@helix/hal";
import { createSystemPlatform, silentLog } from "@helix/platform";

export const platform = createSystemPlatform("driver tests");

/** A folder of its own; removed by the function that comes with it. */
export function temporaryFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), "helix-driver-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export function driverContext(
  pkiFolder: string,
  secrets: Readonly<Record<string, string>> = {},
  instrumentKey = "brx-01",
): DriverContext {
  const steady: Observable<{ level: "Normal" }> = {
    value: { level: "Normal" },
    subscribe: (listener) => {
      listener({ level: "Normal" });
      return () => {};
    },
  };
  return {
    ...platform,
    instrumentKey,
    log: silentLog,
    backpressure: steady,
    pkiFolder,
    secret: (variable) => secrets[variable],
    blocking: async (work) => work(),
  };
}

export const connection = (overrides: Partial<ConnectionConfig> = {}): ConnectionConfig => ({
  timeoutMs: 20_000,
  signal: new AbortController().signal,
  readOnly: false,
  ...overrides,
});

export const streamAll: StreamConfig = {
  channelMask: [],
  rateOverrides: new Map(),
  dropPolicy: { policy: "DropOldest" },
  simulationMode: false,
};

/** A frame channel without an end, whose reader is the test. */
export class FrameCollector implements FrameSender {
  readonly frames: TelemetryFrame[] = [];
  readonly capacity = 1_000_000;
  readonly backpressure = { level: "Normal" } as const;
  /** The supervisor has ended the stream. */
  isClosed = false;

  get depth(): number {
    return this.frames.length;
  }
  trySend(frame: TelemetryFrame): "sent" | "closed" {
    if (this.isClosed) return "closed";
    this.frames.push(frame);
    return "sent";
  }
  async send(frame: TelemetryFrame): Promise<"sent" | "closed"> {
    return this.trySend(frame);
  }
  forceDropOldest(): boolean {
    return this.frames.shift() !== undefined;
  }
  forceDropLowQuality(): boolean {
    return false;
  }
  dropNewest(): void {}

  of(channelId: number): TelemetryFrame[] {
    return this.frames.filter((frame) => frame.channelId === channelId);
  }
}

/** Waits until `condition` holds; fails with `what` after a generous time. */
export async function until(what: string, condition: () => boolean, limitMs = 20_000): Promise<void> {
  for (let waited = 0; waited < limitMs; waited += 20) {
    if (condition()) return;
    await platform.clock.sleep(20);
  }
  throw new Error(`did not happen within ${limitMs} ms: ${what}`);
}

/** What keeps the process alive now, of the kinds that a connection could leave behind. */
export function openHandles(): { sockets: number; timers: number } {
  const resources = process.getActiveResourcesInfo();
  const count = (kind: string) => resources.filter((name) => name === kind).length;
  return { sockets: count("TCPSocketWrap") + count("TCPConnectWrap"), timers: count("Timeout") };
}
