/** Reads the project's documents: fenced blocks by language, and the paths that the text names. */

export interface Snippet {
  readonly language: string;
  readonly text: string;
}

/** The fenced blocks of a Markdown text, in order. */
export function snippetsOf(markdown: string): Snippet[] {
  return [...markdown.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = "", text = ""]) => ({
    language,
    text,
  }));
}

/** Files and folders that the text names: link targets, and code that looks like a path. */
export function pathsOf(markdown: string): string[] {
  const prose = markdown.replaceAll(/^```.*?^```$/gms, "");
  const links = [...prose.matchAll(/\]\(([^)#]+)\)/g)].map(([, target = ""]) => target);
  const code = [...prose.matchAll(/`((?:[\w@.-]+\/)+[\w.-]*)`/g)].map(([, path = ""]) => path);
  return [...links.filter((link) => !/^[a-z]+:/.test(link)), ...code];
}
