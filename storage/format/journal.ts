/**
 * The journal that is being written: an append-only text file of changes (storage/format/journal-record.ts
 * shows a sample).
 *
 * What is appended is on stable storage when the promise resolves. When a write fails, the file is
 * cut back to its last good length; when that fails too, or the sync does, nobody knows what is on
 * disk, and this file is written no more: a second sync would prove nothing, because Linux marks the
 * pages clean after the first.
 */

import type { DataDirectory } from '../files/data-directory.js';
import { FileError } from '../files/file-error.js';
import { type OpenFile, writeAll } from '../files/files.js';
import type { EffectiveChange } from '../tables/user-table.js';
import { JOURNAL_HEADER, MAX_RECORD_BYTES, writeRecord } from './journal-record.js';

export class Journal {
  readonly #file: OpenFile;
  #last: number;
  #bytes: number;

  private constructor(file: OpenFile, last: number, bytes: number) {
    this.#file = file;
    this.#last = last;
    this.#bytes = bytes;
  }

  /**
   * Makes a journal, durable but for its name.
   *
   * @param first The number that its first record will have.
   */
  static async create(directory: DataDirectory, name: string, first: number): Promise<Journal> {
    const header = Buffer.from(`${JOURNAL_HEADER}\n`);
    const file = await directory.create(name, (to) => writeAll(to, header, 0));
    return new Journal(file, first - 1, header.length);
  }

  /** Takes over a journal whose records, all of them, are durable. */
  static of(file: OpenFile, last: number, bytes: number): Journal {
    return new Journal(file, last, bytes);
  }

  /** The number of the last record. */
  get last(): number {
    return this.#last;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Appends changes as one group and makes them durable.
   *
   * @param isOurs Whether nobody else may have written to the directory meanwhile.
   * @throws FileError `journal.broken` when the on-disk contents are unknown; any other error when nothing
   * was appended.
   */
  async append(changes: readonly EffectiveChange[], isOurs: () => Promise<boolean>): Promise<void> {
    const durable = this.#last;
    const buffer = Buffer.allocUnsafe(changes.length * (MAX_RECORD_BYTES + 1));
    let end = 0;
    for (const [index, change] of changes.entries()) {
      end = writeRecord(buffer, end, { sequence: durable + 1 + index, durable, change });
    }
    const bytes = buffer.subarray(0, end);
    await this.#write(bytes);
    await this.#sync(isOurs);
    this.#bytes += bytes.length;
    this.#last += changes.length;
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  async #write(bytes: Buffer): Promise<void> {
    try {
      await writeAll(this.#file, bytes, this.#bytes);
    } catch (error) {
      await this.#cutBack(error);
      throw error;
    }
  }

  async #cutBack(cause: unknown): Promise<void> {
    try {
      await this.#file.truncate(this.#bytes);
      // Else a crash may bring back what was refused, after a later change was answered without it.
      await this.#file.datasync();
    } catch {
      throw new FileError('journal.broken', 'the journal could not be cut back after a failed write', {
        cause,
      });
    }
  }

  async #sync(isOurs: () => Promise<boolean>): Promise<void> {
    let isThere: boolean;
    try {
      await this.#file.datasync();
      isThere = (await this.#file.isInPlace()) && (await isOurs());
    } catch (cause) {
      throw new FileError('journal.broken', 'the journal could not be synced', { cause });
    }
    // What nobody will find again is not stored, however well it was synced.
    if (!isThere) throw new FileError('journal.broken', 'the journal is no longer in the data directory');
  }
}
