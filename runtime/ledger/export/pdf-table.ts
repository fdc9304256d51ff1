/**
 * The table of an audit trail in print: who, what, when with its zone, why, old and new value with
 * unit; under each record the rest of what it says, and whoever signed it.
 */
import type { LedgerRecord } from "../read.ts";
import { auditColumns, localText, signatureParts, toJson, whoText } from "../record-view.ts";
import { signedBy } from "../signature.ts";

type Document = PDFKit.PDFDocument;

/** Name and width in points; A4 landscape within its margins has 770. */
const COLUMNS = [
  ["No.", 30],
  ["When", 128],
  ["What", 136],
  ["Who (role)", 100],
  ["Instrument, batch", 76],
  ["Old -> new, or outcome", 150],
  ["Why", 150],
] as const;
const TEXT = 7.5;
const SMALL = 6;
const PADDING = 3;
const RULE = "#bbbbbb";
const GREY = "#555555";
/** What the columns show already. */
const SHOWN = new Set(["type", "actor", "instrument", "change", "reason", "description", "batch", "comment"]);
const LONGEST_DETAIL = 400;

export class RecordTable {
  readonly #document: Document;
  readonly #left: number;
  readonly #width: number;
  readonly #records: readonly LedgerRecord[];
  /** By the sequence of what was signed. */
  readonly #signatures: ReadonlyMap<bigint, readonly LedgerRecord[]>;

  constructor(document: Document, left: number, records: readonly LedgerRecord[]) {
    this.#document = document;
    this.#left = left;
    this.#width = document.page.width - 2 * left;
    this.#records = records;
    const signing = records.filter(({ event }) => signedBy(event) !== undefined);
    this.#signatures = Map.groupBy(signing, ({ event }) => signedBy(event)?.sequence ?? -1n);
  }

  write(): void {
    this.#heading();
    for (const record of this.#records) this.#record(record);
  }

  #heading(): void {
    this.#document.font("Helvetica-Bold").fontSize(TEXT);
    this.#cells(COLUMNS.map(([name]) => name));
    this.#rule("black");
  }

  #record(record: LedgerRecord): void {
    const document = this.#document;
    const cells = cellsOf(record);
    const detail = detailsOf(record);
    const signatures = (this.#signatures.get(record.sequence) ?? []).map(signatureLine);
    document.font("Helvetica").fontSize(TEXT);
    const rowHeight = Math.max(
      ...cells.map((text, i) => document.heightOfString(text, { width: widthOf(i) })),
    );
    const signedHeight = signatures.length * (TEXT + 4);
    document.font("Courier").fontSize(SMALL);
    const detailHeight = document.heightOfString(detail, { width: this.#width - INDENT });
    const bottom = document.page.height - document.page.margins.bottom;
    if (document.y + rowHeight + signedHeight + detailHeight + 4 * PADDING > bottom) {
      document.addPage();
      this.#heading();
    }
    document.font("Helvetica").fontSize(TEXT);
    this.#cells(cells);
    document.font("Helvetica-Bold");
    for (const line of signatures) document.text(line, this.#left + INDENT, document.y + 1);
    document.font("Courier").fontSize(SMALL).fillColor(GREY);
    document.text(detail, this.#left + INDENT, document.y + 1, { width: this.#width - INDENT });
    document.fillColor("black");
    this.#rule(RULE);
  }

  #cells(texts: readonly string[]): void {
    const document = this.#document;
    const top = document.y;
    let [x, bottom] = [this.#left, top];
    texts.forEach((text, i) => {
      document.text(text, x, top, { width: widthOf(i) });
      bottom = Math.max(bottom, document.y);
      x += COLUMNS[i]?.[1] ?? 0;
    });
    document.y = bottom;
  }

  #rule(colour: string): void {
    const document = this.#document;
    const y = document.y + PADDING - 1;
    document
      .moveTo(this.#left, y)
      .lineTo(this.#left + this.#width, y)
      .lineWidth(0.5)
      .stroke(colour);
    document.x = this.#left;
    document.y = y + PADDING;
  }
}

const INDENT = COLUMNS[0][1];

const widthOf = (column: number): number => (COLUMNS[column]?.[1] ?? 0) - PADDING;

function cellsOf(record: LedgerRecord): string[] {
  const columns = auditColumns(record);
  const { what, role, instrument, batch, change, why, signature } = columns;
  const who = whoText(columns);
  return [
    record.sequence.toString(),
    timeOf(record),
    what,
    role === "" ? who : `${who} (${role})`,
    batch === "" ? instrument : `${instrument}, ${batch}`.replace(/^, /, ""),
    signature === "" ? change : signature,
    why,
  ].map(printable);
}

/** To the millisecond, as a clock on the wall showed it. */
const timeOf = ({ utcNs, zoneMinutes }: LedgerRecord): string =>
  localText(utcNs, zoneMinutes)
    .replace(/\.(\d{3})\d+/, ".$1 ")
    .replace("T", " ")
    .replace(" Z", " +00:00");

function signatureLine(record: LedgerRecord): string {
  const { name, role, meaning } = signatureParts(record.event);
  return printable(`Signed: ${name}, ${role}: ${meaning}, ${timeOf(record)} (record ${record.sequence})`);
}

function detailsOf({ event, clockQuality, origin, durability, recordHash }: LedgerRecord): string {
  const rest = Object.entries(event).filter(([name]) => !SHOWN.has(name));
  const parts = rest.map(([name, value]) => `${name}=${detailText(value)}`);
  const header = `clock=${clockQuality}  data=${origin ?? "not-stated"}  class=${durability}  hash=${recordHash}`;
  return printable([...parts, header].join("  "));
}

function detailText(value: unknown): string {
  const json = toJson(value);
  const text = typeof json === "string" ? json : JSON.stringify(json);
  return text.length <= LONGEST_DETAIL ? text : `${text.slice(0, LONGEST_DETAIL)}... (whole in records.json)`;
}

/** Latin-1 is what the standard fonts have for sure. */
export const printable = (text: string): string =>
  text.replace(
    /[^\x20-\x7e\xa0-\xff]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
