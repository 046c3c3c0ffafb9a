/**
 * Reads a journal, and distinguishes an interrupted write from damage.
 *
 * In the active journal, a bad record and all records after it are usually *torn*: a crash interrupted the
 * last write, and no client received a reply to it. But if a good record after the bad one says that the bad
 * one was durable, the bad record is *damaged*. A bad record in any other journal is damaged too. Only a
 * backup can restore a damaged record.
 */

import type { OpenFile } from '../files/files.js';
import { readLines } from '../files/lines.js';
import type { StoreError } from '../store.js';
import {
  EARLIER_JOURNAL_HEADER,
  JOURNAL_HEADER,
  type JournalRecord,
  MAX_RECORD_BYTES,
  parseRecord,
} from './journal-record.js';
import { newerFormat, newerFormatIn } from './manifest.js';
import { damaged } from './snapshot.js';

const CR = 0x0d;

/** The good part of a journal file. */
export interface Scan {
  /**
   * The number of the last good record. If there is none, one less than the number that the first record must
   * have.
   */
  readonly last: number;
  readonly goodBytes: number;
  readonly totalBytes: number;
  /** True for a journal in the previous format. */
  readonly isEarlier: boolean;
  /** The number of the line after the good lines, if that line is a whole record that only lacks its LF. */
  readonly unendedLine?: number;
}

export interface JournalFile {
  readonly file: OpenFile;
  readonly path: string;
  /** The number that its first record must have. */
  readonly first: number;
  /** The length of a sealed journal. Bytes after it are ignored. */
  readonly sealedBytes?: number | undefined;
}

/**
 * Reads the good part of a journal.
 *
 * @param replay Receives the records in order; returns false for a record that cannot follow earlier records.
 * @throws StoreError `store.corrupt` when the journal is damaged, `store.unusable` when a newer version wrote
 * it.
 */
export async function scanJournal(
  { file, path, first, sealedBytes }: JournalFile,
  replay: (record: JournalRecord) => boolean,
): Promise<Scan> {
  let line = 0;
  let last = first - 1;
  let goodBytes = 0;
  let badLine = 0;
  let isEarlier = false;

  function handleLine(data: Buffer, start: number, end: number): void {
    line += 1;
    if (line === 1) {
      isEarlier = checkHeader(data.toString('latin1', start, end), path);
      goodBytes = end - start + 1;
      return;
    }
    const record = parseRecord(data, start, end);
    if (data[end - 1] === CR && parseRecord(data, start, end - 1) !== undefined) {
      throw damaged(path, line, goodBytes, 'its lines end with CR LF: replace CR LF with LF');
    }
    const follows = record !== undefined && record.sequence === last + 1 && record.durable <= last;
    if (badLine === 0 && follows && replay(record)) {
      last += 1;
      goodBytes += end - start + 1;
    } else if (badLine === 0) {
      badLine = line;
    }
    if (record !== undefined && record.durable > last) throw damaged(path, badLine, goodBytes, BAD_RECORD);
  }

  const until = sealedBytes ?? Number.POSITIVE_INFINITY;
  const totalBytes = await readLines(file, { maxLineBytes: MAX_RECORD_BYTES, until }, handleLine);
  if (line === 0) checkHeader('', path);
  if (sealedBytes !== undefined && goodBytes !== sealedBytes) {
    throw damaged(path, badLine === 0 ? line + 1 : badLine, goodBytes, BAD_RECORD);
  }
  const isUnended = badLine === 0 && (await isRecord(file, goodBytes, totalBytes));
  return { last, goodBytes, totalBytes, isEarlier, ...(isUnended && { unendedLine: line + 1 }) };
}

/** True when the bytes of a file from `start` to `end` are one whole record. */
async function isRecord(file: OpenFile, start: number, end: number): Promise<boolean> {
  if (end === start || end - start > MAX_RECORD_BYTES) return false;
  const data = Buffer.alloc(end - start);
  for (let length = 0; length < data.length; ) {
    const more = await file.read(data.subarray(length), start + length);
    if (more === 0) return false;
    length += more;
  }
  return parseRecord(data, 0, data.length) !== undefined;
}

/** The error of a journal that has a {@link Scan.unendedLine}. */
export function unended(path: string, line: number, byte: number): StoreError {
  return damaged(path, line, byte, 'its last line lacks its LF');
}

const BAD_RECORD = 'it has no valid record there';

/**
 * @returns True for the header of the previous format.
 * @throws StoreError
 */
function checkHeader(header: string, path: string): boolean {
  if (header === JOURNAL_HEADER || header === EARLIER_JOURNAL_HEADER) return header !== JOURNAL_HEADER;
  const newer = newerFormatIn(header, 'im-journal');
  if (newer !== undefined) throw newerFormat(path, newer);
  throw damaged(path, 1, 0, `it is not a journal: its first line is not '${JOURNAL_HEADER}'`);
}
