/**
 * The files of the first server of this protocol: one for each user, named after the id, with a buddy on each line.
 */
import type { ForeignUser } from './dump.js';
/**
 * Reads a directory of such files, which are left alone. It reads them one after the other, without giving way to
 * anybody: that is ten times as fast, and for a program that does nothing else.
 *
 * @param take Given some users at a time.
 * @param skip Told of what is no user's file.
 */
export declare function readOriginalLayout(directory: string, take: (users: readonly ForeignUser[]) => Promise<void>, skip: (at: string, reason: string) => void): Promise<void>;
