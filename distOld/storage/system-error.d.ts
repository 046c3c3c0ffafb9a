/**
 * What went wrong with the file system, in words.
 */
/** The system's own words for an error of Node's, such as `no space left on device`; `undefined` for any other error. */
export declare function systemReason(error: unknown): string | undefined;
