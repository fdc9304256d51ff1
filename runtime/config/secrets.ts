/**
 * Passwords do not belong in a configuration file: it is copied, mailed and kept in version
 * control. The file names an environment variable instead.
 */
import type { Path } from "./position.ts";

const SECRET_KEY = /pass(?:word|phrase|wd|code)|secret|api_?key|private_?key(?!_file|_path)/i;
const NAMES_A_VARIABLE = /_env(?:_var)?$/i;
/** `scheme://user:password@host` */
const SECRET_IN_URL = /:\/\/[^\s/:@]*:[^\s/@]+@/;

export interface Secret {
  readonly path: Path;
  /** What to write in its place; undefined for a password inside an address. */
  readonly instead: string | undefined;
}

/** Values that look like a secret, by the key's name or by the form of an address. */
export function findSecrets(value: unknown, path: Path = []): Secret[] {
  if (typeof value === "string" && SECRET_IN_URL.test(value)) return [{ path, instead: undefined }];
  if (typeof value !== "object" || value === null || value instanceof Date) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const step = Array.isArray(value) ? Number(key) : key;
    const isSecret = isSecretKey(key) && (typeof inner === "string" || typeof inner === "number");
    if (!isSecret) return findSecrets(inner, [...path, step]);
    return [{ path: [...path, step], instead: `${key}_env_var` }];
  });
}

const isSecretKey = (key: string) => SECRET_KEY.test(key) && !NAMES_A_VARIABLE.test(key);

/** The text with the values of secrets starred out, character for character, for error messages. */
export function hideSecrets(text: string): string {
  return text
    .replaceAll(/([\w-]+)(["']?\s*=\s*)("[^"\n]*"?|'[^'\n]*'?|[^\s,}#]+)/g, (whole, key, equals, value) =>
      isSecretKey(key) ? `${key}${equals}${"*".repeat(value.length)}` : whole,
    )
    .replaceAll(new RegExp(SECRET_IN_URL, "g"), (whole) => `://${"*".repeat(whole.length - 4)}@`);
}
