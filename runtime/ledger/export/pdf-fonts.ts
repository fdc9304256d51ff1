/**
 * The letters of an audit trail in print. DejaVu Sans Condensed, embedded as a subset: Latin, Greek,
 * Cyrillic and signs stand as they are. What it lacks, what would change the order or look of its
 * neighbours unseen (controls, overrides), and scripts that are not set from left to right one letter
 * after the other are printed as their code point, `[U+7530]`: nothing is lost and nothing replaced.
 */
import { fileURLToPath } from "node:url";
import type { Disk } from "@helix/platform";

type Document = PDFKit.PDFDocument;

const PACKAGE = "dejavu-fonts-ttf";

/** As pdfkit knows them: their PostScript names. Under any other it would read a font again at each use. */
export const REGULAR = "DejaVuSansCondensed";
export const BOLD = "DejaVuSansCondensed-Bold";

export interface FontFiles {
  readonly regular: Uint8Array;
  readonly bold: Uint8Array;
}

export async function readFonts(disk: Disk): Promise<FontFiles> {
  const read = (name: string) =>
    disk.readFile(fileURLToPath(import.meta.resolve(`${PACKAGE}/ttf/${name}.ttf`)));
  return { regular: await read(REGULAR), bold: await read(BOLD) };
}

/**
 * What a document is made with, so that the standard fonts, which are in no file, are not even named in it. It
 * takes bytes, where its types know only a name.
 */
export const firstFont = (files: FontFiles): string => Buffer.from(files.regular) as never;

/** Text as the fonts can print it; both have the same letters. */
export type Printable = (text: string) => string;

/** @param document made with `firstFont` */
export function registerFonts(document: Document, files: FontFiles): Printable {
  document.registerFont(BOLD, Buffer.from(files.bold) as never);
  const font = fontInUse(document.font(REGULAR));
  return (text) => printable(font, text);
}

/** Set from left to right, one letter after the other, with marks above or below it. */
const SIMPLE =
  /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Armenian}\p{Script=Georgian}\p{Script=Common}\p{Script=Inherited}]/u;
/**
 * Controls, format characters (overrides of direction among them), line ends, blanks that are no blank; and the
 * ligatures that have a code point, since nothing tells them from their letters.
 */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\u034f\u115f\u1160\u3164\uffa0\ufb00-\ufb06]|(?![ \u00a0])\p{Zs}/u;

function printable(font: FontFile, text: string): string {
  return Array.from(text, (character) => {
    const codePoint = character.codePointAt(0) ?? 0;
    const shows = SIMPLE.test(character) && !UNSEEN.test(character) && font.hasGlyphForCodePoint(codePoint);
    return shows ? character : codePointText(character);
  }).join("");
}

/** `[U+7530]` */
export const codePointText = (character: string): string =>
  `[U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}]`;

interface FontFile {
  hasGlyphForCodePoint(codePoint: number): boolean;
}

/** pdfkit keeps it where its types do not say. */
function fontInUse(document: Document): FontFile {
  const { ["_font"]: loaded } = document as unknown as Readonly<Record<string, { readonly font: FontFile }>>;
  if (loaded === undefined) throw new Error("pdfkit has no font in use where it had one");
  return loaded.font;
}
