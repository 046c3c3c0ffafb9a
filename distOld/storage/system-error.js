/**
 * What went wrong with the file system, in words.
 */
import { getSystemErrorMap } from 'node:util';
/** The system's own words for an error of Node's, such as `no space left on device`; `undefined` for any other error. */
export function systemReason(error) {
    const errno = error instanceof Error ? error.errno : undefined;
    return errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1];
}
