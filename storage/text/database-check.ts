/**
 * Looking at a database without opening it: it may be in use.
 */

import type { DataDirectory } from '../files/data-directory.js';
import { MANIFEST_FILE } from '../files/file-names.js';
import { type Manifest, readManifest } from '../format/manifest.js';
import { findManifest, type Recovered, recover } from '../recovery/recovery.js';
import { StoreError } from '../store.js';

/** How often the files may be replaced by newer ones while they are read. */
const MAX_READS = 10;

/**
 * Reads the database of a directory as it is now.
 *
 * @throws StoreError `store.unusable` when there is none or a newer version wrote it, `store.corrupt`.
 */
export async function readDatabase(directory: DataDirectory): Promise<Recovered> {
  for (let reads = 1; ; reads++) {
    const manifest = await findManifest(directory);
    if (manifest === undefined) throw new StoreError('store.unusable', `${directory.path} has no database`);
    try {
      return await recover(directory, manifest);
    } catch (error) {
      // A server that uses it may have removed what it needs no longer.
      if (reads === MAX_READS || !(await isReplaced(directory, manifest))) throw error;
    }
  }
}

async function isReplaced(directory: DataDirectory, read: Manifest): Promise<boolean> {
  const now = await readManifest(directory);
  return now !== undefined && now.active.name + now.snapshot?.name !== read.active.name + read.snapshot?.name;
}

/** Describes what was read, a line for each file. */
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
  lines.push(`users ${table.size}, buddies on their lists ${table.countEntries()}`);
  return lines;
}
