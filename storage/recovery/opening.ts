/**
 * Opening a database: what is on disk becomes a table in memory and a journal to write to.
 */

import type { DataDirectory } from '../files/data-directory.js';
import { brokenName, journalName, MANIFEST_FILE, nextFileNumber } from '../files/file-names.js';
import { areSame } from '../files/files.js';
import { Journal } from '../format/journal.js';
import { damagedFile, type Manifest, namesIn, swapManifest } from '../format/manifest.js';
import type { UserTable } from '../tables/user-table.js';
import { newerThan, removeLeftovers } from './leftovers.js';
import { emptyDatabase, findManifest, type Recovered, recover, refuseUnended } from './recovery.js';

/** An interrupted write that was left out, and where it was kept. */
export interface TornTail {
  readonly bytes: number;
  readonly keptIn: string;
}

export interface Opened {
  readonly manifest: Manifest;
  readonly table: UserTable;
  readonly journal: Journal;
  readonly tornTail: TornTail | undefined;
}

/**
 * Reads what there is, and begins to write: always in a new file. What was read back of the last journal is
 * written anew, and synced: it may have come from memory, and not be on disk, after a sync that failed.
 *
 * @param refusesUnended True to refuse a last record that only lacks its LF. Otherwise it counts as an
 * interrupted write, which a crash may leave.
 * @throws StoreError `store.unusable` or `store.corrupt`, or what the file system throws.
 */
export async function openDatabase(directory: DataDirectory, refusesUnended = false): Promise<Opened> {
  const found = await findManifest(directory);
  const recovered = found === undefined ? emptyDatabase() : await recoverLatest(directory, found);
  if (refusesUnended) refuseUnended(directory, recovered);
  const tornTail = await keepTornTail(directory, recovered);
  const name = journalName(nextFileNumber(namesIn(recovered.manifest)));
  const journal = await takeOver(directory, recovered, name);
  try {
    const manifest = { ...recovered.manifest, active: { ...recovered.manifest.active, name } };
    await swapManifest(directory, manifest);
    await removeLeftovers(directory, manifest);
    return { manifest, table: recovered.table, journal, tornTail };
  } catch (error) {
    await journal.close().catch(() => {}); // the first error is the one to tell of
    throw error;
  }
}

/** Reads what a manifest lists; instead of the last journal, a copy that has what the journal has lost. */
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
 * Whether a file is a copy of the last journal, with what that has lost: a start that was interrupted made
 * it, of what it read from memory and the disk did not have.
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

/** Copies what is good of the last journal to a new one; where there is none, begins one. */
async function takeOver(
  directory: DataDirectory,
  { manifest: { active }, scan: { last, goodBytes } }: Recovered,
  name: string,
): Promise<Journal> {
  if (goodBytes === 0) return Journal.create(directory, name, active.first);
  return Journal.of(await directory.copy(active.name, 0, goodBytes, name), last, goodBytes);
}
