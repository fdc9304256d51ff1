/**
 * The OPC UA protocol stack (node-opcua), loaded when the first connection is made: importing it
 * costs a quarter of a second and 65 MB, which a process that only reads a manifest must not pay.
 */
import type { Log } from "@helix/hal";

export interface OpcUaStack {
  readonly ua: typeof import("node-opcua-client");
  readonly pki: typeof import("node-opcua-certificate-manager");
  readonly transport: typeof import("node-opcua-transport");
}

let loading: Promise<OpcUaStack> | undefined;
let diagnostics: Log | undefined;

/**
 * The stack has one logger per process and writes to the terminal by default. What it says there
 * also comes back to us as errors, so its own lines are diagnostics: they go to `log`, and with
 * several instruments in a process to the log of the one that connected last.
 */
export function loadOpcUaStack(log?: Log): Promise<OpcUaStack> {
  diagnostics = log ?? diagnostics;
  loading ??= load();
  return loading;
}

async function load(): Promise<OpcUaStack> {
  const [ua, pki, transport] = await Promise.all([
    import("node-opcua-client"),
    import("node-opcua-certificate-manager"),
    import("node-opcua-transport"),
  ]);
  const note = (...words: unknown[]) =>
    diagnostics?.debug("opc ua stack", { text: words.map(String).join(" ").trim() });
  ua.setWarningLogger(note);
  ua.setErrorLogger(note);
  return { ua, pki, transport };
}
