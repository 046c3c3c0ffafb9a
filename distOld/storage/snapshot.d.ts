/**
 * Snapshots: the whole database at one moment, a line for each user, in the order of their registration.
 *
 *     im-snapshot 1
 *     alice bob carol fe8dec1d
 *     bob f5cbb140
 *     carol 6a3e8cc3
 *     # 3 users, last record 5 20ac21de
 *
 * A line has a user's id and then the buddies in their order; the last line has the number of users, and that of the
 * last record in a journal whose change is there. Each but the first ends with the CRC-32 of all before it, the last
 * space not included.
 */
import { type Files, type OpenFile } from './files.js';
import { type StoreError } from './store.js';
import type { FrozenUsers, UserTable } from './user-table.js';
/** Somebody asked for a snapshot not to be finished. */
export declare class StoppedError extends Error {
    readonly name = "StoppedError";
}
export interface SnapshotOptions {
    /** The last record whose change is in the table. */
    readonly last: number;
    /** Asked before each slice; true when the rest is not wanted. */
    readonly isStopped?: () => boolean;
}
/**
 * Writes a snapshot into a new file, and brings it to stable storage; its name is the caller's to make durable.
 * Whoever else has something to do gets a turn after each slice.
 *
 * @returns How many bytes it has.
 * @throws StoppedError, or what the file system throws; then there may be a part of it.
 */
export declare function writeSnapshot(files: Files, path: string, frozen: FrozenUsers, table: UserTable, { last, isStopped }: SnapshotOptions): Promise<number>;
/** What is wrong with a line: its number, from 1; where it begins, in bytes; and why. */
export type ReportLine = (line: number, byte: number, reason: string) => void;
/**
 * Reads a snapshot into an empty table. It is read twice: a list may name users whose lines come later.
 *
 * @param report Told of each line that is damaged, which is then passed over.
 * @returns The last record whose change is in it; `undefined` when the line that says so is damaged.
 * @throws StoreError `store.unusable` when a newer version wrote it.
 */
export declare function readSnapshot(file: OpenFile, path: string, table: UserTable, report: ReportLine): Promise<number | undefined>;
/** Reads the last line; `undefined` for any other, and for one with a wrong checksum. */
export declare function parseLastLine(data: Buffer, start: number, end: number): {
    readonly users: number;
    readonly last: number;
} | undefined;
/** The error of a file with a damaged line. */
export declare function damaged(path: string, line: number, byte: number, reason: string): StoreError;
