/**
 * The text store: users and buddy lists in memory, every effective change in a journal, and now and then a snapshot
 * of all, after which the journals before it are not needed any more.
 *
 * What the files are, the manifest says; docs/storage.md shows them. A sealed file never changes, and the
 * manifest is only ever replaced as a whole. So at any moment the disk holds one complete database, and whatever
 * interrupts the writing of the next leaves it alone.
 *
 * When nobody knows what is on disk, everything is written anew, from memory: a file whose sync failed is never
 * synced again. Until that works, changes are refused, and the lists can be read.
 */
import { type Files } from './files.js';
import { type TornTail } from './opening.js';
import { type DroppedLine } from './repair.js';
import { type Store } from './store.js';
/** What happens to a store that its owner may want to know. */
export type StoreNews = 
/** An interrupted write was found, kept aside and left out. */
({
    readonly type: 'tail.kept';
} & TornTail) | {
    readonly type: 'snapshot.made';
    readonly users: number;
    readonly bytes: number;
    readonly ms: number;
}
/** It is tried again when the journals have doubled; nothing depends on it. */
 | {
    readonly type: 'snapshot.failed';
    readonly error: unknown;
}
/** Of a damaged database, a line that could not be saved; and then, that the rest was. */
 | ({
    readonly type: 'line.dropped';
} & DroppedLine) | {
    readonly type: 'store.repaired';
    readonly users: number;
    readonly kept: readonly string[];
}
/** Nobody knew any more what was on disk: everything was written anew. */
 | {
    readonly type: 'store.renewed';
    readonly users: number;
    readonly ms: number;
};
export interface TextStore extends Store {
    /** Makes a snapshot now, so that the next start is quick. Waits for one that is being made; whether it worked, news tell. */
    compact(): Promise<void>;
}
export interface TextStoreOptions {
    /** Default: the disk. */
    readonly files?: Files;
    readonly onNews?: (news: StoreNews) => void;
    /** Default {@link MIN_COMPACTION_BYTES}. */
    readonly minCompactionBytes?: number;
    /** Has what can be saved of a damaged database saved, instead of refusing it. */
    readonly repair?: boolean;
}
/**
 * Opens the store in a directory, created where there is none.
 *
 * @throws StoreError `store.unusable` or `store.corrupt`, as a rejection.
 */
export declare function openTextStore(directory: string, options?: TextStoreOptions): Promise<TextStore>;
