/**
 * Reads a data directory into memory.
 */

import type { DataDirectory } from '../files/data-directory.js';
import { EARLIEST_JOURNAL, fileNumberOf, isSnapshot, MANIFEST_FILE } from '../files/file-names.js';
import { type OpenFile, withFile } from '../files/files.js';
import { readLines } from '../files/lines.js';
import { type Scan, scanJournal, unended } from '../format/journal-reader.js';
import { JOURNAL_HEADER, type JournalRecord, MAX_RECORD_BYTES } from '../format/journal-record.js';
import { damagedFile, type Manifest, readManifest } from '../format/manifest.js';
import { damaged, readSnapshot } from '../format/snapshot.js';
import { UserTable } from '../tables/user-table.js';

/** A database as read from its files. */
export interface Recovered {
  readonly manifest: Manifest;
  readonly table: UserTable;
  /** The scan of the active journal. */
  readonly scan: Scan;
  /** True when a file has the previous format. */
  readonly isEarlier: boolean;
}

/** The implied manifest of a directory without a manifest. The only data file is the earliest journal. */
const EARLIEST: Manifest = { sealed: [], active: { name: EARLIEST_JOURNAL, first: 1 } };

/** The result of reading a directory without a database: no user, and a journal of 0 bytes. */
export function emptyDatabase(): Recovered {
  const scan = { last: 0, goodBytes: 0, totalBytes: 0, isEarlier: false };
  return { manifest: EARLIEST, table: new UserTable(), scan, isEarlier: false };
}

/**
 * Finds the manifest of a directory.
 *
 * @returns `undefined` when the directory has no database yet.
 * @throws StoreError `store.corrupt` or `store.unusable`.
 */
export async function findManifest(directory: DataDirectory): Promise<Manifest | undefined> {
  const manifest = await readManifest(directory);
  if (manifest !== undefined) return manifest;
  const names = await directory.list();
  // An interrupted start leaves a journal that is empty, or that is a partial copy of the earliest journal.
  // Any other numbered file means that the manifest was lost.
  const earliest = names.includes(EARLIEST_JOURNAL) ? await lengthOf(directory, EARLIEST_JOURNAL) : 0;
  const most = Math.max(earliest, JOURNAL_HEADER.length + 1);
  for (const name of names.filter((name) => fileNumberOf(name) !== undefined)) {
    const isLost = isSnapshot(name) || (await lengthOf(directory, name)) > most;
    if (isLost) throw damagedFile(directory.pathOf(MANIFEST_FILE), 'is missing');
  }
  return earliest === 0 ? undefined : EARLIEST;
}

function lengthOf(directory: DataDirectory, name: string): Promise<number> {
  return directory.read(name, (file) => readLines(file, { maxLineBytes: MAX_RECORD_BYTES }, () => {}));
}

/**
 * Reads all files of a manifest.
 *
 * @throws StoreError `store.corrupt`, whose message says where the damage is, or `store.unusable`.
 */
export async function recover(directory: DataDirectory, manifest: Manifest): Promise<Recovered> {
  const table = new UserTable();
  const { snapshot, sealed, active } = manifest;
  let isEarlier = false;
  if (snapshot !== undefined) {
    const path = directory.pathOf(snapshot.name);
    const read = await readListed(directory, snapshot.name, (file) =>
      readSnapshot(file, path, table, (line, byte, reason) => {
        throw damaged(path, line, byte, reason);
      }),
    );
    isEarlier = read.isEarlier;
    if (read.last !== snapshot.last) throw damagedFile(path, `is not the one that ${MANIFEST_FILE} lists`);
  }
  const replay = ({ change }: JournalRecord) => table.replay(change);
  const scan = ({ name, first }: Manifest['active'], sealedBytes?: number) =>
    readListed(directory, name, (file) =>
      scanJournal({ file, path: directory.pathOf(name), first, sealedBytes }, replay),
    );
  for (const entry of sealed) {
    const read = await scan(entry, entry.bytes);
    isEarlier ||= read.isEarlier;
  }
  const last = await scan(active);
  table.endReplay();
  return { manifest, table, scan: last, isEarlier: isEarlier || last.isEarlier };
}

/**
 * Refuses a database whose last record only lacks its LF: a client may have received a 200 for that record.
 *
 * @throws StoreError `store.corrupt`
 */
export function refuseUnended(directory: DataDirectory, { manifest, scan }: Recovered): void {
  if (scan.unendedLine === undefined) return;
  throw unended(directory.pathOf(manifest.active.name), scan.unendedLine, scan.goodBytes);
}

/** Reads a file that the manifest lists. */
async function readListed<TValue>(
  directory: DataDirectory,
  name: string,
  use: (file: OpenFile) => Promise<TValue>,
): Promise<TValue> {
  const file = await directory.find(name);
  if (file === undefined) throw damagedFile(directory.pathOf(name), 'is missing');
  return withFile(file, use);
}
