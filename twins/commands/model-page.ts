/**
 * A model as a page that a scientist reads: where it comes from, its equations as written, every quantity with unit,
 * bounds and source, its balances and whether they hold, and a picture of one run.
 */
import { type BalanceResult, LARGEST_IMBALANCE } from "../language/balances.ts";
import { type Block, blocksOf } from "../language/blocks.ts";
import type { Input, Quantity, State, TwinModel } from "../language/model.ts";
import type { Course } from "./course.ts";
import { shown } from "./table.ts";

export interface PageFacts {
  readonly model: TwinModel;
  /** Of the model, with the parts that it uses behind it. */
  readonly text: string;
  /** Undefined for a part that has no states: there is nothing to run. */
  readonly run: PageRun | undefined;
}

export interface PageRun {
  readonly course: Course;
  /** How the run was made. */
  readonly reason: string;
  readonly balances: readonly BalanceResult[];
  /** States at which they were tested. */
  readonly points: number;
  /** File name of the picture, beside the page. */
  readonly picture: string;
}

/** Markdown. */
export function modelPage(facts: PageFacts): string {
  const { model, text, run } = facts;
  const [own, ...parts] = blocksOf(text);
  return `${[
    `# ${model.name}: ${model.title}`,
    `Source: ${model.source}.`,
    proseOf(own),
    ...(run
      ? [
          `![One run of ${model.name}: every state over time](${run.picture})`,
          `One run with the values below; ${run.reason}.`,
        ]
      : []),
    "## Equations, as written",
    ...formulasOf(own),
    ...parts.flatMap((part) => [`### Part ${part.name}`, proseOf(part), ...formulasOf(part)]),
    ...section(
      "Parameters",
      ["parameter", "value", "unit", "within", "what it is", "source"],
      model.parameters.map((p) => [name(p), shown(p.value), unit(p), bounds(p), p.text, p.source]),
    ),
    ...section(
      "Inputs",
      ["input", "value over time", "unit", "within", "what it is", "source"],
      model.inputs.map((u) => [name(u), scheduleOf(u, model), unit(u), bounds(u), u.text, u.source]),
    ),
    ...section(
      "States",
      ["state", "start", "end of the run", "unit", "within", "what it is"],
      model.states.map((s, i) => [
        name(s),
        startOf(s),
        fourDigits(run?.course.states.at(-1)?.[i] ?? Number.NaN),
        unit(s),
        bounds(s),
        s.text,
      ]),
    ),
    ...section(
      "Sensors",
      ["sensor", "unit", "noise", "what it shows"],
      model.sensors.map((s) => [`\`${s.name}\``, unit(s), s.noise > 0 ? shown(s.noise) : "", s.text]),
    ),
    ...(run ? balancesOf(run, [own, ...parts]) : []),
  ]
    .filter((paragraph) => paragraph !== "")
    .join("\n\n")}\n`;
}

function balancesOf({ balances, points }: PageRun, blocks: readonly (Block | undefined)[]): string[] {
  if (balances.length === 0) return [];
  const verdicts = balances.map(({ name: balance, worst }) => [
    `\`${balance}\``,
    worst <= LARGEST_IMBALANCE ? "holds" : `BROKEN, off by ${(100 * worst).toPrecision(2)} %`,
  ]);
  const written = blocks.flatMap((block) => linesOf(block, "balances"));
  return [
    "## Mass balances",
    `Each is compared with the equations at ${points} states along the run; it holds where both sides agree to ${LARGEST_IMBALANCE.toExponential(0)} of the largest term.`,
    code(written),
    tableOf(["balance", "at those states"], verdicts),
  ];
}

const FORMULAS = ["uses", "algebra", "equations", "events"] as const;

function formulasOf(block: Block | undefined): string[] {
  const lines = FORMULAS.flatMap((heading) => {
    const own = linesOf(block, heading);
    return own.length > 0 ? [heading, ...own, ""] : [];
  });
  return lines.length > 0 ? [code(lines.slice(0, -1))] : [];
}

const code = (lines: readonly string[]): string => `\`\`\`twin\n${lines.join("\n")}\n\`\`\``;

/** Lines of a section as they stand in the text; empty ones are left out. */
function linesOf(block: Block | undefined, heading: string): string[] {
  const lines = block?.text.split("\n") ?? [];
  const start = lines.indexOf(heading);
  if (start < 0) return [];
  const length = lines.slice(start + 1).findIndex((line) => /^\S/.test(line));
  const own = lines.slice(start + 1, length < 0 ? undefined : start + 1 + length);
  return own.map((line) => line.trimEnd()).filter((line) => line !== "");
}

/** What the text says about the model; lines that stand further in are a list. */
function proseOf(block: Block | undefined): string {
  let isList = false;
  const lines = linesOf(block, "about").flatMap((line) => {
    const isItem = /^\s{4}/.test(line);
    const apart = isItem !== isList ? [""] : [];
    isList = isItem;
    return [...apart, isItem ? `- ${line.trim()}` : line.trim()];
  });
  return lines.join("\n");
}

function section(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return rows.length === 0 ? [] : [`## ${title}`, tableOf(head, rows)];
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

const name = ({ name: own }: Quantity): string => `\`${own}\``;
/** UCUM. */
const unit = (quantity: { readonly unit: string }): string => quantity.unit.replaceAll("*", "\\*");
const bounds = ({ low, high }: Quantity): string =>
  Number.isFinite(low) ? `${short(low)} .. ${short(high)}` : "";

/** Without the zeros of what is very large or very small. */
const short = (value: number): string => {
  const size = Math.abs(value);
  return size !== 0 && (size >= 1e6 || size < 1e-3)
    ? value.toExponential().replace("e+", "e")
    : String(value);
};

const scheduleOf = ({ schedule }: Input, { time }: TwinModel): string =>
  schedule
    .map((change) =>
      change.time === 0 ? shown(change.value) : `${shown(change.value)} from ${change.time} ${time.unit}`,
    )
    .join(", ");

const fourDigits = (value: number): string => shown(Number(value.toPrecision(4)));

const startOf = ({ initial }: State): string => {
  if (initial.kind === "constant") return shown(initial.value);
  return initial.kind === "name" ? `\`${initial.name}\`` : "from parameters";
};
