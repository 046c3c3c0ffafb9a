/**
 * Leftovers: files of a database that its manifest does not list. The store was interrupted before it listed
 * a new file, or before it removed an old file.
 */

import type { DataDirectory } from '../files/data-directory.js';
import { fileNumberOf, isDataFile, isSnapshot, nextFileNumber } from '../files/file-names.js';
import { type Manifest, namesIn } from '../format/manifest.js';
import { lastInJournal, lastInSnapshot } from './last-record.js';

/** Removes the leftovers. Keeps a file that has the name of a database file but not the header of one. */
export async function removeLeftovers(directory: DataDirectory, manifest: Manifest): Promise<void> {
  for (const name of await leftoversIn(directory, manifest)) await directory.remove(name);
}

/**
 * Finds leftovers that were created after the manifest and have later records than the files that the
 * manifest lists. Such leftovers show that the manifest is outdated.
 *
 * @param last The last record in the files that the manifest lists.
 */
export async function newerThan(
  directory: DataDirectory,
  manifest: Manifest,
  last: number,
): Promise<string[]> {
  const next = nextFileNumber(namesIn(manifest));
  const newer: string[] = [];
  for (const name of await leftoversIn(directory, manifest)) {
    if ((fileNumberOf(name) ?? 0) < next) continue;
    const lastIn = isSnapshot(name) ? lastInSnapshot : lastInJournal;
    if ((await lastIn(directory, name)) > last) newer.push(name);
  }
  return newer;
}

/**
 * Once there is a manifest, the earliest journal is a leftover too. If this journal stayed and the manifest
 * was lost, the store would take the journal for the whole database.
 */
async function leftoversIn(directory: DataDirectory, manifest: Manifest): Promise<string[]> {
  const listed = new Set(namesIn(manifest));
  const leftovers: string[] = [];
  for (const name of await directory.list()) {
    const mayBe = isDataFile(name) && !listed.has(name);
    if (mayBe && (await hasHeader(directory, name))) leftovers.push(name);
  }
  return leftovers;
}

const OUR_HEADERS = ['im-snapshot ', 'im-journal '] as const;

function hasHeader(directory: DataDirectory, name: string): Promise<boolean> {
  return directory.read(name, async (file) => {
    const buffer = Buffer.alloc(OUR_HEADERS[0].length);
    const length = await file.read(buffer, 0);
    return OUR_HEADERS.some((header) => buffer.toString('latin1', 0, length).startsWith(header));
  });
}
