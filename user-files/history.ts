/**
 * Writes history: a file of lines for each buddy, `history/bob.jsonl`, and an older one,
 * `history/bob.jsonl.1`.
 *
 * Each line is appended with a single write, so that several clients of one user can share the file.
 */

import { closeSync, fstatSync, lstatSync, readSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { parseAddress } from '../protocol/address.js';
import { formatHistoryLine, type HistoryMessage } from './history-line.js';
import { openToAppend, writeFully } from './private-file.js';

/** The maximum number of bytes in one file; a buddy has two files. */
const MAX_HISTORY_BYTES = 4 * 1024 * 1024;

const LF = 0x0a;

/**
 * The history file of a buddy or an address. The name for an address begins with `@`, which no id does. A
 * text that is not a valid address might name another directory, so all such texts share one file.
 */
export function historyPath(
  directory: string,
  { buddy, address }: Pick<HistoryMessage, 'buddy' | 'address'>,
): string {
  const name = buddy ?? `@${parseAddress(address) ?? 'unknown'}`;
  return join(directory, 'history', `${name}.jsonl`);
}

/** The name that a file gets when it is full. */
export function olderPath(path: string): string {
  return `${path}.1`;
}

/** Appends lines, and keeps the last file open. */
export class HistoryWriter {
  readonly #directory: string;
  readonly #maxBytes: number;
  #open: { readonly path: string; readonly descriptor: number } | undefined;

  /** @param maxBytes The maximum number of bytes in one file; tests use a smaller limit. */
  constructor(directory: string, maxBytes = MAX_HISTORY_BYTES) {
    this.#directory = directory;
    this.#maxBytes = maxBytes;
  }

  /**
   * Appends a message. After an error the next call opens the file again, in case a line was torn.
   *
   * @throws An error that `fileReason` describes.
   */
  append(message: HistoryMessage): void {
    const path = historyPath(this.#directory, message);
    const line = Buffer.from(`${formatHistoryLine(message)}\n`);
    try {
      if (this.#open?.path !== path) this.#reopen(path);
      writeFully(this.#withRoomFor(path, line.length), line);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    const open = this.#open;
    this.#open = undefined;
    if (open !== undefined) closeSync(open.descriptor);
  }

  /** The descriptor to write to: that of a new file if the old one is full or was deleted. */
  #withRoomFor(path: string, bytes: number): number {
    const descriptor = this.#open?.descriptor ?? this.#reopen(path);
    const { size, nlink, ino, dev } = fstatSync(descriptor);
    if (nlink > 0 && size + bytes <= this.#maxBytes) return descriptor;
    // If another client has renamed the file already, the name refers to that client's new file.
    const named = lstatSync(path, { throwIfNoEntry: false });
    if (named?.ino === ino && named.dev === dev) renameSync(path, olderPath(path));
    return this.#reopen(path);
  }

  #reopen(path: string): number {
    this.close();
    const descriptor = openToAppend(path);
    this.#open = { path, descriptor };
    endTornLine(descriptor);
    return descriptor;
  }
}

/** Ends a line that a crash left incomplete, so that the next message has a line of its own. */
function endTornLine(descriptor: number): void {
  const { size } = fstatSync(descriptor);
  const last = Buffer.alloc(1, LF);
  if (size > 0) readSync(descriptor, last, 0, 1, size - 1);
  if (last[0] !== LF) writeFully(descriptor, Buffer.of(LF));
}
