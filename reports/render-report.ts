/**
 * The forms a report comes in, and the file each is written to.
 */
import { renderHtml } from "./html/report-page.ts";
import { renderJson } from "./json.ts";
import { renderJunit } from "./junit.ts";
import type { RunRecord } from "./read-record.ts";

const FORMS = {
  html: { fileName: "report.html", render: renderHtml },
  junit: { fileName: "report.junit.xml", render: renderJunit },
  json: { fileName: "report.json", render: renderJson },
} as const;

export type ReportFormat = keyof typeof FORMS;
export const REPORT_FORMATS = Object.keys(FORMS) as readonly ReportFormat[];

export interface RenderedReport {
  readonly format: ReportFormat;
  readonly fileName: string;
  readonly text: string;
}

export function renderReport(record: RunRecord, format: ReportFormat): RenderedReport {
  const { fileName, render } = FORMS[format];
  return { format, fileName, text: render(record) };
}
