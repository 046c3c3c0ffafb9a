/**
 * A data directory: a path, and the file system that it is in. Its files are asked for by name
 * (storage/files/file-names.ts). What is read or locked must be a regular file: the file system refuses
 * anything else with `file.irregular`, and does not wait for it.
 */

import { join } from 'node:path';
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

  /** The path of a file in it. */
  pathOf(name: string): string {
    return join(this.path, name);
  }

  /** Makes the directory and its missing parents, durably. */
  make(): Promise<void> {
    return this.#files.createDirectory(this.path);
  }

  /**
   * Takes the directory for this process.
   *
   * @throws FileError `lock.held` when another process has it, `lock.failed`, `file.irregular`.
   */
  lock(): Promise<Lock> {
    return this.#files.lock(this.pathOf(LOCK_FILE));
  }

  /** The names of all that is in it. */
  list(): Promise<string[]> {
    return this.#files.list(this.path);
  }

  /** Opens a file to be read; `undefined` when there is none. The caller closes it. */
  async find(name: string): Promise<OpenFile | undefined> {
    try {
      return await this.#files.open(this.pathOf(name));
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  /** Opens a file, has it read, and closes it whatever happens. */
  read<TValue>(name: string, use: (file: OpenFile) => Promise<TValue>): Promise<TValue> {
    return withFile(this.#files.open(this.pathOf(name)), use);
  }

  /** Makes a file in place of any that has the name, and has it filled: durable but for its name. */
  async create(name: string, fill: (file: OpenFile) => Promise<void>): Promise<OpenFile> {
    const file = await this.#files.create(this.pathOf(name));
    try {
      await fill(file);
      await file.datasync();
      return file;
    } catch (error) {
      await file.close().catch(() => {}); // the first error is the one to tell of
      throw error;
    }
  }

  /** Makes a file of the bytes of another from `start` up to `end`, `Infinity` for all: as {@link create}. */
  copy(from: string, start: number, end: number, name: string): Promise<OpenFile> {
    return this.read(from, (file) => this.create(name, (to) => copyRange(file, start, end, to)));
  }

  /**
   * Puts bytes in the place of a file, all of them or none, durably, with the names of all files before it.
   *
   * @throws FileError `file.uncertain` when the file may have been replaced, or not; any other error when it
   * was not.
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
      throw new FileError('file.uncertain', `${path} may have been replaced, or not`, { cause });
    }
  }

  /** Removes a file, if there is one. */
  remove(name: string): Promise<void> {
    return this.#files.remove(this.pathOf(name));
  }
}
