/**
 * Which record a file of the database ends with, whatever else is the matter with it.
 */

import type { DataDirectory } from '../files/data-directory.js';
import { readLines, withoutCr } from '../files/lines.js';
import { type JournalRecord, MAX_RECORD_BYTES, parseRecord } from '../format/journal-record.js';
import { parseLastLine } from '../format/snapshot.js';
import { MAX_USER_LINE_BYTES } from '../format/user-lines.js';

/**
 * The last record that is in a snapshot; -1 when its last line is missing or damaged, as in one that was not
 * finished.
 */
export async function lastInSnapshot(directory: DataDirectory, name: string): Promise<number> {
  let last = -1;
  await directory.read(name, (file) =>
    readLines(file, { maxLineBytes: MAX_USER_LINE_BYTES }, (data, start, end) => {
      last = parseLastLine(data, start, withoutCr(data, end))?.last ?? last;
    }),
  );
  return last;
}

/** The greatest number of a record in a journal; -1 when it has none. */
export async function lastInJournal(directory: DataDirectory, name: string): Promise<number> {
  let last = -1;
  await readRecords(directory, name, (record) => {
    last = Math.max(last, record?.sequence ?? -1);
  });
  return last;
}

/**
 * Hands out all lines of a journal, `undefined` for each that is no record. An editor may have ended them by
 * CR LF, and the last not at all.
 */
export async function readRecords(
  directory: DataDirectory,
  name: string,
  take: (record: JournalRecord | undefined, line: number, byte: number) => void,
): Promise<void> {
  let line = 0;
  await directory.read(name, (file) =>
    readLines(file, { maxLineBytes: MAX_RECORD_BYTES, mayLackLastEnd: true }, (data, start, end, byte) => {
      line += 1;
      take(parseRecord(data, start, withoutCr(data, end)), line, byte);
    }),
  );
}
