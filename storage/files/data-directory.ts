/**
 * A data directory: a path, and the file system that contains it. Callers pass the names of its files, which
 * storage/files/file-names.ts defines. Only regular files can be read or locked: the file system refuses
 * anything else with `file.irregular`, and does not wait for a pipe or device.
 */

import { dirname, join } from 'node:path';
import { FileError, isSystemError } from './file-error.js';
import { LOCK_FILE, newName } from './file-names.js';
import { copyRange, type Files, type Lock, type OpenFile, withFile, writeAll } from './files.js';

export class DataDirectory {
  readonly path: string;
  readonly #files: Files;

  constructor(files: Files, path: string) {
    this.#files = files;
    this.path = path;
  }

  /** The path of a file in the directory. */
  pathOf(name: string): string {
    return join(this.path, name);
  }

  /** Makes the directory and its missing parents, and syncs their names. */
  make(): Promise<void> {
    return this.#files.createDirectory(this.path);
  }

  /**
   * Locks the directory for this process.
   *
   * @throws FileError `lock.held` when another process has the lock, `lock.failed`, `file.irregular`.
   */
  lock(): Promise<Lock> {
    return this.#files.lock(this.pathOf(LOCK_FILE));
  }

  /** The names of all entries. */
  list(): Promise<string[]> {
    return this.#files.list(this.path);
  }

  /** Opens a file for reading; `undefined` when it does not exist. The caller closes it. */
  async find(name: string): Promise<OpenFile | undefined> {
    try {
      return await this.#files.open(this.pathOf(name));
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  /** Opens a file, passes it to `use`, and then closes the file, even after an error. */
  read<TValue>(name: string, use: (file: OpenFile) => Promise<TValue>): Promise<TValue> {
    return withFile(this.#files.open(this.pathOf(name)), use);
  }

  /**
   * Makes a file, or replaces the file of the same name, and passes it to `fill`. The contents are durable
   * afterwards; the name is not.
   */
  async create(name: string, fill: (file: OpenFile) => Promise<void>): Promise<OpenFile> {
    const file = await this.#files.create(this.pathOf(name));
    try {
      await fill(file);
      await file.datasync();
      return file;
    } catch (error) {
      await file.close().catch(() => {}); // report the first error, not this one
      throw error;
    }
  }

  /**
   * Copies the bytes of a file from `start` up to `end` (`Infinity`: to its end) to a new file. As after
   * {@link create}, the new file's contents are durable, and its name is not.
   */
  copy(from: string, start: number, end: number, name: string): Promise<OpenFile> {
    return this.read(from, (file) => this.create(name, (to) => copyRange(file, start, end, to)));
  }

  /**
   * Replaces a file atomically and durably. Also makes durable the names of all files that were created
   * earlier.
   *
   * @throws FileError `file.uncertain` when it is unknown whether the file was replaced. After any other
   * error, the file was not replaced.
   */
  async replace(name: string, bytes: Buffer): Promise<void> {
    const path = this.pathOf(name);
    const file = await this.create(newName(name), (to) => writeAll(to, bytes, 0));
    await file.close();
    await this.#files.syncDirectory(this.path);
    try {
      await this.#files.rename(this.pathOf(newName(name)), path);
      await this.#files.syncDirectory(this.path);
    } catch (cause) {
      throw new FileError('file.uncertain', `it is unknown whether ${path} was replaced`, { cause });
    }
  }

  /** Shortens a file. Its new length is durable afterwards. */
  truncate(name: string, length: number): Promise<void> {
    return withFile(this.#files.append(this.pathOf(name)), async (file) => {
      await file.truncate(length);
      await file.datasync();
    });
  }

  /** Makes the names of all files durable. */
  sync(): Promise<void> {
    return this.#files.syncDirectory(this.path);
  }

  /** Removes a file, if it exists. */
  remove(name: string): Promise<void> {
    return this.#files.remove(this.pathOf(name));
  }

  /** Removes all files. */
  async clear(): Promise<void> {
    for (const name of await this.list()) await this.remove(name);
  }

  /** Removes the directory with its files. */
  async destroy(): Promise<void> {
    await this.clear();
    await this.#files.removeDirectory(this.path);
  }

  /** Renames the directory, durably, within its parent. This object keeps the old path. */
  async moveTo(path: string): Promise<void> {
    await this.#files.rename(this.path, path);
    await this.#files.syncDirectory(dirname(path));
  }
}
