/**
 * The page's style: phone to wide screen, dark where the reader's system is, A4 in print. Colours are Okabe and
 * Ito's (2008), which differ for every kind of colour vision; strategies differ in dashes as well.
 */
const LIGHT =
  "--paper:#fff;--ink:#1b2126;--muted:#56616b;--rule:#cbd2d8;--grid:#e6eaed;--shade:#f4f6f7;--s0:#0060a0;--s1:#c04a00;--s2:#00785a;--s3:#a3497f;--warn:#9c1c12;";
const DARK =
  "--paper:#14181b;--ink:#e4e8eb;--muted:#a0abb5;--rule:#3a434b;--grid:#252c32;--shade:#1d2328;--s0:#56b4e9;--s1:#f28a3c;--s2:#2fbf94;--s3:#e39ac6;--warn:#ff8a80;";

export const STYLE = `
:root{color-scheme:light dark;${LIGHT}}
@media screen and (prefers-color-scheme:dark){:root{${DARK}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums lining-nums}
main{max-width:1180px;margin:0 auto;padding:36px 28px 48px}
h1{font-size:27px;line-height:1.2;margin:0;font-weight:650;letter-spacing:-.012em}
h2{font-size:19px;margin:44px 0 6px;font-weight:650;letter-spacing:-.005em}
p{margin:6px 0;max-width:78ch}
.kind,.note,figcaption .text,.provenance{color:var(--muted)}
.kind{font-size:12px;letter-spacing:.09em;text-transform:uppercase;margin:0 0 6px}
.note{font-size:13px}
.answer{font-size:18px;line-height:1.45;margin:16px 0 0;max-width:70ch}
.answer b{font-weight:650;white-space:nowrap}
.partial{border-left:6px solid var(--warn);padding:8px 14px;background:var(--shade);color:var(--warn);font-weight:600;margin:18px 0 0}
.legend{display:flex;flex-wrap:wrap;gap:4px 26px;margin:12px 0 0;padding:0;list-style:none;font-size:13px}
.legend svg{vertical-align:-3px;margin-right:8px}
.panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,340px),1fr));gap:22px 26px;margin-top:14px}
figure{margin:0;break-inside:avoid}
figcaption{font-size:13.5px;margin-bottom:2px}
figcaption b{font-weight:650}
svg{display:block;width:100%;height:auto;overflow:visible}
.legend svg{display:inline-block;width:34px;height:14px}
svg text{font-size:11px;fill:var(--muted)}
svg text.ink{fill:var(--ink)}
svg .grid{stroke:var(--grid)}
svg .axis{stroke:var(--rule)}
.wide{max-width:820px;margin-top:12px}
.scroll{overflow-x:auto;margin-top:12px}
table{border-collapse:collapse;font-size:13.5px;min-width:60%}
th,td{padding:5px 14px 5px 0;text-align:right;border-bottom:1px solid var(--grid);white-space:nowrap}
th:first-child,td:first-child{text-align:left}
thead th{color:var(--muted);font-weight:500;font-size:12.5px;border-bottom:1px solid var(--rule)}
tbody th{font-weight:600}
table.shares td,table.shares thead th+th{padding:5px 8px;text-align:center;min-width:56px}
table.shares td{border:2px solid var(--paper)}
table .drawn{display:block;min-width:320px;white-space:normal;text-align:left;color:var(--muted);font-size:12px}
table .unit{color:var(--muted);font-weight:400}
.provenance{font-size:13px;display:grid;grid-template-columns:max-content 1fr;gap:3px 18px;margin:12px 0 0}
.provenance dt{font-weight:500}
.provenance dd{margin:0;color:var(--ink);overflow-wrap:anywhere}
code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.92em}
@media print{
@page{size:A4;margin:14mm 12mm}
body{font-size:11.5px}
main{max-width:none;padding:0}
.panels{grid-template-columns:repeat(2,1fr);gap:12px 18px}
h2{margin-top:24px;break-after:avoid}
.answer{font-size:14px}
table{font-size:11px}
.scroll{overflow:visible}
section{break-inside:auto}
tr,figure{break-inside:avoid}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
}
`;

/** Colour and dashes of strategy number `s`. */
export const lineOf = (s: number): { readonly colour: string; readonly dashes: string } => ({
  colour: `var(--s${s % 4})`,
  dashes: ["", "7 4", "2 3", "9 3 2 3"][s % 4] ?? "",
});
