/** `helix ledger name` and `erase-name` beside a running `helix up`, which writes the ledger and so the record too. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "./testing/folder.ts";
import { helix, startHelix } from "./testing/helix.ts";
import { verifiedLedger } from "./testing/ledger.ts";
import { biostatTable, startPlant, WITH_PASSWORD, writeHelixToml } from "./testing/plant.ts";

test("a person is named and the name erased while it streams: the same records, the same table as of a ledger at rest", async () => {
  const cwd = await temporaryFolder();
  const plant = await startPlant(cwd);
  await writeHelixToml(cwd, biostatTable(plant.port));
  const ledger = (...args: string[]) => helix(["ledger", ...args], { cwd });
  const name = (person: string, text: string) =>
    ledger("name", "ledger", "--person", person, "--name", text, "--reason", "personnel file");
  const erase = (person: string) =>
    ledger("erase-name", "ledger", "--person", person, "--reason", "her request");
  const table = async () =>
    JSON.parse(await readFile(join(cwd, "ledger", "names.json"), "utf8")).people as { person: string }[];

  const up = startHelix(["up"], { cwd, env: WITH_PASSWORD });
  await up.said(/brx-07: Streaming/);
  // At once: neither may lose what the other puts into the table.
  const people = ["account:curie", "account:jacob", "account:noether"];
  const named = await Promise.all(people.map((person) => name(person, `Dr. ${person.slice(8)}`)));
  for (const { code, stdout } of named)
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringMatching(/: record \d+\n$/) });
  expect((await table()).map(({ person }) => person).toSorted()).toEqual(people);
  expect((await ledger("names", "ledger")).stdout).not.toContain("NOT");
  expect(await erase("account:curie")).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^the name of account:curie is erased: record \d+\n$/),
  });
  expect(await erase("account:nobody")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("holds no name of account:nobody"),
  });
  expect((await table()).map(({ person }) => person).toSorted()).toEqual(people.slice(1));
  up.interrupt();
  expect((await up.ended).code).toBe(0);

  // The ledger is at rest now, and the commands write it themselves.
  expect(await name("account:curie", "Marie Curie")).toMatchObject({ code: 0 });
  const found = await ledger("search", "ledger", "--what", "PERSON_NAMED,PERSON_NAME_ERASED", "--json");
  const records = JSON.parse(found.stdout).records as { event: Record<string, unknown> }[];
  expect(records.map(({ event }) => event["type"])).toEqual([
    ...people.map(() => "PERSON_NAMED"),
    "PERSON_NAME_ERASED",
    "PERSON_NAMED",
  ]);
  const [live, rest] = [records[0]?.event, records.at(-1)?.event];
  expect(Object.keys(live ?? {})).toEqual(Object.keys(rest ?? {}));
  expect([live?.["actor"], live?.["reason"]]).toEqual([rest?.["actor"], rest?.["reason"]]);
  expect(await verifiedLedger("ledger", { cwd })).toMatchObject({ verdict: "CLEAN" });
});
