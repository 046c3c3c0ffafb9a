/**
 * What went wrong with the file system, in words.
 */

import { getSystemErrorMap } from 'node:util';

/** The system's own words for an error of Node's, such as `no space left on device`; `undefined` for any other error. */
export function systemReason(error: unknown): string | undefined {
  const errno = error instanceof Error ? (error as NodeJS.ErrnoException).errno : undefined;
  return errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1];
}
