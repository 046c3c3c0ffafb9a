/**
 * Finds the last record in a file of the database, even if the file is damaged elsewhere.
 */

import type { DataDirectory } from '../files/data-directory.js';
import { readLines, withoutCr } from '../files/lines.js';
import { type JournalRecord, MAX_RECORD_BYTES, parseRecord } from '../format/journal-record.js';
import { parseLastLine } from '../format/snapshot.js';
import { MAX_USER_LINE_BYTES } from '../format/user-lines.js';

/**
 * The number of the last record that a snapshot includes; -1 when its last line is damaged, or missing as in
 * an unfinished snapshot.
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

/** The greatest record number in a journal; -1 when it has no records. */
export async function lastInJournal(directory: DataDirectory, name: string): Promise<number> {
  let last = -1;
  await readRecords(directory, name, (record) => {
    last = Math.max(last, record?.sequence ?? -1);
  });
  return last;
}

/**
 * Passes every line of a journal to a callback; `undefined` stands for a line that is not a record. Accepts
 * lines that end with CR LF, and a last line without LF, because an editor may have saved the file.
 */
export async function readRecords(
  directory: DataDirectory,
  name: string,
  handleRecord: (record: JournalRecord | undefined, line: number, byte: number) => void,
): Promise<void> {
  let line = 0;
  await directory.read(name, (file) =>
    readLines(file, { maxLineBytes: MAX_RECORD_BYTES, mayLackLastEnd: true }, (data, start, end, byte) => {
      line += 1;
      handleRecord(parseRecord(data, start, withoutCr(data, end)), line, byte);
    }),
  );
}
