/** Texts for failures of the disk, by Node's code. */
const DISK: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota of this user is used up',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'the disk is read-only',
  ENOTDIR: 'a part of the path is not a folder',
};

/** The message of a failure, for the person at the terminal. */
export function failureText(error: unknown): string {
  const { name, code, path, message } = error as NodeJS.ErrnoException;
  if (name === 'AbortError') return 'stopped by a signal. Nothing was changed';
  const text = DISK[code ?? ''];
  if (text === undefined) return message;
  return `${text}${path ? `: ${path}` : ''} (${code})`;
}
