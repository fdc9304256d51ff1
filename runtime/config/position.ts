/** A place in a text file. */
export interface Position {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
}

/** Steps from the root of a document to a value: keys of tables, indices of lists. */
export type Path = readonly (string | number)[];

/**
 * Where something stands in a document: the key itself, or its value. For a path that is not
 * there, the nearest parent that is.
 */
export type Locate = (path: Path, part: "key" | "value") => Position;

/** The position of a character in `text`, `offset` in UTF-16 units from 0. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  return { line, column: offset - (before.lastIndexOf("\n") + 1) + 1 };
}
