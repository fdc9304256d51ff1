/**
 * Where keys and values stand in a TOML file. The parser behind it is loaded only when there is a
 * problem to show: reading a right file does not pay for it.
 */
import type { AST } from "toml-eslint-parser";
import type { Locate, Path, Position } from "./position.ts";

interface Place {
  readonly key: Position;
  readonly value: Position;
}

/** @param text TOML that has already been read without a syntax error */
export async function locateInToml(text: string): Promise<Locate> {
  const { parseTOML } = await import("toml-eslint-parser");
  const places = new Map<string, Place>();
  for (const entry of parseTOML(text, { tomlVersion: "1.1" }).body[0].body) {
    if (entry.type === "TOMLKeyValue") noteKeyValue(places, [], entry);
    else noteTable(places, entry);
  }
  return (path, part) => {
    const place = places.get(id(path));
    if (place !== undefined) return place[part];
    for (let length = path.length - 1; length > 0; length--) {
      const parent = places.get(id(path.slice(0, length)));
      if (parent !== undefined) return parent.key;
    }
    return { line: 1, column: 1 };
  };
}

const id = (path: Path) => JSON.stringify(path);
const start = (node: { readonly loc: AST.SourceLocation }): Position => ({
  line: node.loc.start.line,
  column: node.loc.start.column + 1,
});

function noteTable(places: Map<string, Place>, table: AST.TOMLTable): void {
  note(places, table.resolvedKey, { key: start(table), value: start(table) });
  noteParents(places, table.resolvedKey, start(table));
  for (const entry of table.body) noteKeyValue(places, table.resolvedKey, entry);
}

function noteKeyValue(places: Map<string, Place>, parent: Path, entry: AST.TOMLKeyValue): void {
  const names = entry.key.keys.map((key) => (key.type === "TOMLBare" ? key.name : key.value));
  const path = [...parent, ...names];
  note(places, path, { key: start(entry.key.keys.at(-1) ?? entry.key), value: start(entry.value) });
  noteParents(places, path, start(entry.key));
  noteInside(places, path, entry.value);
}

function noteInside(places: Map<string, Place>, path: Path, value: AST.TOMLContentNode): void {
  if (value.type === "TOMLInlineTable") for (const entry of value.body) noteKeyValue(places, path, entry);
  if (value.type !== "TOMLArray") return;
  for (const [index, element] of value.elements.entries()) {
    note(places, [...path, index], { key: start(element), value: start(element) });
    noteInside(places, [...path, index], element);
  }
}

/** `[instruments.brx-07]` also makes `instruments`, which has no line of its own. */
function noteParents(places: Map<string, Place>, path: Path, position: Position): void {
  for (let length = path.length - 1; length > 0; length--) {
    note(places, path.slice(0, length), { key: position, value: position });
  }
}

/** The first mention counts. */
function note(places: Map<string, Place>, path: Path, place: Place): void {
  if (!places.has(id(path))) places.set(id(path), place);
}
