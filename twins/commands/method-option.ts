/** Which solver a command uses: the one named, or the one that the model's spectrum asks for. */
import type { TwinModel } from "../language/model.ts";
import { type Choice, chooseMethod, METHODS } from "../solvers/choose.ts";

export const METHOD_OPTION = {
  kind: "text",
  value: "method",
  summary: "solver; auto looks at the model's stiffness and says why",
  choices: ["auto", "dp5", "rodas4"],
  default: "auto",
} as const;

export function methodOf(option: "auto" | "dp5" | "rodas4", model: TwinModel, end: number): Choice {
  if (option === "auto") return chooseMethod(model, end);
  return { method: METHODS[option], reason: `${METHODS[option].title}: as asked` };
}
