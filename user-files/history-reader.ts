/**
 * Reading history: line by line, oldest first, never more than a piece of a file in memory.
 */

import type { FileHandle } from 'node:fs/promises';
import type { DisplayText } from '../protocol/display-text.js';
import type { UserId } from '../protocol/id.js';
import { readLines } from '../storage/files/lines.js';
import { historyPath, olderPath } from './history.js';
import { type HistoryMessage, MAX_HISTORY_LINE_BYTES, parseHistoryLine } from './history-line.js';
import { openToRead } from './private-file.js';

/** How many messages are shown when nobody says how many. */
export const SHOWN_MESSAGES = 50;

/** What is looked for. */
export interface HistoryQuery {
  readonly buddy?: UserId | undefined;
  readonly address?: DisplayText | undefined;
  /** Part of the text, in whatever case; all messages have the empty one. */
  readonly search: string;
}

/**
 * Hands out the messages that are looked for. Lines that are torn, or were never ours, are passed over.
 *
 * @param pause Waited for now and then: whoever takes messages may be slow.
 * @returns False when there is no history with them.
 * @throws What `fileReason` has words for.
 */
export async function readHistory(
  directory: string,
  { search, buddy, address }: HistoryQuery,
  take: (message: HistoryMessage) => void,
  pause: () => Promise<void> = async () => {},
): Promise<boolean> {
  const path = historyPath(directory, { buddy, address });
  const wanted = folded(search);
  const files: FileHandle[] = [];
  try {
    // Both at once: a file that is put aside while the other is read would be read twice.
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
          if (message !== undefined && folded(message.text).includes(wanted)) take(message);
        },
      );
    }
  } finally {
    for (const file of files) await file.close();
  }
  return files.length > 0;
}

/**
 * The last messages that are looked for, newest last.
 *
 * @param limit Most of them.
 * @returns `undefined` when there is no history with them.
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
