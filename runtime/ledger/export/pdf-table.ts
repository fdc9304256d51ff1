/**
 * The table of an audit trail in print: who, what, when with its zone, why, old and new value with
 * unit; under each record whether its key was compromised, whoever signed it, and the rest of what it says.
 */
import type { LedgerRecord } from "../read.ts";
import {
  auditColumns,
  changeColumns,
  happenedText,
  localText,
  signatureParts,
  toJson,
  whoText,
} from "../record-view.ts";
import { signedBy } from "../signature.ts";
import { untrustedText, type WithTrust } from "../trust.ts";
import { BOLD, type Printable, REGULAR } from "./pdf-fonts.ts";

type Document = PDFKit.PDFDocument;

/** Name and width in points; A4 landscape within its margins has 770. */
const COLUMNS = [
  ["No.", 32],
  ["When (local time)", 86],
  ["What", 98],
  ["Who (role)", 88],
  ["Instrument, batch", 78],
  ["Changed", 74],
  ["Old value", 72],
  ["New value, or outcome", 104],
  ["Why", 138],
] as const;
const TEXT = 7.5;
const SMALL = 6.3;
const PADDING = 3;
const RULE = "#bbbbbb";
const GREY = "#555555";
const HEAD_FILL = "#eeeeee";
const NOTE_FILL = "#f2f2f2";
/** What the columns show already; of the reasons that an event may state, they show one. */
const IN_CELLS = new Set(["type", "actor", "instrument", "change", "batch"]);
const REASONS = new Set(["reason", "comment", "description"]);
/** Printed letters, so that no row is higher than a page: of a cell or signature, of one value among the rest, of the rest. */
const LONGEST = { cell: 400, value: 400, rest: 4000 };
/** `[U+1F9EA]` */
const CODE_POINT_LETTERS = 10;

/** One record as it is printed. */
interface Row {
  readonly cells: readonly string[];
  readonly detail: string;
  /** What must not be overlooked, on a ground. */
  readonly notes: readonly string[];
}

/** A record as it is printed. */
export type PrintedRecord = LedgerRecord & WithTrust;

export class RecordTable {
  readonly #document: Document;
  readonly #show: Printable;
  readonly #left: number;
  readonly #width: number;
  readonly #records: readonly PrintedRecord[];
  /** By the sequence of what was signed. */
  readonly #signatures: ReadonlyMap<bigint, readonly LedgerRecord[]>;

  constructor(document: Document, show: Printable, left: number, records: readonly PrintedRecord[]) {
    this.#document = document;
    this.#show = show;
    this.#left = left;
    this.#width = document.page.width - 2 * left;
    this.#records = records;
    const signing = records.filter(({ event }) => signedBy(event) !== undefined);
    this.#signatures = Map.groupBy(signing, ({ event }) => signedBy(event)?.sequence ?? -1n);
  }

  write(): void {
    if (this.#records.length === 0) {
      this.#document.font(REGULAR).fontSize(TEXT).text("No record was found that is asked for.");
      return;
    }
    this.#heading();
    for (const record of this.#records) this.#row(this.#rowOf(record));
  }

  #heading(): void {
    const document = this.#document;
    document.font(BOLD).fontSize(TEXT);
    const names = COLUMNS.map(([name]) => name);
    const height = this.#heightOf(names) + 2 * PADDING;
    document
      .rect(this.#left, document.y - PADDING, this.#width, height)
      .fill(HEAD_FILL)
      .fillColor("black");
    this.#cells(names);
    this.#rule("black");
  }

  #rowOf(record: PrintedRecord): Row {
    const { untrustedKey } = record;
    const signing = this.#signatures.get(record.sequence) ?? [];
    const show = this.#show;
    return {
      cells: cellsOf(record).map((text) => show(cut(text, LONGEST.cell))),
      detail: show(detailsOf(record)),
      notes: [
        ...(untrustedKey === undefined ? [] : [untrustedText(untrustedKey)]),
        ...signing.map((signature) => show(cut(signatureLine(signature), LONGEST.cell))),
      ],
    };
  }

