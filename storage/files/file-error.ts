/**
 * What goes wrong with files, told by an error's `code`.
 *
 * The system's own errors have the system's codes, such as `ENOENT`. What the system has no code for is a
 * {@link FileError}.
 */

import { getSystemErrorMap } from 'node:util';

/**
 * - `file.irregular`: a directory, a symbolic link, a pipe, a socket or a device is where a file should be.
 * - `file.too-large`: it has more bytes than are read.
 * - `file.uncertain`: it may have been replaced, or not; `cause` is what failed.
 * - `lock.held`: another process has the lock; the message names it.
 * - `lock.failed`: the file cannot be locked at all; the message says why.
 * - `journal.broken`: the on-disk contents are unknown; the journal must be replaced.
 * - `snapshot.stopped`: the caller asked for a snapshot not to be finished.
 */
export type FileErrorCode =
  | 'file.irregular'
  | 'file.too-large'
  | 'file.uncertain'
  | 'lock.held'
  | 'lock.failed'
  | 'journal.broken'
  | 'snapshot.stopped';

/** An error of files that the system has no code for. Callers tell the kinds apart by `code`. */
export class FileError extends Error {
  override readonly name = 'FileError';

  constructor(
    readonly code: FileErrorCode,
    message: string,
    options?: { readonly cause: unknown },
  ) {
    super(message, options);
  }
}

/** True for a {@link FileError} of one of these codes. */
export function isFileError(error: unknown, ...codes: readonly FileErrorCode[]): error is FileError {
  return codes.some((code) => code === codeOf(error));
}

/** True for an error of the system's with one of these codes. */
export function isSystemError(error: unknown, ...codes: readonly string[]): boolean {
  return codes.some((code) => code === codeOf(error));
}

/** True when a path leads to nothing. Any other error leaves open whether there is a file. */
export function isGone(error: unknown): boolean {
  return isSystemError(error, 'ENOENT', 'ENOTDIR');
}

/** The system's words for one of its errors, such as `no space left on device`; `undefined` for any other. */
export function systemReason(error: unknown): string | undefined {
  if (!(error instanceof Error && 'errno' in error && typeof error.errno === 'number')) return undefined;
  return getSystemErrorMap().get(error.errno)?.[1];
}

/** The `code` of an error; `undefined` for one that has none. */
export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
