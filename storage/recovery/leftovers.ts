/**
 * Leftovers: files of a database that its manifest does not list. Something was interrupted before they were
 * listed, or after.
 */

import type { DataDirectory } from '../files/data-directory.js';
import { fileNumberOf, isDataFile, isSnapshot, nextFileNumber } from '../files/file-names.js';
import { type Manifest, namesIn } from '../format/manifest.js';
import { lastInJournal, lastInSnapshot } from './last-record.js';

/** Removes the leftovers. A file that only has such a name is left alone. */
export async function removeLeftovers(directory: DataDirectory, manifest: Manifest): Promise<void> {
  for (const name of await leftoversIn(directory, manifest)) await directory.remove(name);
}

/**
 * Leftovers that were begun after the manifest, and have more records than what it lists: the manifest is of
 * an earlier time than they are.
 *
 * @param last The last record in what the manifest lists.
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

/** The earliest journal is one, once taken over: without a manifest it would be the database again. */
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
