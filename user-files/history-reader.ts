/**
 * Reads history line by line, oldest first, with only a piece of a file in memory.
 */

import type { FileHandle } from 'node:fs/promises';
import type { DisplayText } from '../protocol/display-text.js';
import type { UserId } from '../protocol/id.js';
import { readLines } from '../storage/files/lines.js';
import { historyPath, olderPath } from './history.js';
import { type HistoryMessage, MAX_HISTORY_LINE_BYTES, parseHistoryLine } from './history-line.js';
import { openToRead } from './private-file.js';

/** How many messages are shown by default. */
export const SHOWN_MESSAGES = 50;

/** Selects messages. */
export interface HistoryQuery {
  readonly buddy?: UserId | undefined;
  readonly address?: DisplayText | undefined;
  /** Text that a message must contain. Case does not matter. An empty string matches all messages. */
  readonly search: string;
}

/**
 * Passes the messages that match to a callback. Skips lines that are not messages.
 *
 * @param pause Awaited after each piece that is read, for a reader that is slower than the disk.
 * @returns False when there is no history with this buddy or address.
 * @throws An error that `fileReason` describes.
 */
export async function readHistory(
  directory: string,
  { search, buddy, address }: HistoryQuery,
  handleMessage: (message: HistoryMessage) => void,
  pause: () => Promise<void> = async () => {},
): Promise<boolean> {
  const path = historyPath(directory, { buddy, address });
  const wanted = folded(search);
  const files: FileHandle[] = [];
  try {
    // Open both files first: if a client renamed the newer one in between, it would be read twice.
    for (const name of [olderPath(path), path]) {
      const file = await openToRead(name);
      if (file !== undefined) files.push(file);
    }
    for (const file of files) {
      const read = async (buffer: Buffer, position: number) =>
        (await file.read(buffer, 0, buffer.length, position)).bytesRead;
      await readLines(
        { read },
        { maxLineBytes: MAX_HISTORY_LINE_BYTES, mayLackLastEnd: true, pause },
        (data, start, end) => {
          const message = parseHistoryLine(data.toString('utf8', start, end));
          if (message !== undefined && folded(message.text).includes(wanted)) handleMessage(message);
        },
      );
    }
  } finally {
    for (const file of files) await file.close();
  }
  return files.length > 0;
}

/**
 * Finds the last messages that match, newest last.
 *
 * @param limit The maximum number of messages.
 * @returns `undefined` when there is no history with this buddy or address.
 */
export async function lastMessages(
  directory: string,
  query: HistoryQuery,
  limit = SHOWN_MESSAGES,
): Promise<readonly HistoryMessage[] | undefined> {
  const messages: HistoryMessage[] = [];
  const exists = await readHistory(directory, query, (message) => {
    messages.push(message);
    if (messages.length > limit) messages.shift();
  });
  return exists ? messages : undefined;
}

function folded(text: string): string {
  return text.normalize('NFC').toLowerCase();
}
