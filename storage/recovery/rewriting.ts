/**
 * Writes a new database from memory: a snapshot, an empty journal, and a manifest that lists only these.
 */

import type { DataDirectory } from '../files/data-directory.js';
import { journalName, snapshotName } from '../files/file-names.js';
import { Journal } from '../format/journal.js';
import { type Manifest, swapManifest } from '../format/manifest.js';
import { writeSnapshot } from '../format/snapshot.js';
import type { UserTable } from '../tables/user-table.js';

export interface Rewritten {
  readonly manifest: Manifest;
  readonly journal: Journal;
}

/**
 * Writes a new database. The files of the old database stay, as leftovers that the caller removes.
 *
 * @param last The last record whose change is in the table.
 * @param number The number of the snapshot. No file may have this number or the next one.
 */
export async function writeDatabase(
  directory: DataDirectory,
  table: UserTable,
  last: number,
  number: number,
): Promise<Rewritten> {
  const snapshot = snapshotName(number);
  const frozen = table.freeze();
  const bytes = await writeSnapshot(directory, snapshot, frozen, table, { last }).finally(frozen.release);
  const active = { name: journalName(number + 1), first: last + 1 };
  const manifest = { snapshot: { name: snapshot, last, bytes }, sealed: [], active };
  const journal = await Journal.create(directory, active.name, active.first);
  try {
    await swapManifest(directory, manifest);
    return { manifest, journal };
  } catch (error) {
    await journal.close().catch(() => {}); // report the first error, not this one
    throw error;
  }
}
