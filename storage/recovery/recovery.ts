/**
 * Reading a data directory into memory.
 */

import { join } from 'node:path';
import { isSystemError } from '../files/file-error.js';
import { type Files, withFile } from '../files/files.js';
import { readLines } from '../files/lines.js';
import { type Scan, scanJournal } from '../format/journal-reader.js';
import { JOURNAL_HEADER, type JournalRecord, MAX_RECORD_BYTES } from '../format/journal-record.js';
import { damagedFile, MANIFEST_FILE, type Manifest, readManifest } from '../format/manifest.js';
import { damaged, readSnapshot } from '../format/snapshot.js';
import { UserTable } from '../tables/user-table.js';

/** The one file of a database from before there were manifests. */
export const EARLIEST_JOURNAL = 'journal.txt';

/** What the names of the database's files are like. */
const DATA_FILE = /^(?:snapshot|journal)-([1-9][0-9]{0,14})\.txt$/;

export function journalName(number: number): string {
  return `journal-${number}.txt`;
}

export function snapshotName(number: number): string {
  return `snapshot-${number}.txt`;
}

/** A database as it was read. */
export interface Recovered {
  readonly manifest: Manifest;
  readonly table: UserTable;
  /** Of the journal that was written to last. */
  readonly scan: Scan;
}

/** The number in the name of a file of the database; `undefined` for any other name. */
export function fileNumberOf(name: string): number | undefined {
  const [, number] = DATA_FILE.exec(name) ?? [];
  return number === undefined ? undefined : Number(number);
}

/**
 * Finds out what a directory has.
 *
 * @returns `undefined` for a directory that has no database yet.
 * @throws StoreError `store.corrupt` or `store.unusable`.
 */
export async function findManifest(files: Files, directory: string): Promise<Manifest | undefined> {
  const manifest = await readManifest(files, directory);
  if (manifest !== undefined) return manifest;
  const names = await files.list(directory);
  // Starts that were interrupted leave journals: empty ones, or what they had copied of the earliest one.
  const earliest = names.includes(EARLIEST_JOURNAL)
    ? await lengthOf(files, join(directory, EARLIEST_JOURNAL))
    : 0;
  const most = Math.max(earliest, JOURNAL_HEADER.length + 1);
  for (const name of names.filter((name) => fileNumberOf(name) !== undefined)) {
    const isLost = name.startsWith('snapshot') || (await lengthOf(files, join(directory, name))) > most;
    if (isLost) throw damagedFile(join(directory, MANIFEST_FILE), 'is missing');
  }
  return earliest === 0 ? undefined : { sealed: [], active: { name: EARLIEST_JOURNAL, first: 1 } };
}

function lengthOf(files: Files, path: string): Promise<number> {
  return withFile(files.open(path), (file) => readLines(file, { maxLineBytes: MAX_RECORD_BYTES }, () => {}));
}

/**
 * Reads everything that a manifest lists.
 *
 * @throws StoreError `store.corrupt`, which says where, or `store.unusable`.
 */
export async function recover(files: Files, directory: string, manifest: Manifest): Promise<Recovered> {
  const table = new UserTable();
  const { snapshot, sealed, active } = manifest;
  if (snapshot !== undefined) {
    const path = join(directory, snapshot.name);
    const last = await withFile(open(files, path), (file) =>
      readSnapshot(file, path, table, (line, byte, reason) => {
        throw damaged(path, line, byte, reason);
      }),
    );
    if (last !== snapshot.last) throw damagedFile(path, `is not the one that ${MANIFEST_FILE} lists`);
  }
  const replay = ({ change }: JournalRecord) => table.apply(change).effect !== undefined;
  for (const { name, first, bytes } of sealed) {
    const path = join(directory, name);
    await withFile(open(files, path), (file) =>
      scanJournal({ file, path, first, sealedBytes: bytes }, replay),
    );
  }
  const path = join(directory, active.name);
  const scan = await withFile(open(files, path), (file) =>
    scanJournal({ file, path, first: active.first }, replay),
  );
  return { manifest, table, scan };
}

async function open(files: Files, path: string): ReturnType<Files['open']> {
  try {
    return await files.open(path);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
    throw damagedFile(path, 'is missing');
  }
}
