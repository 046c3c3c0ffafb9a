/**
 * Reading a journal back, and telling an interrupted write from damage.
 *
 * A bad record, and all after it, is *torn* while no good record after it knows it to be durable:
 * a crash interrupted the last write, and nobody was told that it was done. Otherwise the file is
 * *damaged*, and nothing but a backup can say what was there.
 */

import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { copyTail, FILE_MODE, READ_BYTES, syncDirectory } from './durable-files.js';
import { JOURNAL_HEADER, MAX_RECORD_BYTES, parseRecord } from './journal-record.js';
import { StoreError } from './store.js';
import type { EffectiveChange } from './user-table.js';

const LF = 0x0a;
const CR = 0x0d;

/** How far a journal's file is good. */
export interface Scan {
  readonly records: number;
  readonly goodBytes: number;
  readonly totalBytes: number;
}

/** An interrupted write that was cut off, and where it was kept. */
export interface TornTail {
  readonly bytes: number;
  readonly keptIn: string;
}

/**
 * Reads a journal from its beginning as far as it is good.
 *
 * @param replay Given every record in order; returns false for one that cannot follow those before.
 * @throws StoreError `store.corrupt` when it is damaged, `store.unusable` when a newer version wrote it.
 */
export async function scanFile(
  file: FileHandle,
  path: string,
  replay: (change: EffectiveChange) => boolean,
): Promise<Scan> {
  let line = 0;
  let records = 0;
  let goodBytes = 0;
  let badLine = 0;

  function take(bytes: Uint8Array): void {
    line += 1;
    if (line === 1) {
      checkHeader(bytes, path);
      goodBytes = bytes.length + 1;
      return;
    }
    const record = bytes.length > MAX_RECORD_BYTES ? undefined : parseRecord(bytes);
    if (bytes.at(-1) === CR && parseRecord(bytes.subarray(0, -1)) !== undefined) {
      throw new StoreError(
        'store.corrupt',
        `${path} is damaged at line ${line}, byte ${goodBytes}: lines were ended with CR LF, give them back their LF`,
      );
    }
    const follows = record?.sequence === records + 1 && record.durable <= records;
    if (badLine === 0 && follows && replay(record.change)) {
      records += 1;
      goodBytes += bytes.length + 1;
    } else if (badLine === 0) {
      badLine = line;
    }
    if (record !== undefined && record.durable > records) {
      throw new StoreError(
        'store.corrupt',
        `${path} is damaged at line ${badLine}, byte ${goodBytes}: restore it from a backup, or move it away to start empty`,
      );
    }
  }

  const totalBytes = await readLines(file, take);
  if (line === 0) checkHeader(new Uint8Array(), path);
  return { records, goodBytes, totalBytes };
}

/**
 * Hands out every line that ends in LF, without it. Of a line longer than {@link MAX_RECORD_BYTES}
 * it hands out only the beginning, one byte more than that.
 *
 * @returns The file's length in bytes.
 */
async function readLines(file: FileHandle, take: (line: Uint8Array) => void): Promise<number> {
  const buffer = Buffer.alloc(READ_BYTES);
  let totalBytes = 0;
  let held = Buffer.alloc(0);
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, READ_BYTES, totalBytes);
    if (bytesRead === 0) return totalBytes;
    totalBytes += bytesRead;
    const data = Buffer.concat([held, buffer.subarray(0, bytesRead)]);
    let start = 0;
    for (let end = data.indexOf(LF); end !== -1; end = data.indexOf(LF, start)) {
      take(data.subarray(start, end));
      start = end + 1;
    }
    held = data.subarray(start, start + MAX_RECORD_BYTES + 1);
  }
}

function checkHeader(line: Uint8Array, path: string): void {
  const header = Buffer.from(line).toString('latin1');
  if (header === JOURNAL_HEADER) return;
  if (/^im-journal \d+$/.test(header)) {
    throw new StoreError(
      'store.unusable',
      `${path} was written by a newer im-server (its format is '${header}'): start that one`,
    );
  }
  throw new StoreError(
    'store.corrupt',
    `${path} is no journal, its first line is not '${JOURNAL_HEADER}': restore it from a backup, or move it away to start empty`,
  );
}

/**
 * Keeps what follows the last good record in a file beside the journal, then cuts it off.
 *
 * @returns `undefined` when nothing follows.
 */
export async function cutTail(file: FileHandle, path: string, scan: Scan): Promise<TornTail | undefined> {
  const bytes = scan.totalBytes - scan.goodBytes;
  if (bytes === 0) return undefined;
  const keptIn = `${path}.${scan.goodBytes}.broken`;
  const kept = await open(keptIn, 'w', FILE_MODE);
  try {
    await copyTail(file, scan.goodBytes, kept);
    await kept.sync();
  } finally {
    await kept.close();
  }
  await syncDirectory(dirname(path));
  await file.truncate(scan.goodBytes);
  return { bytes, keptIn };
}
