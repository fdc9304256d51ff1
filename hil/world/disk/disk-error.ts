/** Errors as node:fs raises them: code, syscall, path. Texts: Linux. */
const TEXTS: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  EEXIST: "file already exists",
  EISDIR: "illegal operation on a directory",
  ENOTDIR: "not a directory",
  ENOSPC: "no space left on device",
  EROFS: "read-only file system",
  EIO: "i/o error",
  EBADF: "bad file descriptor",
};

export function diskError(code: string, syscall: string, path: string): Error {
  const error = new Error(`${code}: ${TEXTS[code] ?? "failed"}, ${syscall} '${path}'`);
  return Object.assign(error, { code, syscall, path });
}
