/** What the system's codes mean to a person. */
const meanings: Readonly<Record<string, string>> = {
  EACCES: "permission is denied",
  EPERM: "permission is denied",
  EROFS: "the disk can only be read",
  ENOSPC: "no space is left on the disk",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file is larger than the system allows",
  EIO: "the disk failed",
  EISDIR: "it is a directory",
  EEXIST: "a file is in the place of its folder",
  ENOTDIR: "a part of its path is no directory",
  ENOENT: "there is no such file or directory",
  ELOOP: "its links lead in a circle",
  EMFILE: "too many files are open",
  ENAMETOOLONG: "its name is too long",
};

/** An error of the system that names the file; others stay as they are. */
export function fileError(action: string, path: string, error: unknown): unknown {
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  if (!(error instanceof Error) || code === undefined || syscall === undefined) return error;
  const problem = Object.hasOwn(meanings, code) ? `${meanings[code]} (${code})` : message;
  const clear = new Error(`Cannot ${action} ${path}: ${problem}`, { cause: error });
  return Object.assign(clear, { code, path });
}
