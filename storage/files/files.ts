/**
 * The file system operations that the text store and the client's keys need. They are a parameter, so that
 * tests can make any operation fail, and simulate a power cut at any moment.
 */

/** Only the owner can read or write the database. */
export const FILE_MODE = 0o600;
export const DIRECTORY_MODE = 0o700;

export interface OpenFile {
  /**
   * Reads bytes at a position of the file into a buffer.
   *
   * @returns How many bytes were read; 0 at the end of the file.
   */
  read(buffer: Buffer, position: number): Promise<number>;
  /**
   * Writes bytes at a position of the file.
   *
   * @returns How many bytes were written. When the disk is nearly full, this can be fewer bytes than were
   * passed, without an error.
   */
  write(bytes: Buffer, position: number): Promise<number>;
  truncate(length: number): Promise<void>;
  /** Flushes written data to stable storage. */
  datasync(): Promise<void>;
  /** False when the path no longer refers to this file: the file or its directory was deleted or moved. */
  isInPlace(): Promise<boolean>;
  close(): Promise<void>;
}

/** What the file system says about a file or a directory. */
export interface FileFacts {
  readonly isDirectory: boolean;
  /** The size in bytes. */
  readonly size: number;
  /** The permission bits, as `chmod` sets them. */
  readonly mode: number;
  /** The user id of the owner. */
  readonly owner: number;
  /** Changes when the file is written or replaced. */
  readonly version: string;
}

/** An exclusive lock on a file, held until it is released or the process ends. */
export interface Lock {
  /** False when the path no longer refers to the locked file. */
  isInPlace(): Promise<boolean>;
  release(): Promise<void>;
}

/** Operations reject like Node's, with the `code` of the system error. */
export interface Files {
  /** The names of all entries of a directory. */
  list(directory: string): Promise<string[]>;
  /** Creates a directory and its missing parents, and makes their names durable. */
  createDirectory(directory: string): Promise<void>;
  /**
   * Opens a regular file for reading. Never blocks on a pipe or a device.
   *
   * @throws FileError `file.irregular` when the path does not name a regular file.
   */
  open(path: string): Promise<OpenFile>;
  /** Makes an empty file. Replaces an existing file of the same name. */
  create(path: string): Promise<OpenFile>;
  /**
   * Opens a regular file for reading and appending; makes it if it does not exist. Each write goes to the end
   * of the file, even when other processes append. The position is ignored.
   *
   * @throws FileError `file.irregular` when the path does not name a regular file.
   */
  append(path: string): Promise<OpenFile>;
  /**
   * Returns facts about a file or a directory; `undefined` when it does not exist. Follows links.
   *
   * @throws FileError `file.irregular` for a link to nothing.
   */
  facts(path: string): Promise<FileFacts | undefined>;
  rename(from: string, to: string): Promise<void>;
  /** Removes a file, if it exists. */
  remove(path: string): Promise<void>;
  /** Removes an empty directory. */
  removeDirectory(directory: string): Promise<void>;
  /**
   * Makes the names in a directory durable. Without this call, a crash may lose a created or renamed file.
   */
  syncDirectory(directory: string): Promise<void>;
  /**
   * Locks a regular file for this process; makes the file if it does not exist.
   *
   * @throws FileError `lock.held` when another process has the lock. Also `lock.failed` and `file.irregular`.
   */
  lock(path: string): Promise<Lock>;
}

/** Writes all bytes, with as many writes as it takes. */
export async function writeAll(file: OpenFile, bytes: Buffer, position: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    written += await file.write(bytes.subarray(written), position + written);
  }
}

/** How many bytes are copied or compared at a time. */
const COPY_BYTES = 1024 * 1024;

/**
 * Copies the bytes from `start` up to `end` into another file, from its byte 0 on. `Infinity` as `end` means
 * the end of the file.
 */
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

/** Whether two files have the same first `end` bytes. */
export async function areSame(first: OpenFile, second: OpenFile, end: number): Promise<boolean> {
  const mine = Buffer.allocUnsafe(COPY_BYTES);
  const others = Buffer.allocUnsafe(COPY_BYTES);
  for (let at = 0; at < end; ) {
    const read = await first.read(mine.subarray(0, end - at), at);
    if (read === 0) return false;
    // If the second file is shorter, the next iteration finds out.
    const same = await second.read(others.subarray(0, read), at);
    if (same === 0 || !mine.subarray(0, same).equals(others.subarray(0, same))) return false;
    at += same;
  }
  return true;
}

/** Passes an open file to `use`, and then closes the file, even after an error. */
export async function withFile<TValue>(
  opened: OpenFile | Promise<OpenFile>,
  use: (file: OpenFile) => Promise<TValue>,
): Promise<TValue> {
  const file = await opened;
  try {
    return await use(file);
  } finally {
    await file.close().catch(() => {}); // no data is lost: everything that matters was synced before
  }
}
