/**
 * Reads and describes a database without opening it, even while a server uses the database.
 */

import type { DataDirectory } from '../files/data-directory.js';
import { MANIFEST_FILE } from '../files/file-names.js';
import { type Manifest, readManifest } from '../format/manifest.js';
import { findManifest, type Recovered, recover } from '../recovery/recovery.js';
import { StoreError } from '../store.js';
import type { UserTable } from '../tables/user-table.js';

/** The maximum number of attempts to read: a server may replace the files during each attempt. */
const MAX_READS = 10;

/**
 * Reads the database of a directory.
 *
 * @throws StoreError `store.unusable` when the directory has no database or a newer version wrote it;
 * `store.corrupt`.
 */
export async function readDatabase(directory: DataDirectory): Promise<Recovered> {
  for (let reads = 1; ; reads++) {
    const manifest = await findManifest(directory);
    if (manifest === undefined) throw new StoreError('store.unusable', `${directory.path} has no database`);
    try {
      return await recover(directory, manifest);
    } catch (error) {
      // A running server may have removed files that a new snapshot replaces.
      if (reads === MAX_READS || !(await isReplaced(directory, manifest))) throw error;
    }
  }
}

/** True when a server has replaced files of a manifest since the manifest was read. */
export async function isReplaced(directory: DataDirectory, read: Manifest): Promise<boolean> {
  const now = await readManifest(directory);
  return now !== undefined && now.active.name + now.snapshot?.name !== read.active.name + read.snapshot?.name;
}

/** Describes a database: a line for each file, and then the totals. */
export function describe(directory: DataDirectory, { manifest, table, scan }: Recovered): string[] {
  const { snapshot, sealed, active } = manifest;
  const lines = [`${directory.pathOf(MANIFEST_FILE)}: good`];
  if (snapshot !== undefined)
    lines.push(`${directory.pathOf(snapshot.name)}: good, up to record ${snapshot.last}`);
  for (const { name, first, last } of sealed) {
    lines.push(`${directory.pathOf(name)}: good, records ${first} to ${last}`);
  }
  const records = scan.last < active.first ? 'no records' : `records ${active.first} to ${scan.last}`;
  const torn = scan.totalBytes - scan.goodBytes;
  const tail = torn === 0 ? '' : `, and ${torn} bytes of a write that was interrupted or is under way`;
  lines.push(`${directory.pathOf(active.name)}: good, ${records}${tail}`);
  return [...lines, ...describeUsers(table)];
}

/** The totals of a database. */
export function describeUsers(table: UserTable): string[] {
  const lines = [`users ${table.countUsers()}, buddies on their lists ${table.countEntries()}`];
  const [keys, reserved, bans] = [table.countKeys(), table.countReservations(), table.countBans()];
  if (keys + reserved + bans > 0) lines.push(`keys ${keys}, reserved ids ${reserved}, bans ${bans}`);
  return lines;
}
