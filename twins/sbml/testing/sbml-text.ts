/** Small SBML models for tests. */
export interface Parts {
  readonly level?: string;
  readonly compartments?: string;
  readonly species?: string;
  readonly parameters?: string;
  readonly functions?: string;
  readonly initial?: string;
  readonly rules?: string;
  readonly reactions?: string;
  readonly events?: string;
  /** Attributes of the root. */
  readonly root?: string;
}

/** MathML in its namespace. */
export const math = (content: string): string =>
  `<math xmlns="http://www.w3.org/1998/Math/MathML">${content}</math>`;

/** `op a b` -> apply; names and numbers are told apart. */
export function applied(operator: string, ...operands: (string | number)[]): string {
  return `<apply><${operator}/>${operands.map(leaf).join("")}</apply>`;
}

export const leaf = (value: string | number): string => {
  if (typeof value === "number") return `<cn>${value}</cn>`;
  return value.startsWith("<") ? value : `<ci>${value}</ci>`;
};

export const TIME =
  '<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/time">t</csymbol>';

const list = (name: string, content: string | undefined): string =>
  content === undefined ? "" : `<listOf${name}>${content}</listOf${name}>\n`;

export function sbml(parts: Parts): string {
  const isLevel2 = parts.level === "2";
  const namespace = isLevel2
    ? "http://www.sbml.org/sbml/level2/version4"
    : "http://www.sbml.org/sbml/level3/version2/core";
  return `<?xml version="1.0" encoding="UTF-8"?>
<sbml xmlns="${namespace}" level="${isLevel2 ? 2 : 3}" version="${isLevel2 ? 4 : 2}" ${parts.root ?? ""}>
<model id="m">
${list("FunctionDefinitions", parts.functions)}${list("Compartments", parts.compartments)}${list("Species", parts.species)}${list("Parameters", parts.parameters)}${list("InitialAssignments", parts.initial)}${list("Rules", parts.rules)}${list("Reactions", parts.reactions)}${list("Events", parts.events)}</model>
</sbml>
`;
}

export const parameter = (id: string, value?: number): string =>
  `<parameter id="${id}" ${value === undefined ? "" : `value="${value}"`} constant="false"/>`;

export const rateRule = (variable: string, formula: string): string =>
  `<rateRule variable="${variable}">${math(formula)}</rateRule>`;

export const assignmentRule = (variable: string, formula: string): string =>
  `<assignmentRule variable="${variable}">${math(formula)}</assignmentRule>`;
