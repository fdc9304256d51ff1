/**
 * The report as one HTML file that needs nothing else: no network, no library, no script to be
 * read. A pure function of the record. Its content policy allows only the style and the script
 * below, by hash, so that not even a slip in the escaping could fetch or run anything.
 */
import { createHash } from "node:crypto";
import type { RunRecord } from "../read-record.ts";
import { banner, keyFigures } from "./banner.ts";
import { commands } from "./commands.ts";
import { events } from "./events.ts";
import { expectations } from "./expectations.ts";
import { facts } from "./facts.ts";
import { faults } from "./faults.ts";
import { ledgerProof } from "./ledger-proof.ts";
import { html, trusted } from "./markup.ts";
import { verdictWord } from "./parts.ts";
import { READ_OUT_SCRIPT } from "./read-out-script.ts";
import { STYLE } from "./style.ts";
import { patterns, trends } from "./trends.ts";

const hashOf = (text: string): string =>
  `'sha256-${createHash("sha256").update(text, "utf8").digest("base64")}'`;
const POLICY = `default-src 'none'; style-src ${hashOf(STYLE)}; script-src ${hashOf(READ_OUT_SCRIPT)}; base-uri 'none'; form-action 'none'`;

const SECTIONS = [
  ["run", "Run"],
  ["expectations", "Expectations"],
  ["trends", "Trends"],
  ["faults", "Faults"],
  ["commands", "Commands"],
  ["events", "Gaps, errors and status"],
  ["ledger", "Audit ledger"],
] as const;

/** The same record gives the same bytes, on every machine. */
export function renderHtml(record: RunRecord): string {
  const { run, end } = record;
  const page = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta http-equiv="Content-Security-Policy" content="${POLICY}"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/>
<meta name="generator" content="HELIX ${run.helixVersion}"/>
<title>${verdictWord(end.verdict)}: ${run.title}</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
${patterns}<main>
${banner(record)}${keyFigures(record)}<nav aria-label="Sections"><ol>${SECTIONS.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}</ol></nav>
${facts(record)}${expectations(record)}${trends(record)}${faults(record)}${commands(record)}${events(record)}${ledgerProof(record)}<footer><p>Rendered from the run record alone: the same record always gives this same file. Scenario ${run.scenario}, seed ${run.seed}, HELIX ${run.helixVersion}.</p></footer>
</main>
<script>${trusted(READ_OUT_SCRIPT)}</script>
</body>
</html>
`;
  return page.text;
}
