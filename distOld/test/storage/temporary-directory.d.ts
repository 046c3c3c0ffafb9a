/**
 * A place of its own on disk for each test.
 */
import type { ExecutionContext } from 'ava';
/** Makes an empty directory that is removed when the test ends. */
export declare function temporaryDirectory(t: ExecutionContext): Promise<string>;
