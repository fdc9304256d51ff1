/**
 * A scenario's YAML with the places of its values, and what is wrong with it as YAML.
 */
import type { Locate, Path, Problem } from "@helix/config";
import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
} from "yaml";
import { unquotedUnit } from "./unquoted-unit.ts";

export interface YamlSource {
  readonly value: unknown;
  readonly locate: Locate;
  /** Not empty: `value` is not to be used. */
  readonly problems: readonly Problem[];
}

/** Mistakes of one kind that are mended on a copy to find the next ones; more would be noise. */
const MOST_MENDED = 20;

export function readYaml(text: string, file: string): YamlSource {
  const problems: Problem[] = [];
  let mended = text;
  for (;;) {
    const lines = new LineCounter();
    const document = parseDocument(mended, { lineCounter: lines, prettyErrors: false });
    const place = (offset: number) => {
      const { line, col } = lines.linePos(offset);
      return { file, line, column: Math.max(col, 1) };
    };
    const duplicates = document.errors.filter((error) => error.code === "DUPLICATE_KEY");
    // The parser stumbles on after its first error: what it says then helps nobody.
    const first = document.errors.find((error) => error.code !== "DUPLICATE_KEY");
    const unit = first && unquotedUnit(mended, first.pos[0]);
    if (unit && problems.length < MOST_MENDED) {
      problems.push({
        ...place(unit.begin),
        message: `\`${unit.text}\` holds ${unit.brackets}, which YAML reads as the start of a new ${unit.starts}`,
        expected: `the value in quotes: '${unit.text}'`,
      });
      mended = unit.mended;
      continue;
    }
    if (first) problems.push({ ...place(first.pos[0]), message: `not YAML: ${plain(first.message)}` });
    for (const error of duplicates) {
      problems.push({ ...place(error.pos[0]), message: `${keyAt(mended, error.pos[0])} stands here twice` });
    }
    return {
      value: problems.length === 0 ? document.toJS() : undefined,
      locate: (path, part) => place(offsetOf(document, path, part)),
      problems,
    };
  }
}

const plain = (message: string) => message.charAt(0).toLowerCase() + message.slice(1).replace(/\.$/, "");
const keyAt = (text: string, offset: number) => `"${/^[^\s:,}]+/.exec(text.slice(offset))?.[0] ?? "a key"}"`;

/** Offset of what stands at `path`; of its nearest parent where there is nothing. */
function offsetOf(document: Document, path: Path, part: "key" | "value"): number {
  let node = document.contents as Node | null;
  let offset = node?.range?.[0] ?? 0;
  for (const [index, step] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find((p) => isScalar(p.key) && String(p.key.value) === String(step));
      if (!pair) return offset;
      const { key, value } = pair as Pair<Node, Node | null>;
      const wanted = part === "key" && index === path.length - 1 ? key : (value ?? key);
      offset = wanted.range?.[0] ?? offset;
      node = value;
    } else if (isSeq(node)) {
      const item = node.items[Number(step)] as Node | undefined;
      if (!item) return offset;
      offset = item.range?.[0] ?? offset;
      node = item;
    } else {
      return offset;
    }
  }
  return offset;
}
