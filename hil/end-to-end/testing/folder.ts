/** Folders and files of a test, gone at the end. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { whenAllIsOver } from "./cleanup.ts";

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "helix-e2e-"));
  whenAllIsOver(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** A folder with these files; the text of each by its name. */
export async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

/** The lines of a run record; each must be whole. */
export async function recordLines(path: string): Promise<{ kind: string; [field: string]: unknown }[]> {
  const text = await readFile(path, "utf8");
  if (!text.endsWith("\n")) throw new Error(`${path} does not end with a line end`);
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { kind: string });
}
