/** Takes an export's records.pdf apart and puts it together again, still well-formed: for who would deceive with it. */
import { deflateSync, inflateSync } from "node:zlib";

interface PdfObject {
  readonly number: number;
  readonly head: string;
  /** Of a stream, as it is stored. */
  readonly bytes: Uint8Array | undefined;
}

export interface PrintedFile {
  /** What the pages draw, in order. */
  readonly pages: readonly string[];
  /** Every object's dictionary or value, by its number; of a stream what it says of itself. */
  readonly objects: ReadonlyMap<number, string>;
  /** What is in a stream. @throws Error for an object that is none */
  stream(number: number): Buffer;
  readonly trailer: string;
  /** One line of text in a page as it is drawn there; kerning must not part it. @throws Error for a letter that the font lacks */
  encode(text: string, font: "F1" | "F2"): string;
  /** The file with other pages or objects, its lengths and its table as they must be then. */
  with(changed: {
    readonly pages?: (content: string) => string;
    readonly objects?: (head: string) => string;
    readonly letters?: (map: string) => string;
  }): Buffer;
}

export function printedFile(pdf: Uint8Array): PrintedFile {
  const objects = objectsOf(Buffer.from(pdf));
  const contents = objects.map((object) => contentOf(object));
  const isPage = (content: string | undefined) => content?.startsWith("1 0 0 -1 0 595.28 cm") === true;
  const isMap = (content: string | undefined) => content?.startsWith("/CIDInit") === true;
  const fonts = objects.filter(({ head }) => head.includes("/Subtype /Type0"));
  const codes = (font: string) => {
    const bold = font === "F2";
    const dictionary = fonts.find(({ head }) => head.includes("-Bold") === bold);
    const map = /ToUnicode (\d+) 0 R/.exec(dictionary?.head ?? "")?.[1];
    return letterCodes(contents[objects.findIndex(({ number }) => number === Number(map))] ?? "");
  };
  const trailer = /trailer\n(<<[^]*>>)\nstartxref/.exec(Buffer.from(pdf).toString("latin1"))?.[1] ?? "";
  return {
    objects: new Map(objects.map(({ number, head }) => [number, head])),
    stream: (wanted) => {
      const found = objects.find(({ number }) => number === wanted);
      if (found?.bytes === undefined) throw new Error(`object ${wanted} is no stream`);
      return found.head.includes("/FlateDecode") ? inflateSync(found.bytes) : Buffer.from(found.bytes);
    },
    trailer,
    pages: contents.filter((content): content is string => isPage(content)),
    encode: (text, font) => {
      const known = codes(font);
      return Array.from(text, (letter) => {
        const code = known.get(letter);
        if (code === undefined) throw new Error(`${font} draws no "${letter}" in this file`);
        return code;
      }).join("");
    },
    with: ({ pages = same, objects: heads = same, letters = same }) => {
      const changed = objects.map(({ number, head, bytes }, i) => {
        const content = contents[i];
        const change = isPage(content) ? pages : isMap(content) ? letters : same;
        const next = content === undefined ? undefined : change(content);
        if (next === undefined || next === content) return { number, head: heads(head), bytes };
        const deflated = deflateSync(Buffer.from(next, "latin1"));
        return {
          number,
          head: heads(head.replace(/\/Length \d+/, `/Length ${deflated.length}`)),
          bytes: deflated,
        };
      });
      return assembled(changed, trailer);
    },
  };
}

const same = (text: string): string => text;

function objectsOf(pdf: Buffer): PdfObject[] {
  const text = pdf.toString("latin1");
  const objects: PdfObject[] = [];
  let at = text.indexOf("\n", 9) + 1;
  for (;;) {
    const start = /^(\d+) 0 obj\n/.exec(text.slice(at, at + 20));
    if (start === null) return objects;
    const from = at + start[0].length;
    const [end, stream] = [text.indexOf("\nendobj\n", from), text.indexOf("\nstream\n", from)];
    const number = Number(start[1]);
    if (stream === -1 || stream > end) {
      objects.push({ number, head: text.slice(from, end), bytes: undefined });
      at = end + 8;
      continue;
    }
    const head = text.slice(from, stream);
    const length = Number(/\/Length (\d+)/.exec(head)?.[1]);
    objects.push({ number, head, bytes: pdf.subarray(stream + 8, stream + 8 + length) });
    at = stream + 8 + length + "\nendstream\nendobj\n".length;
  }
}

const contentOf = ({ head, bytes }: PdfObject): string | undefined =>
  bytes !== undefined && head.includes("/FlateDecode") ? inflateSync(bytes).toString("latin1") : undefined;

function letterCodes(map: string): ReadonlyMap<string, string> {
  const codes = new Map<string, string>();
  for (const [, first = "", row = ""] of map.matchAll(/<([0-9a-f]{4})> <[0-9a-f]{4}> \[([^\]]*)\]/g)) {
    [...row.matchAll(/<([0-9a-f ]*)>/g)].forEach(([, hex = ""], i) => {
      const letter = String.fromCharCode(...hex.split(" ").map((unit) => Number.parseInt(unit, 16)));
      codes.set(letter, (Number.parseInt(first, 16) + i).toString(16).padStart(4, "0"));
    });
  }
  return codes;
}

function assembled(objects: readonly PdfObject[], trailer: string): Buffer {
  const parts: Buffer[] = [Buffer.from("%PDF-1.7\n%\xff\xff\xff\xff\n", "latin1")];
  const places = new Map<number, number>();
  let length = parts[0]?.length ?? 0;
  const add = (part: Buffer) => {
    parts.push(part);
    length += part.length;
  };
  for (const { number, head, bytes } of objects) {
    places.set(number, length);
    add(Buffer.from(`${number} 0 obj\n${head}`, "latin1"));
    if (bytes !== undefined)
      add(Buffer.concat([Buffer.from("\nstream\n"), bytes, Buffer.from("\nendstream")]));
    add(Buffer.from("\nendobj\n"));
  }
  const rows = [...places]
    .toSorted(([a], [b]) => a - b)
    .map(([, at]) => `${String(at).padStart(10, "0")} 00000 n \n`);
  const table = `xref\n0 ${rows.length + 1}\n0000000000 65535 f \n${rows.join("")}`;
  add(Buffer.from(`${table}trailer\n${trailer}\nstartxref\n${length}\n%%EOF\n`, "latin1"));
  return Buffer.concat(parts);
}
