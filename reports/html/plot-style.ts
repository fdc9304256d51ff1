/**
 * The plots' part of the style sheet. Text inside a plot is set in drawing units, so that it can be
 * enlarged where the drawing is shown smaller: on paper and on phones.
 */
export const PLOT_STYLE = `
.patterns{position:absolute}
.hatchline{stroke:var(--ink);stroke-width:1.2}
.legend{display:flex;flex-wrap:wrap;gap:4px 20px;font-size:12.5px}
.legend li{display:flex;align-items:center;gap:7px}
.scroll{margin-top:6px}
.block{break-inside:avoid;margin-top:18px}
figcaption{font-weight:600;margin-bottom:4px}
.row{display:grid;grid-template-columns:186px 1fr;border-top:1px solid var(--rule)}
.axis{padding-left:186px}
.strip,.trend{display:block;width:100%;height:auto;overflow:visible}
.channel{padding:5px 8px 4px 0;font-size:12px;line-height:1.3;min-width:0}
.channel h4{font-size:12.5px;font-weight:600;overflow-wrap:anywhere}
.channel .unit{color:var(--muted)}
.facts-of{display:flex;flex-wrap:wrap;gap:0 14px}
.channel dl{display:grid;grid-template-columns:max-content max-content;gap:0 7px;align-content:start;font-size:11.5px}
.channel dt,.channel dd{white-space:nowrap}
.channel dd{text-align:right}
.channel .abnormal{font-size:11.5px}
.channel dt{color:var(--muted)}
.channel dt.abnormal{color:var(--fail)}
.channel output{float:right;font-weight:600;font-size:12px}
svg text{font-size:11px;fill:var(--muted);font-family:inherit}
svg .value{fill:var(--muted);text-anchor:end}
svg path.value{fill:none;stroke:var(--value);stroke-width:1.25;stroke-linejoin:round;stroke-linecap:round}
svg.trend path{clip-path:url(#plotarea)}
svg path.uncertain{stroke:var(--warn);stroke-width:1.6;stroke-dasharray:5 3}
svg path.bad{stroke:var(--fail);stroke-width:1.8;stroke-dasharray:1 3.5}
.setpoint{fill:none;stroke:var(--setpoint);stroke-width:1.2;stroke-dasharray:7 4}
.grid{stroke:var(--grid);stroke-width:1}
.tick{stroke:var(--muted);stroke-width:1}
.hour,.clock{text-anchor:middle}
svg text.hour{fill:var(--ink)}
rect.fault{fill:var(--fault);fill-opacity:.12;stroke:var(--fault);stroke-opacity:.45;stroke-width:.6}
rect.fault.on{fill-opacity:.26;stroke-opacity:.9}
svg text.faultlabel{fill:var(--fault);font-weight:600}
svg text.commandlabel{fill:var(--ink);font-weight:600}
.command{stroke:var(--ink);stroke-width:1;stroke-dasharray:1 3;opacity:.75}
.command.on{stroke-dasharray:none;opacity:1}
.wipe{fill:var(--paper)}
.hatch{fill:url(#hatch);stroke:var(--muted);stroke-width:.5}
.rug.uncertain{fill:var(--warn)}
.rug.bad{fill:var(--fail)}
.stay{fill:var(--rule)}
.stay.away{fill:var(--warn)}
.stay.off{fill:var(--fail)}
svg text.state.away,svg text.state.off{fill:var(--onFill);font-weight:600}
.hair{stroke:var(--fault);stroke-width:1;visibility:hidden}
.hair.shown{visibility:visible}
@media screen and (max-width:900px){
.row{grid-template-columns:1fr}
.axis{padding-left:0}
.channel{display:flex;flex-wrap:wrap;gap:0 10px;align-items:baseline;padding:5px 0 2px}
.channel dl{display:flex;gap:0 6px}
.channel output{order:9}
}
@media screen and (max-width:700px){
.scroll{overflow-x:auto}
.block{min-width:660px}
figcaption,.channel{position:sticky;left:0;width:max-content;max-width:calc(100vw - 32px)}
svg text{font-size:14px}
}
@media print{
.row{grid-template-columns:104pt 1fr;break-inside:avoid}
.axis{padding-left:104pt}
.channel{font-size:7.5pt;padding-right:4pt}
.channel h4{font-size:8pt}
.channel dl,.channel .abnormal{font-size:7pt}
svg text{font-size:15px}
}
`;
