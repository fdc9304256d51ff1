/**
 * The records on paper, for reading; records.json and its proofs are what counts. The same records
 * give the same bytes. Standard fonts only (not PDF/A): a character that they lack is shown as \u{...}.
 */
import { default as PDFDocument } from "pdfkit";
import type { LedgerRecord } from "../read.ts";
import { auditColumns, recordJson, utcText } from "../record-view.ts";

export interface PdfHead {
  readonly origin: string;
  readonly ledgerId: string;
  readonly checkpointRecords: bigint;
  readonly root: string;
  readonly selection: string;
  readonly keys: readonly string[];
}

const MARGIN = 42;
const SMALL = 7;

export async function recordsPdf(records: readonly LedgerRecord[], head: PdfHead): Promise<Uint8Array> {
  const newest = records.at(-1)?.utcNs ?? 0n;
  const document = new PDFDocument({
    size: "A4",
    margin: MARGIN,
    bufferPages: true,
    info: {
      Title: `Audit trail of ${head.origin}`,
      Creator: "HELIX",
      Producer: "HELIX",
      // Of the records, not of the printing: so that a copy can be compared byte for byte.
      CreationDate: new Date(Number(newest / 1_000_000n)),
    },
  });
  const chunks: Uint8Array[] = [];
  const done = new Promise<void>((resolve, reject) => {
    document.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    document.on("end", resolve);
    document.on("error", reject);
  });
  writeHead(document, head, records.length);
  for (const record of records) writeRecord(document, record);
  numberPages(document, head);
  document.end();
  await done;
  return new Uint8Array(Buffer.concat(chunks));
}

function writeHead(document: PDFKit.PDFDocument, head: PdfHead, count: number): void {
  document
    .font("Helvetica-Bold")
    .fontSize(15)
    .text(printable(`Audit trail of ${head.origin}`));
  document.font("Helvetica").fontSize(9).moveDown(0.5);
  for (const line of [
    `${count} records: ${head.selection}`,
    `Ledger ${head.ledgerId}, checkpoint over ${head.checkpointRecords} records`,
    `Root ${head.root}`,
    ...head.keys.map((key, i) => `Key ${i}  ${key}`),
    "To check that nothing was changed since it was written: python3 verify.py <this folder>",
  ]) {
    document.text(printable(line));
  }
  document.moveDown();
}

function writeRecord(document: PDFKit.PDFDocument, record: LedgerRecord): void {
  const { who, role, instrument, batch, why } = auditColumns(record);
  const details = [
    ["who", role === "" ? who : `${who} (${role})`],
    ["instrument", instrument],
    ["batch", batch],
    ["why", why],
  ].filter(([, text]) => text !== "");
  const line = details.map(([name, text]) => `${name}: ${text}`).join("   ");
  if (document.y > document.page.height - MARGIN - 50) document.addPage();
  document.font("Helvetica-Bold").fontSize(9);
  document.text(printable(`${record.sequence}   ${utcText(record.utcNs)}   ${record.event.type}`));
  document.font("Helvetica").fontSize(8);
  if (line !== "") document.text(printable(line));
  document
    .font("Courier")
    .fontSize(SMALL)
    .text(printable(JSON.stringify(recordJson(record).event)));
  document.fillColor("#666666").text(`hash ${record.recordHash}`).fillColor("black").moveDown(0.6);
}

function numberPages(document: PDFKit.PDFDocument, head: PdfHead): void {
  const { start, count } = document.bufferedPageRange();
  for (let i = start; i < start + count; i++) {
    document.switchToPage(i);
    // Below the margin: pdfkit would otherwise start a page of its own for it.
    document.page.margins.bottom = 0;
    document.font("Helvetica").fontSize(SMALL);
    document.text(
      `${printable(head.origin)}   page ${i - start + 1} of ${count}`,
      MARGIN,
      document.page.height - 28,
      {
        lineBreak: false,
      },
    );
  }
}

/** Latin-1 is what the standard fonts have for sure. */
const printable = (text: string): string =>
  text.replace(
    /[^\x20-\x7e\xa0-\xff]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
