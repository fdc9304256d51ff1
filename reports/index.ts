/**
 * Reports: pure functions of a run record. The same record gives the same bytes.
 */
export { renderHtml } from "./html/report-page.ts";
export { type RunSummary, renderJson, summarise } from "./json.ts";
export { renderJunit } from "./junit.ts";
export { RecordError, type RunRecord, readRecord } from "./read-record.ts";
export { REPORT_FORMATS, type ReportFormat, renderReport } from "./render-report.ts";
