/** The model that a command is given: a name of the library, or the path of a .twin file. */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type CliContext, CliError } from "@helix/cli";
import type { CheckedModel } from "../language/check.ts";
import { ModelError } from "../language/diagnostic.ts";
import { readModel } from "../language/read-model.ts";
import { LIBRARY, libraryFile, withParts } from "../library/library.ts";
import type { SbmlFile } from "./sbml-twin.ts";

export interface GivenModel extends CheckedModel {
  /** With the parts that it uses: complete in itself. */
  readonly text: string;
  /** As shown in messages. */
  readonly file: string;
}

/** @throws CliError for a model that is not there or has errors */
export async function readModelArgument(given: string, context: CliContext): Promise<GivenModel> {
  const { text: own, file } = await readText(given, context);
  if (isXml(own)) {
    const { readForEngine } = await import("../sbml/read-for-engine.ts");
    const { spoken } = await import("./sbml-twin.ts");
    return { ...spoken(() => readForEngine(own, file)), text: own, file };
  }
  try {
    const text = await withParts(own, file, (part) => context.platform.disk.readFile(fileURLToPath(part)));
    return { ...readModel(text, file), text, file };
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    const count = error.diagnostics.filter((d) => d.severity === "error").length;
    throw new CliError(`${file} has ${count} error${count === 1 ? "" : "s"}\n${error.message}`, {
      cause: error,
    });
  }
}

/** SBML is XML; its reader is loaded only for it. */
export const isXml = (text: string): boolean => /^\uFEFF?\s*</.test(text);

/** @throws CliError: SBML says nothing of an end */
export function requireEnd(until: number | undefined, file: string): number {
  if (until === undefined || until === Number.POSITIVE_INFINITY)
    throw new CliError(`${file} names no end of its run`, {
      advice: "give one: --until 100, in the time unit of the file",
    });
  if (!(until > 0)) throw new CliError(`--until ${until}: the run needs a length above 0`);
  return until;
}

/** @throws CliError for a file that is not there */
export async function readText(given: string, context: CliContext): Promise<SbmlFile> {
  const isPath = /\.(?:twin|xml|sbml)$/.test(given) || given.includes("/");
  const path = isPath ? resolve(context.cwd, given) : libraryPath(given);
  const file = isPath ? given : `${given}.twin`;
  const bytes = await context.platform.disk.readFile(path).catch((cause: unknown) => {
    throw new CliError(`${file} cannot be read`, {
      advice: "give a name of `helix twin list`, or the path of a .twin file or of SBML",
      cause,
    });
  });
  return { text: new TextDecoder().decode(bytes), file };
}

function libraryPath(name: string): string {
  try {
    return fileURLToPath(libraryFile(name));
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new CliError(cause.message, { advice: `the library has ${LIBRARY.join(", ")}`, cause });
  }
}

/** @throws CliError for a part that only computes: there is nothing to run */
export function requireStates({ model }: CheckedModel): void {
  if (model.states.length > 0) return;
  throw new CliError(`${model.name} is a part without states: there is nothing to run`, {
    advice: `use it in a model, or look at it with helix twin show ${model.name}`,
  });
}
