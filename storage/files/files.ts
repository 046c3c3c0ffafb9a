/**
 * What the text store asks of a file system. The store takes one as a parameter, so that tests can fail any
 * operation, and cut the power at any moment.
 */

/** The database is its owner's alone. */
export const FILE_MODE = 0o600;
export const DIRECTORY_MODE = 0o700;

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

/** A file that no other process locks while this one lives. */
export interface Lock {
  /** False when the file that was locked is no longer under that name, or its directory is not. */
  isInPlace(): Promise<boolean>;
  release(): Promise<void>;
}

/** Operations reject as Node's do, with the `code` of the system's error. */
export interface Files {
  /** Names in a directory. */
  list(directory: string): Promise<string[]>;
  /** Creates a directory and its missing parents, and makes their names durable. */
  createDirectory(directory: string): Promise<void>;
  /**
   * Opens a regular file to be read; never waits for what is none.
   *
   * @throws FileError `file.irregular` for anything else that has the name.
   */
  open(path: string): Promise<OpenFile>;
  /** Makes a new, empty file, in place of any that there is. */
  create(path: string): Promise<OpenFile>;
  rename(from: string, to: string): Promise<void>;
  /** Removes a file, if there is one. */
  remove(path: string): Promise<void>;
  /**
   * Makes the names in a directory durable: without it a crash may lose a file that was created or renamed.
   */
  syncDirectory(directory: string): Promise<void>;
  /**
   * Locks a regular file for this process; makes it where there is none.
   *
   * @throws FileError `lock.held` when another process has it, `lock.failed`, `file.irregular`.
   */
  lock(path: string): Promise<Lock>;
}

/** Writes all bytes. */
export async function writeAll(file: OpenFile, bytes: Buffer, position: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    written += await file.write(bytes.subarray(written), position + written);
  }
}

/** How much is copied at a time, in bytes. */
const COPY_BYTES = 1024 * 1024;

/** Copies what is from one place up to another, `Infinity` for the end, to the beginning of a file. */
export async function copyRange(from: OpenFile, start: number, end: number, to: OpenFile): Promise<void> {
  const buffer = Buffer.allocUnsafe(COPY_BYTES);
  for (let at = start; at < end; ) {
    const bytesRead = await from.read(buffer.subarray(0, end - at), at);
    if (bytesRead === 0 && end === Number.POSITIVE_INFINITY) return;
    if (bytesRead === 0) throw new Error(`a file ended at byte ${at}, before byte ${end}`);
    await writeAll(to, buffer.subarray(0, bytesRead), at - start);
    at += bytesRead;
  }
}

/** Whether two files have the same bytes from the beginning up to a place. */
export async function areSame(first: OpenFile, second: OpenFile, end: number): Promise<boolean> {
  const mine = Buffer.allocUnsafe(COPY_BYTES);
  const others = Buffer.allocUnsafe(COPY_BYTES);
  for (let at = 0; at < end; ) {
    const read = await first.read(mine.subarray(0, end - at), at);
    if (read === 0) return false;
    // What the second has less of is told by the next round.
    const same = await second.read(others.subarray(0, read), at);
    if (same === 0 || !mine.subarray(0, same).equals(others.subarray(0, same))) return false;
    at += same;
  }
  return true;
}

/** Hands a file on that was opened, and closes it whatever happens. */
export async function withFile<TValue>(
  opened: OpenFile | Promise<OpenFile>,
  use: (file: OpenFile) => Promise<TValue>,
): Promise<TValue> {
  const file = await opened;
  try {
    return await use(file);
  } finally {
    await file.close().catch(() => {}); // nothing is lost with it: what matters was synced before
  }
}
