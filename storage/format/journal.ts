/**
 * The journal that is being written: an append-only text file of changes (storage/format/journal-record.ts
 * shows a sample).
 *
 * Appended changes are on stable storage when the promise of `append` resolves. After a failed write, the
 * journal truncates its file to the last good length. If the truncation or a sync fails, the on-disk contents
 * are unknown, and the file must not be used again. A second sync would prove nothing, because Linux marks
 * the pages as clean even when a sync fails.
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
   * Makes an empty journal. Its header is durable; its name is not.
   *
   * @param first The number of its first record.
   */
  static async create(directory: DataDirectory, name: string, first: number): Promise<Journal> {
    const header = Buffer.from(`${JOURNAL_HEADER}\n`);
    const file = await directory.create(name, (to) => writeAll(to, header, 0));
    return new Journal(file, first - 1, header.length);
  }

  /** Continues a journal whose records are all durable. */
  static resume(file: OpenFile, last: number, bytes: number): Journal {
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
   * Appends changes with one write and one sync.
   *
   * @param isOurs Whether this process still holds the lock that keeps other writers out of the directory.
   * @throws FileError `journal.broken` when the on-disk contents are unknown, or the directory is no longer
   * this process's. After any other error, nothing was appended.
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
      await this.#truncate(error);
      throw error;
    }
  }

  async #truncate(cause: unknown): Promise<void> {
    try {
      await this.#file.truncate(this.#bytes);
      // Without this sync, the refused changes may reappear after a crash, and contradict later replies.
      await this.#file.datasync();
    } catch {
      throw new FileError('journal.broken', 'the journal could not be truncated after a failed write', {
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
    // The next start cannot find a journal that is not in its place: its records are lost, even if they were
    // synced.
    if (!isThere) throw new FileError('journal.broken', 'the journal is no longer in the data directory');
  }
}
