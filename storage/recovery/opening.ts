/**
 * Opens a database: reads its files into a table in memory, and starts a journal for later changes.
 */

import type { DataDirectory } from '../files/data-directory.js';
import { brokenName, journalName, MANIFEST_FILE, nextFileNumber } from '../files/file-names.js';
import { areSame } from '../files/files.js';
import { Journal } from '../format/journal.js';
import { damagedFile, type Manifest, namesIn, swapManifest } from '../format/manifest.js';
import type { UserTable } from '../tables/user-table.js';
import { newerThan, removeLeftovers } from './leftovers.js';
import { emptyDatabase, findManifest, type Recovered, recover, refuseUnended } from './recovery.js';
import { type Rewritten, writeDatabase } from './rewriting.js';

/** The end of a journal, removed because it is an interrupted write. */
export interface TornTail {
  readonly bytes: number;
  /** The path of the file that keeps the removed bytes. */
  readonly keptIn: string;
}

export interface Opened {
  readonly manifest: Manifest;
  readonly table: UserTable;
  readonly journal: Journal;
  readonly tornTail: TornTail | undefined;
  /** True when the database had the previous format, and was rewritten in the current format. */
  readonly isUpgraded: boolean;
}

/**
 * Reads the database, copies the last journal to a new file, syncs the copy, and appends to it from then on.
 * The original cannot be trusted: after a failed sync, its contents may be only in the kernel's memory.
 *
 * @param refusesUnended True to refuse a last record that only lacks its LF. Otherwise such a record counts
 * as an interrupted write.
 * @throws StoreError `store.unusable` or `store.corrupt`, or an error of the file system.
 */
export async function openDatabase(directory: DataDirectory, refusesUnended = false): Promise<Opened> {
  const found = await findManifest(directory);
  const recovered = found === undefined ? emptyDatabase() : await recoverLatest(directory, found);
  if (refusesUnended) refuseUnended(directory, recovered);
  const tornTail = await keepTornTail(directory, recovered);
  const name = journalName(nextFileNumber(namesIn(recovered.manifest)));
  const journal = await copyJournal(directory, recovered, name);
  try {
    const manifest = { ...recovered.manifest, active: { ...recovered.manifest.active, name } };
    await swapManifest(directory, manifest);
    await removeLeftovers(directory, manifest);
    const { table, isEarlier } = recovered;
    const opened = { manifest, table, journal, tornTail, isUpgraded: isEarlier };
    return isEarlier ? { ...opened, ...(await upgrade(directory, opened)) } : opened;
  } catch (error) {
    await journal.close().catch(() => {}); // report the first error, not this one
    throw error;
  }
}

/**
 * Rewrites a database of the previous format in the current format. After an interruption, either the old or
 * the new database is complete.
 */
async function upgrade(directory: DataDirectory, { manifest, table, journal }: Opened): Promise<Rewritten> {
  const number = nextFileNumber(namesIn(manifest));
  const rewritten = await writeDatabase(directory, table, journal.last, number);
  await journal.close().catch(() => {}); // it is synced, and no longer needed
  await removeLeftovers(directory, rewritten.manifest).catch(() => {}); // the next start removes them
  return rewritten;
}

/** Reads the files of a manifest. If a copy of the last journal has more records, reads the copy instead. */
async function recoverLatest(directory: DataDirectory, manifest: Manifest): Promise<Recovered> {
  const recovered = await recover(directory, manifest);
  const newer = await newerThan(directory, manifest, recovered.scan.last);
  for (const name of newer) {
    const isCopy = await beginsAs(directory, name, recovered);
    if (!isCopy) throw damagedFile(directory.pathOf(MANIFEST_FILE), `is older than ${name}`);
  }
  const name = newer.at(-1);
  if (name === undefined) return recovered;
  return recover(directory, { ...manifest, active: { ...manifest.active, name } });
}

/**
 * Whether a file begins with the good part of the last journal. An interrupted start may have left such a
 * copy. That start may have read records that were in the kernel's memory but not on disk. When it synced the
 * copy, these records became durable there.
 */
function beginsAs(directory: DataDirectory, name: string, { manifest, scan }: Recovered): Promise<boolean> {
  return directory.read(manifest.active.name, (original) =>
    directory.read(name, (copy) => areSame(original, copy, scan.goodBytes)),
  );
}

async function keepTornTail(
  directory: DataDirectory,
  { manifest, scan: { goodBytes, totalBytes } }: Recovered,
): Promise<TornTail | undefined> {
  if (totalBytes === goodBytes) return undefined;
  const name = brokenName(manifest.active.name, goodBytes);
  const kept = await directory.copy(manifest.active.name, goodBytes, totalBytes, name);
  await kept.close();
  return { bytes: totalBytes - goodBytes, keptIn: directory.pathOf(name) };
}

/** Copies the good part of the last journal to a new one; makes an empty one if there is no last journal. */
async function copyJournal(
  directory: DataDirectory,
  { manifest: { active }, scan: { last, goodBytes } }: Recovered,
  name: string,
): Promise<Journal> {
  if (goodBytes === 0) return Journal.create(directory, name, active.first);
  return Journal.resume(await directory.copy(active.name, 0, goodBytes, name), last, goodBytes);
}
