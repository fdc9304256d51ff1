/**
 * The report's style sheet. Screens from a phone up, and A4 paper; dark where the reader's system is.
 */
import { customProperties, DARK, LIGHT } from "./palette.ts";
import { PLOT_STYLE } from "./plot-style.ts";

const BASE = `
:root{color-scheme:light dark;${customProperties(LIGHT)}}
@media screen and (prefers-color-scheme:dark){:root{${customProperties(DARK)}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:14px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums lining-nums}
main{max-width:1200px;margin:24px auto;padding:28px 36px 36px;background:var(--paper);border:1px solid var(--rule);border-radius:3px}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.92em}
a{color:inherit;text-decoration-color:var(--muted);text-underline-offset:2px}
a:focus-visible,.scroll:focus-visible{outline:2px solid var(--fault);outline-offset:2px}
h1,h2,h3,h4,p,dl,dd,ul,ol,figure{margin:0;padding:0}
ul,ol{list-style:none}
h1{font-size:26px;line-height:1.2;font-weight:600;letter-spacing:-.01em}
h2{font-size:18px;font-weight:600;margin:36px 0 12px;padding-bottom:5px;border-bottom:2px solid var(--ink)}
h3{font-size:14px;font-weight:600;margin:20px 0 6px}
.note{color:var(--muted);font-size:12.5px;max-width:80ch;margin-top:6px}
.abnormal{color:var(--fail);font-weight:600}
.nowrap,.time,.number{white-space:nowrap}
.hash{overflow-wrap:anywhere;color:var(--muted)}
td,dd,p,li,pre{overflow-wrap:anywhere}
`;

const HEAD = `
.kind{color:var(--muted);font-size:12px;letter-spacing:.08em;text-transform:uppercase;margin-bottom:6px}
.scenario{color:var(--muted);margin-top:4px}
.verdict{display:flex;gap:22px;align-items:center;margin-top:18px;padding:14px 20px;border:1px solid var(--rule);border-left:8px solid var(--ink);background:var(--shade)}
.verdict .word{font-size:27px;font-weight:700;white-space:nowrap}
.verdict .mark{display:inline-block;margin-right:10px}
.verdict .summary{font-size:15.5px;max-width:100ch}
.verdict .cause{font-weight:600;margin-top:2px}
.verdict.fail,.verdict.invalid,.verdict.inconclusive{color:var(--onFill);border-color:transparent}
.verdict.fail{background:var(--fail)}
.verdict.invalid{background:var(--invalid)}
.verdict.inconclusive{background:var(--warn)}
.origins{margin-top:10px}
.origins .origin{padding:7px 20px;border:1px dashed var(--rule);border-left:8px solid var(--rule)}
.origins .origin+.origin{margin-top:6px}
.origins .simulated,.origins .replayed,.origins .faulted{border-color:var(--warn)}
.origin strong{white-space:nowrap;letter-spacing:.06em;margin-right:6px}
.simulated strong,.replayed strong,.faulted strong{color:var(--warn)}
.keyfigures{display:flex;flex-wrap:wrap;gap:1px;margin-top:18px}
.keyfigures>div{flex:1 1 auto;min-width:92px;max-width:200px;display:flex;flex-direction:column-reverse;justify-content:flex-end;outline:1px solid var(--rule);padding:9px 10px 8px}
.keyfigures dd{font-size:18px;line-height:1.3;font-weight:600;white-space:nowrap}
.keyfigures dt{max-width:13ch;color:var(--muted);font-size:11.5px;line-height:1.3;font-weight:400}
.keyfigures .abnormal dd{color:var(--fail)}
.keyfigures .abnormal dd::after{content:" \\25B2";font-size:10px;vertical-align:4px}
.keyfigures>div.abnormal{color:inherit}
nav{margin-top:14px;font-size:12.5px}
nav ol{display:flex;flex-wrap:wrap;gap:4px 18px}
`;

