/** From text to checked model: the door of the model language. */
import { type CheckedModel, checkModel } from "./check.ts";
import { parseModel } from "./parser.ts";

/**
 * `file` is named in messages only.
 * @throws ModelError whose message has one line per problem: `file:line:column: error: ...`
 */
export const readModel = (text: string, file: string): CheckedModel =>
  checkModel(parseModel(text, file), file);
