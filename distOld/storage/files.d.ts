/**
 * What the text store asks of a file system. The store takes one as a parameter, so that tests can fail any operation,
 * and cut the power at any moment.
 */
/** The database is its owner's alone. */
export declare const FILE_MODE = 384;
export declare const DIRECTORY_MODE = 448;
export interface OpenFile {
    /**
     * Reads into a buffer from its start on.
     *
     * @returns How many bytes; 0 at the end of the file.
     */
    read(buffer: Buffer, position: number): Promise<number>;
    /**
     * Writes bytes.
     *
     * @returns How many: it may come back short, without an error, when a disk is nearly full.
     */
    write(bytes: Buffer, position: number): Promise<number>;
    truncate(length: number): Promise<void>;
    /** Brings what was written to stable storage. */
    datasync(): Promise<void>;
    /** False when its name no longer leads to it: it was deleted, moved, or its directory was. */
    isInPlace(): Promise<boolean>;
    close(): Promise<void>;
}
/** A directory that no other process will use, while it lives. */
export interface Lock {
    /** False when the directory that was locked is no longer under that name. */
    isInPlace(): Promise<boolean>;
    release(): Promise<void>;
}
/** Operations reject as Node's do, with the `code` of the system's error. */
export interface Files {
    /** Names in a directory. */
    list(directory: string): Promise<string[]>;
    /** Creates a directory and its missing parents, and makes their names durable. */
    createDirectory(directory: string): Promise<void>;
    /** Opens a file to be read. */
    open(path: string): Promise<OpenFile>;
    /** Makes a new, empty file, in place of any that there is. */
    create(path: string): Promise<OpenFile>;
    rename(from: string, to: string): Promise<void>;
    /** Removes a file, if there is one. */
    remove(path: string): Promise<void>;
    /** Makes the names in a directory durable: without it a crash may lose a file that was created or renamed. */
    syncDirectory(directory: string): Promise<void>;
    /**
     * Takes a directory for this process.
     *
     * @throws LockedError when another one has it.
     */
    lock(directory: string): Promise<Lock>;
}
/** A directory is in use by another process. */
export declare class LockedError extends Error {
    readonly holder: string;
    readonly name = "LockedError";
    /** @param holder Who has it, as it says of itself. */
    constructor(holder: string);
}
/** A directory cannot be locked at all; the message says why. */
export declare class LockingError extends Error {
    readonly name = "LockingError";
}
/** Writes all bytes. */
export declare function writeAll(file: OpenFile, bytes: Buffer, position: number): Promise<void>;
/** Copies what is from one place up to another, `Infinity` for the end, to the beginning of a file. */
export declare function copyRange(from: OpenFile, start: number, end: number, to: OpenFile): Promise<void>;
/** Makes a file of these bytes, durable but for its name. */
export declare function createFile(files: Files, path: string, bytes: Buffer): Promise<OpenFile>;
/** Makes a file and has it filled, durable but for its name. */
export declare function fillFile(files: Files, path: string, fill: (file: OpenFile) => Promise<void>): Promise<OpenFile>;
/** Opens a file, hands it on, and closes it whatever happens. */
export declare function withFile<TValue>(opened: Promise<OpenFile>, use: (file: OpenFile) => Promise<TValue>): Promise<TValue>;
