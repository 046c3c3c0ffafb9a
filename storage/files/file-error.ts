/**
 * Errors of files, distinguished by their `code`.
 *
 * Errors of the system have the system's codes, such as `ENOENT`. A {@link FileError} stands for a failure
 * for which the system has no code.
 */

import { getSystemErrorMap } from 'node:util';

/**
 * - `file.irregular`: the path names a directory, symbolic link, pipe, socket or device, not a file.
 * - `file.too-large`: the file is longer than the limit of its reader.
 * - `file.exposed`: other users can write to the path, or read a secret in it.
 * - `file.uncertain`: it is unknown whether the file was replaced; `cause` is the error.
 * - `lock.held`: another process has the lock; the message names it.
 * - `lock.failed`: the file cannot be locked at all; the message says why.
 * - `journal.broken`: the on-disk contents are unknown; the journal must be replaced.
 * - `snapshot.stopped`: the caller stopped the snapshot before it was finished.
 */
export type FileErrorCode =
  | 'file.irregular'
  | 'file.too-large'
  | 'file.exposed'
  | 'file.uncertain'
  | 'lock.held'
  | 'lock.failed'
  | 'journal.broken'
  | 'snapshot.stopped';

/** A file error for which the system has no code. Callers distinguish the kinds by `code`. */
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

/** True for a {@link FileError} with one of these codes. */
export function isFileError(error: unknown, ...codes: readonly FileErrorCode[]): error is FileError {
  return codes.some((code) => code === codeOf(error));
}

/** True for a system error with one of these codes. */
export function isSystemError(error: unknown, ...codes: readonly string[]): boolean {
  return codes.some((code) => code === codeOf(error));
}

/** True when the path does not exist. After any other error the file may or may not exist. */
export function isGone(error: unknown): boolean {
  return isSystemError(error, 'ENOENT', 'ENOTDIR');
}

/** The description of a system error, such as `no space left on device`; `undefined` for other errors. */
export function systemReason(error: unknown): string | undefined {
  if (!(error instanceof Error && 'errno' in error && typeof error.errno === 'number')) return undefined;
  return getSystemErrorMap().get(error.errno)?.[1];
}

/** The `code` of an error; `undefined` when it has none. */
export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
