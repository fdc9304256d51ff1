/**
 * The records on paper, for reading; records.json and its proofs are what counts. The same records
 * give the same bytes. PDF/A-2b, for keeping: its fonts are in it.
 */
import { default as PDFDocument } from "pdfkit";
import type { UntrustedRecords } from "../key-history.ts";
import type { LedgerVerdict } from "../ledger.ts";
import { localText, utcText } from "../record-view.ts";
import type { TimeStamp } from "../time-stamp/token.ts";
import { untrustedRangeText } from "../trust.ts";
import {
  BOLD,
  codePointText,
  type FontFiles,
  firstFont,
  type Printable,
  REGULAR,
  registerFonts,
} from "./pdf-fonts.ts";
import { type PrintedRecord, RecordTable } from "./pdf-table.ts";

export interface PdfHead {
  readonly origin: string;
  readonly ledgerId: string;
  readonly checkpointRecords: bigint;
  readonly root: string;
  readonly selection: string;
  readonly keys: readonly string[];
  /** In the whole ledger. */
  readonly untrusted: readonly UntrustedRecords[];
  /** Of the whole ledger, when this was made. */
  readonly verdict: LedgerVerdict;
  /** Its time-stamps, and the newest of them. */
  readonly timeStamps: { readonly count: number; readonly newest: TimeStamp | undefined };
  /** Electronic signatures in the whole ledger, each found to be of the record it names. */
  readonly signatures: number;
}

const MARGIN = 36;
const GREY = "#555555";

export async function recordsPdf(
  records: readonly PrintedRecord[],
  head: PdfHead,
  fonts: FontFiles,
): Promise<Uint8Array> {
  const newest = records.at(-1)?.utcNs ?? 0n;
  const document = new PDFDocument({
    size: "A4",
    layout: "landscape",
    margin: MARGIN,
    bufferPages: true,
    font: firstFont(fonts),
    pdfVersion: "1.7",
    subset: "PDF/A-2b",
    info: {
      Title: `Audit trail of ${xmlText(head.origin)}`,
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
  const show = registerFonts(document, fonts);
  writeHead(document, show, head, records);
  new RecordTable(document, show, MARGIN, records).write();
  numberPages(document, show, head);
  document.end();
  await done;
  return new Uint8Array(Buffer.concat(chunks));
}

/** pdfkit puts it into XML as it is. In the print such a letter would stand the same way if it could not be shown. */
const xmlText = (text: string): string => text.replaceAll(/[&<>]/g, codePointText);

const VERDICT_TEXT: Readonly<Partial<Record<LedgerVerdict, string>>> = {
  CLEAN: "CLEAN: no record is missing, none has changed",
  TORN_TAIL: "TORN_TAIL: a crash cut the last write short; all before it is there and unchanged",
};

function writeHead(
  document: PDFKit.PDFDocument,
  show: Printable,
  head: PdfHead,
  records: readonly PrintedRecord[],
): void {
  document
    .font(BOLD)
    .fontSize(15)
    .text(show(`Audit trail of ${head.origin}`));
  document.moveDown(0.4).fontSize(8.5);
  const [first, last] = [records[0], records.at(-1)];
  const span = first && last ? `, ${timeOf(first)} to ${timeOf(last)}` : "";
  const lines: [string, string][] = [
    ["Records", `${records.length} (${head.selection})${span}`],
    ["Verdict", VERDICT_TEXT[head.verdict] ?? head.verdict],
    ["Signatures", `${head.signatures} in the whole ledger, each bound to the record it names`],
    ["Time-stamps", timeStampText(head.timeStamps)],
    ["Ledger", `${head.ledgerId}, signed checkpoint over ${head.checkpointRecords} records`],
    ["Root", head.root],
    ...head.keys.map((key, i): [string, string] => [`Key ${i}`, key]),
    ...head.untrusted.map((range): [string, string] => ["Untrusted", untrustedRangeText(range)]),
    ["Times", "local time with its offset from UTC; exact to the nanosecond in records.json"],
    [
      "Letters",
      "one that cannot be shown stands as its code point, such as [U+7530]; records.json has it as it is",
    ],
    ["To check", "python3 verify.py <the folder that this file is in>   (README.txt tells the rest)"],
  ];
  for (const [name, text] of lines) {
    document.font(BOLD).text(name, MARGIN, document.y, { continued: false });
    document
      .moveUp()
      .font(REGULAR)
      .text(show(text), MARGIN + 62);
  }
  document.x = MARGIN;
  document.moveDown(0.8);
}

function timeStampText({ count, newest }: PdfHead["timeStamps"]): string {
  if (newest === undefined) return "none by an outside authority";
  const time = utcText(newest.utcNs)
    .replace(/\.\d+Z/, " UTC")
    .replace("T", " ");
  return `${count} by an outside authority, the newest ${time} (anchor-*.tsr; who it is, their certificates say)`;
}

/** To the second. */
const timeOf = ({ utcNs, zoneMinutes }: PrintedRecord): string =>
  localText(utcNs, zoneMinutes).replace(/\.\d+/, "").replace("T", " ");

function numberPages(
  document: PDFKit.PDFDocument,
  show: Printable,
  { origin, ledgerId, root }: PdfHead,
): void {
  const { start, count } = document.bufferedPageRange();
  for (let i = start; i < start + count; i++) {
    document.switchToPage(i);
    // Below the margin: pdfkit would otherwise start a page of its own for it.
    document.page.margins.bottom = 0;
    const { width, height } = document.page;
    const text = `${show(origin)}   ledger ${ledgerId}   root ${root.slice(0, 16)}...`;
    const at = height - 24;
    document.font(REGULAR).fontSize(7).fillColor(GREY);
    document.text(text, MARGIN, at, { lineBreak: false });
    document.text(`page ${i - start + 1} of ${count}`, MARGIN, at, {
      width: width - 2 * MARGIN,
      align: "right",
      lineBreak: false,
    });
    document.fillColor("black");
  }
}
