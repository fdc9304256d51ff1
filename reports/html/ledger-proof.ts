/**
 * The audit ledger's proof, and how anybody can check it without this machine.
 */
import { countText } from "../figures.ts";
import type { RunRecord } from "../read-record.ts";
import { html, type Markup } from "./markup.ts";
import { badge } from "./parts.ts";

export function ledgerProof({ run, ledger, end }: RunRecord): Markup {
  const body = ledger
    ? html`<dl class="facts">
<dt>Verdict</dt><dd>${ledger.verdict === "CLEAN" ? badge("calm", "✓ CLEAN") : badge("fail", `✕ ${ledger.verdict}`)}</dd>
<dt>Records</dt><dd>${countText(ledger.records)}</dd>
<dt>Root</dt><dd><code class="hash">${ledger.root}</code></dd>
</dl>
${
  ledger.checkpoint === undefined
    ? html`<p class="abnormal">The ledger took no record of the stop: ${ledger.refusal ?? "the run record says no reason"}</p>`
    : html`<h3>Signed checkpoint</h3>
<pre class="copy"><code>${ledger.checkpoint}</code></pre>`
}
<h3>To verify it offline${run.rig === "virtual" ? ", in the run's folder" : ""}</h3>
<pre class="copy"><code>npx helix ledger verify ${shellWord(ledger.folder)}</code></pre>
<p class="note">It reads every record again, recomputes the chain and the root, and checks the signature. The ledger is unchanged since this report if it says CLEAN, with the records and the root above.</p>`
    : html`<p class="abnormal">The record holds no ledger proof: the run ended before its ledger was closed.</p>`;
  return html`<section id="ledger"><h2>Audit ledger</h2>
${body}
${end.traceHash === undefined ? "" : traceProof(end.traceHash)}</section>
`;
}

/** Of a run in virtual time, which can be done again. */
const traceProof = (hash: string): Markup => html`<h3>Trace of the virtual world</h3>
<p><code class="hash">${hash}</code></p>
<p class="note">SHA-256 over every event of the run and every byte on its wires. The command above that runs it again gives the same.</p>
`;

/** Quoted where a shell would not take it as one word. */
const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
