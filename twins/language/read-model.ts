/** From text to checked model: the door of the model language. */
import { blocksOf } from "./blocks.ts";
import { type CheckedModel, checkModel } from "./check.ts";
import { expandUses } from "./expand-uses.ts";
import { parseModel } from "./parser.ts";
import type { ModelSyntax } from "./syntax.ts";

/**
 * The first model of the text, with the parts that it uses from the rest of the text. `file` is named in
 * messages only.
 * @throws ModelError whose message has one line per problem: `file:line:column: error: ...`
 */
export function readModel(text: string, file: string): CheckedModel {
  const { main, parts } = parseAll(text, file);
  // A part on its own first: what is wrong in it is said where it stands, not where it is used.
  for (const part of parts.values()) checkModel(expandUses(part, parts, file), file);
  return checkModel(expandUses(main, parts, file), file);
}

/** Names of the parts that the text uses and does not hold. @throws ModelError */
export function missingParts(text: string, file: string): readonly string[] {
  const { main, parts } = parseAll(text, file);
  const used = [main, ...parts.values()].flatMap((model) => model.uses.map((use) => use.part));
  return [...new Set(used)].filter((name) => !parts.has(name));
}

function parseAll(text: string, file: string): { main: ModelSyntax; parts: Map<string, ModelSyntax> } {
  const [main, ...others] = blocksOf(text).map((block) => parseModel(block.text, file, block.firstLine));
  if (!main) throw new TypeError("a text has at least one block");
  return { main, parts: new Map(others.map((part) => [part.name, part])) };
}
