/**
 * The journal: an append-only text file of changes (storage/journal-record.ts shows a sample).
 *
 * What is appended is on stable storage when the promise resolves. When a write fails, the file is
 * cut back to its last good length; when that fails too, or the sync does, nobody knows what is on
 * disk, and the journal refuses everything until it is opened anew: a second sync would prove
 * nothing, because Linux marks the pages clean after the first.
 */

import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { getSystemErrorMap } from 'node:util';
import { createDirectory, FILE_MODE, syncDirectory, writeAll } from './durable-files.js';
import { encodeRecord, JOURNAL_HEADER } from './journal-record.js';
import { cutTail, type Scan, scanFile, type TornTail } from './journal-recovery.js';
import { StoreError } from './store.js';
import type { EffectiveChange } from './user-table.js';

export class Journal {
  /** Set when opening found an interrupted write. */
  readonly tornTail: TornTail | undefined;
  readonly #file: FileHandle;
  #length: number;
  #durable: number;
  #broken = false;

  private constructor(file: FileHandle, scan: Scan, tornTail: TornTail | undefined) {
    this.#file = file;
    this.#length = scan.goodBytes;
    this.#durable = scan.records;
    this.tornTail = tornTail;
  }

  /**
   * Opens the journal at `path`, created where there is none, and reads it back.
   *
   * @param replay Given every record in order; returns false for one that cannot follow those before.
   * @throws StoreError `store.unusable` or `store.corrupt`.
   */
  static async open(path: string, replay: (change: EffectiveChange) => boolean): Promise<Journal> {
    let file: FileHandle | undefined;
    try {
      file = (await openExisting(path)) ?? (await create(path));
      // A crash may have come between the file's making and this, which makes its name durable.
      await syncDirectory(dirname(path));
      const scan = await scanFile(file, path, replay);
      const tornTail = await cutTail(file, path, scan);
      // What was read back may still be on its way to the disk; the next record will call it durable.
      await file.sync();
      return new Journal(file, scan, tornTail);
    } catch (error) {
      await file?.close();
      throw isSystemError(error) ? unusable(dirname(path), error) : error;
    }
  }

  /**
   * Appends changes as one group and makes them durable.
   *
   * @throws StoreError `store.unavailable` when nothing was written, `store.broken` when nobody knows.
   */
  async append(changes: readonly EffectiveChange[]): Promise<void> {
    if (this.#broken) throw new StoreError('store.broken', 'the journal must be opened anew');
    const durable = this.#durable;
    const lines = changes.map((change, index) =>
      encodeRecord({ sequence: durable + 1 + index, durable, change }),
    );
    const bytes = Buffer.from(lines.join(''), 'latin1');
    await this.#write(bytes);
    await this.#sync();
    this.#length += bytes.length;
    this.#durable += changes.length;
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  async #write(bytes: Buffer): Promise<void> {
    try {
      await writeAll(this.#file, bytes, this.#length);
    } catch (error) {
      await this.#cutBack(error);
      throw new StoreError('store.unavailable', 'the journal cannot be written', { cause: error });
    }
  }

  async #cutBack(writeError: unknown): Promise<void> {
    try {
      await this.#file.truncate(this.#length);
    } catch {
      this.#broken = true;
      throw new StoreError('store.broken', 'the journal could not be cut back after a failed write', {
        cause: writeError,
      });
    }
  }

  async #sync(): Promise<void> {
    try {
      await this.#file.datasync();
    } catch (error) {
      this.#broken = true;
      throw new StoreError('store.broken', 'the journal could not be synced', { cause: error });
    }
  }
}

async function openExisting(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDWR);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Creates a journal under another name and renames it, so that no journal is ever without a header. */
async function create(path: string): Promise<FileHandle> {
  const directory = dirname(path);
  await createDirectory(directory);
  // A leftover of an interrupted start may have any mode.
  await rm(`${path}.new`, { force: true });
  const file = await open(`${path}.new`, 'wx+', FILE_MODE);
  try {
    await writeAll(file, Buffer.from(`${JOURNAL_HEADER}\n`), 0);
    await file.sync();
    await rename(`${path}.new`, path);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException & { readonly errno: number } {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).errno === 'number';
}

function unusable(directory: string, cause: { readonly errno: number }): StoreError {
  const [, reason] = getSystemErrorMap().get(cause.errno) ?? [];
  const message = `cannot use the data directory ${directory} (${reason}): name another one with --data`;
  return new StoreError('store.unusable', message, { cause });
}
