/**
 * Taking over users and lists from elsewhere.
 *
 * They are registered and added as if somebody asked for it, in groups, each of which is durable before the next. So
 * an import that was interrupted is simply done again: what is there already is passed over.
 */
import type { ForeignUser } from './dump.js';
import { type Store } from './store.js';
/** Reads all users there are to take over, some at a time; it is done twice. */
export type ReadUsers = (take: (users: readonly ForeignUser[]) => Promise<void>, skip: (at: string, reason: string) => void) => Promise<void>;
export interface ImportReport {
    /** What was new, and what was there already. */
    readonly users: number;
    readonly usersBefore: number;
    readonly buddies: number;
    readonly buddiesBefore: number;
    readonly skipped: number;
}
export interface ImportOptions {
    /** Told of what is not taken over. The reason may have foreign text in it. */
    readonly onSkip: (at: string, reason: string) => void;
    /** Told after each group. */
    readonly onProgress: (stage: 'users' | 'buddies', done: number) => void;
}
/**
 * Takes over users and then, when all of them are known, their lists.
 *
 * @throws StoreError when the store cannot be written; what was reported until then is durable.
 */
export declare function importUsers(store: Store, readUsers: ReadUsers, { onSkip, onProgress }: ImportOptions): Promise<ImportReport>;