  #row({ cells, detail, notes }: Row): void {
    const document = this.#document;
    const width = this.#width - INDENT;
    document.font(REGULAR).fontSize(TEXT);
    const rowHeight = this.#heightOf(cells);
    document.font(BOLD);
    const noteHeights = notes.map((line) => document.heightOfString(line, { width }) + 2 * PADDING);
    document.font(REGULAR).fontSize(SMALL);
    const detailHeight = document.heightOfString(detail, { width });
    const noteHeight = noteHeights.reduce((sum, height) => sum + height, 0);
    this.#makeRoom(rowHeight + noteHeight + detailHeight);
    document.font(REGULAR).fontSize(TEXT);
    this.#cells(cells);
    notes.forEach((line, i) => {
      const height = noteHeights[i] ?? 0;
      this.#makeRoom(height);
      const top = document.y + 1;
      document
        .rect(this.#left + INDENT, top, width, height - 2)
        .fill(NOTE_FILL)
        .fillColor("black");
      document
        .font(BOLD)
        .fontSize(TEXT)
        .text(line, this.#left + INDENT + PADDING, top + PADDING - 1, { width });
      document.y = top + height;
    });
    this.#makeRoom(detailHeight);
    document.font(REGULAR).fontSize(SMALL).fillColor(GREY);
    document.text(detail, this.#left + INDENT, document.y + 1, { width });
    document.fillColor("black");
    this.#rule(RULE);
  }

  /** A record stays on one page, unless it alone has more signatures than a page can take. */
  #makeRoom(height: number): void {
    const document = this.#document;
    const { page, y } = document;
    if (y + height + 4 * PADDING <= page.height - page.margins.bottom) return;
    document.addPage();
    this.#heading();
  }

  #heightOf(texts: readonly string[]): number {
    return Math.max(...texts.map((text, i) => this.#document.heightOfString(text, { width: widthOf(i) })));
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
  const { what, role, instrument, batch, why, signature } = columns;
  const who = whoText(columns);
  const { changed, old, oldUnit, next, nextUnit } = changeColumns(record.event);
  const happened = signature === "" ? happenedText(record.event) : signature;
  return [
    record.sequence.toString(),
    timeOf(record),
    what.replaceAll("_", " ").toLowerCase(),
    role === "" ? who : `${who} (${role})`,
    batch === "" ? instrument : `${instrument}, ${batch}`.replace(/^, /, ""),
    changed,
    `${old} ${oldUnit}`.trim(),
    changed === "" ? happened : `${next} ${nextUnit}`.trim(),
    why,
  ];
}

/** To the millisecond, as a clock on the wall showed it. */
const timeOf = ({ utcNs, zoneMinutes }: LedgerRecord): string =>
  localText(utcNs, zoneMinutes)
    .replace(/\.(\d{3})\d+/, ".$1 ")
    .replace("T", " ")
    .replace(" Z", " +00:00");

function signatureLine(record: LedgerRecord): string {
  const { name, role, meaning } = signatureParts(record.event);
  const { why } = auditColumns(record);
  const comment = why === "" ? "" : `, "${why}"`;
  return `Signed: ${name}, ${role}: ${meaning}, ${timeOf(record)} (record ${record.sequence})${comment}`;
}

function detailsOf(record: LedgerRecord): string {
  const { event, clockQuality, origin, durability, recordHash } = record;
  const { why } = auditColumns(record);
  const shown = Object.entries(event).filter(
    ([name, value]) => !IN_CELLS.has(name) && !(REASONS.has(name) && value === why),
  );
  const parts = shown.map(([name, value]) => `${name}: ${cut(detailText(value), LONGEST.value)}`);
  const header = `clock: ${clockQuality};  plant: ${origin ?? "not stated"};  class ${durability};  record hash ${recordHash}`;
  return [...(parts.length === 0 ? [] : [cut(parts.join(";  "), LONGEST.rest)]), header].join(";  ");
}

function detailText(value: unknown): string {
  const json = toJson(value);
  return typeof json === "string" ? json : JSON.stringify(json);
}

/** Counts a letter that the fonts may lack as the code point that would stand for it, whether they lack it or not. */
function cut(text: string, longest: number): string {
  let room = longest;
  let end = 0;
  for (const letter of text) {
    room -= /^[ -~\u00a1-\u052f]$/.test(letter) ? 1 : CODE_POINT_LETTERS;
    if (room < 0) return `${text.slice(0, end)}... (whole in records.json)`;
    end += letter.length;
  }
  return text;
}