const BODY = `
.facts{display:grid;grid-template-columns:max-content 1fr;gap:3px 22px}
.facts>dt{color:var(--muted)}
.facts .figures{display:flex;flex-wrap:wrap;gap:2px 20px}
.figures dt{color:var(--muted)}
.figures dd{font-weight:600;margin-left:-14px}
.tag{display:inline-block;padding:0 5px;border:1px solid var(--rule);border-radius:2px;margin-right:2px}
.copy{margin:0;padding:9px 12px;background:var(--shade);border:1px solid var(--rule);white-space:pre-wrap;user-select:all}
table{width:100%;border-collapse:collapse;font-size:13px}
th{text-align:left;vertical-align:bottom;font-weight:600;font-size:12px;color:var(--muted);background:var(--shade);border-bottom:1px solid var(--rule)}
th,td{padding:6px 10px}
td{min-width:7.5em;vertical-align:top;border-bottom:1px solid var(--rule)}
td.figure,td:first-child{min-width:0}
.figure{text-align:right;white-space:nowrap}
.statement{font-weight:600}
.evidence li+li{margin-top:2px}
.number{font-weight:600}
.badge{display:inline-block;padding:0 7px;border:1px solid var(--muted);border-radius:2px;font-size:12px;font-weight:600;white-space:nowrap}
.badge.fail,.badge.invalid,.badge.inconclusive,.badge.not-run{color:var(--onFill);border-color:transparent}
.badge.fail{background:var(--fail)}
.badge.invalid{background:var(--invalid)}
.badge.inconclusive,.badge.not-run{background:var(--warn)}
article.fault{border:1px solid var(--rule);border-left:4px solid var(--fault);padding:10px 16px 12px;margin-top:10px;break-inside:avoid}
article.fault h3{margin:0 0 2px}
article.fault .when{color:var(--muted);margin-bottom:6px}
.swatch{color:var(--fault)}
footer{margin-top:36px;padding-top:10px;border-top:1px solid var(--rule);color:var(--muted);font-size:12px}
`;

const PHONE = `
@media screen and (max-width:700px){
main{margin:0;padding:18px 16px;border:0}
h1{font-size:22px}
.verdict{flex-direction:column;align-items:flex-start;gap:6px;padding:12px 14px}
.origins .origin{padding:7px 14px}
.facts{grid-template-columns:1fr;gap:0}
.facts>dd{margin-bottom:7px}
table,tbody,tr,td{display:block;width:100%}
thead{position:absolute;left:-10000px}
tr{border:1px solid var(--rule);margin-bottom:8px}
td,td.figure{position:relative;min-width:0;min-height:2em;padding:3px 10px 3px 8.6em;text-align:left;white-space:normal;border:0}
td::before{content:attr(data-head);position:absolute;left:10px;width:7.6em;color:var(--muted);font-size:12px;overflow-wrap:normal}
.keyfigures dd{font-size:17px}
}
`;

const PAPER = `
@page{size:A4;margin:14mm 13mm 15mm;@bottom-right{content:counter(page) " / " counter(pages);font:8pt sans-serif}}
@media print{
body{font-size:9.5pt;background:none}
main{max-width:none;margin:0;padding:0;border:0}
h2{break-after:avoid;margin-top:20pt}
h3{break-after:avoid}
tr,.verdict,.keyfigures,.copy{break-inside:avoid}
thead{display:table-header-group}
table{font-size:8.5pt}
th{font-size:8pt}
th,td{padding:3.5pt 5pt}
nav,output,.hair{display:none}
.verdict,.badge,.fault,.rug,.hatch,th,.copy{print-color-adjust:exact;-webkit-print-color-adjust:exact}
.keyfigures>div{flex-basis:19%}
.keyfigures dd{font-size:13pt}
}
`;

export const STYLE = BASE + HEAD + BODY + PLOT_STYLE + PHONE + PAPER;
