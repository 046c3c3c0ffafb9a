/**
 * Writing history: a file of lines for each buddy, `history/bob.jsonl`, and the one before it,
 * `history/bob.jsonl.1`.
 *
 * A line is written at once, by one write to the end of the file, so that several clients of one user can
 * share it.
 */

import { closeSync, fstatSync, lstatSync, readSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { parseAddress } from '../protocol/address.js';
import { formatHistoryLine, type HistoryMessage } from './history-line.js';
import { openToAppend, writeFully } from './private-file.js';

/** Most bytes in one file; a buddy has two. */
const MAX_HISTORY_BYTES = 4 * 1024 * 1024;

const LF = 0x0a;

/**
 * The file of whom one talks with. No id begins with `@`, so an address is never taken for one; what is
 * neither, and so could be part of a path, has no file of its own.
 */
export function historyPath(
  directory: string,
  { buddy, address }: Pick<HistoryMessage, 'buddy' | 'address'>,
): string {
  const name = buddy ?? `@${parseAddress(address) ?? 'unknown'}`;
  return join(directory, 'history', `${name}.jsonl`);
}

/** Where a file goes when it is full. */
export function olderPath(path: string): string {
  return `${path}.1`;
}

/** Appends lines; the file written last is kept open. */
export class HistoryWriter {
  readonly #directory: string;
  readonly #maxBytes: number;
  #open: { readonly path: string; readonly descriptor: number } | undefined;

  /** @param maxBytes Most bytes in one file; tests have less. */
  constructor(directory: string, maxBytes = MAX_HISTORY_BYTES) {
    this.#directory = directory;
    this.#maxBytes = maxBytes;
  }

  /**
   * Writes a message down. After an error the file is opened anew the next time, in case a line was torn.
   *
   * @throws What `fileReason` has words for.
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

  /** The descriptor, of a new file when the old one is full or was deleted. */
  #withRoomFor(path: string, bytes: number): number {
    const descriptor = this.#open?.descriptor ?? this.#reopen(path);
    const { size, nlink, ino, dev } = fstatSync(descriptor);
    if (nlink > 0 && size + bytes <= this.#maxBytes) return descriptor;
    // Another client may have put it aside already: then the name is its new file's.
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

/** A crash may have left half a line: the next one begins on its own. */
function endTornLine(descriptor: number): void {
  const { size } = fstatSync(descriptor);
  const last = Buffer.alloc(1, LF);
  if (size > 0) readSync(descriptor, last, 0, 1, size - 1);
  if (last[0] !== LF) writeFully(descriptor, Buffer.of(LF));
}
