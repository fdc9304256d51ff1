/**
 * JUnit XML, as CI servers read it: one test case per expectation and one per fault receipt.
 */
import type { Cause, Verdict } from "@helix/run-record";
import { html, type Markup } from "./html/markup.ts";
import type { RunRecord } from "./read-record.ts";

/** What a CI server makes of a case. */
type Outcome = "passed" | "failure" | "error" | "skipped";

/** What could not be decided, or was not run, has neither passed nor failed. */
const OUTCOME: Readonly<Record<Verdict, Outcome>> = {
  pass: "passed",
  fail: "failure",
  invalid: "error",
  inconclusive: "skipped",
  "not-run": "skipped",
};

interface Case {
  readonly className: string;
  readonly name: string;
  readonly outcome: Outcome;
  /** Verdict and cause: the `type` of a failure or error. */
  readonly type: string;
  readonly message: string;
  readonly text: string;
}

/** The same record gives the same bytes. */
export function renderJunit(record: RunRecord): string {
  const { run, end } = record;
  const cases = [...expectationCases(record), ...receiptCases(record)];
  // A run may have failed before anything could be judged; a CI server must not show that as green.
  if (end.verdict !== "pass" && cases.every(({ outcome }) => outcome === "passed"))
    cases.push(runCase(record));
  const count = (outcome: Outcome): number => cases.filter((c) => c.outcome === outcome).length;
  const counts = html`tests="${cases.length}" failures="${count("failure")}" errors="${count("error")}" skipped="${count("skipped")}" time="${end.wallSeconds.toFixed(3)}"`;
  const properties = propertiesOf(record).map(
    ([name, value]) => html`      <property name="${name}" value="${oneLine(value)}"/>
`,
  );
  const document = html`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="helix" ${counts}>
  <testsuite name="${oneLine(run.scenario)}" timestamp="${run.startedAt}" ${counts}>
    <properties>
${properties}    </properties>
${cases.map(caseElement)}    <system-out>${end.summary}</system-out>
  </testsuite>
</testsuites>
`;
  return document.text;
}

function expectationCases({ run, expectations }: RunRecord): Case[] {
  return expectations.map((line) => ({
    className: `helix.${dotless(run.scenario)}.expectation`,
    name: `${line.index + 1}. ${line.text}`,
    outcome: OUTCOME[line.verdict],
    type: typeOf(line.verdict, line.cause),
    message: `expected ${line.expected}; actual ${line.actual}`,
    text: [
      `expected: ${line.expected}`,
      `actual:   ${line.actual}`,
      ...line.evidence.map((item) => `evidence: ${item}`),
      `replay:   ${run.replay}`,
    ].join("\n"),
  }));
}

function receiptCases({ run, faults }: RunRecord): Case[] {
  return faults.map((fault) => ({
    className: `helix.${dotless(run.scenario)}.fault-receipt`,
    name: `${fault.id}: ${fault.inject} on ${fault.on} took place`,
    outcome: fault.receipt ? "passed" : "error",
    type: typeOf("invalid", "bench"),
    message: "the fault was armed and left no receipt; the run proves nothing about it",
    text: `replay: ${run.replay}`,
  }));
}

function runCase({ run, end }: RunRecord): Case {
  return {
    className: `helix.${dotless(run.scenario)}`,
    name: "run",
    outcome: OUTCOME[end.verdict],
    type: typeOf(end.verdict, end.cause),
    message: end.summary,
    text: `replay: ${run.replay}`,
  };
}

function caseElement({ className, name, outcome, type, message, text }: Case): Markup {
  const open = html`    <testcase classname="${oneLine(className)}" name="${oneLine(name)}"`;
  if (outcome === "passed") {
    return html`${open}/>
`;
  }
  // A skipped case has a message and no type, by the schema that CI servers share.
  const result =
    outcome === "skipped"
      ? html`<skipped message="${oneLine(`${type}: ${message}`)}"/>`
      : outcome === "failure"
        ? html`<failure type="${type}" message="${oneLine(message)}">${text}</failure>`
        : html`<error type="${type}" message="${oneLine(message)}">${text}</error>`;
  return html`${open}>${result}</testcase>
`;
}

function propertiesOf({ run, end, ledger }: RunRecord): [string, string][] {
  return [
    ["verdict", typeOf(end.verdict, end.cause)],
    ["title", run.title],
    ["covers", run.covers.join(" ")],
    ["seed", String(run.seed)],
    ["rig", run.rig],
    ["twin", run.twin],
    ["scenarioHash", run.scenarioHash],
    ["instruments", run.instruments.map((i) => `${i.key} (${i.origin})`).join(", ")],
    ["helixVersion", run.helixVersion],
    ["node", run.node],
    ["replay", run.replay],
    ...(ledger
      ? ([
          ["ledgerVerdict", ledger.verdict],
          ["ledgerRecords", ledger.records],
          ["ledgerRoot", ledger.root],
        ] as [string, string][])
      : []),
  ];
}

const typeOf = (verdict: Verdict, cause: Cause | undefined): string =>
  cause === undefined ? verdict : `${verdict}:${cause}`;
/** CI servers split class names at dots. */
const dotless = (text: string): string => text.replaceAll(".", "-");
/** An XML parser turns line breaks in attributes into spaces; here they are written as such. */
const oneLine = (text: string): string => text.replace(/\s+/g, " ");
