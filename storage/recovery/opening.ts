/**
 * Opening a database: what is on disk becomes a table in memory and a journal to write to.
 */

import { join } from 'node:path';
import { areSame, copyRange, type Files, fillFile, withFile } from '../files/files.js';
import { Journal } from '../format/journal.js';
import { damagedFile, MANIFEST_FILE, type Manifest, namesIn, swapManifest } from '../format/manifest.js';
import { UserTable } from '../tables/user-table.js';
import { lastInJournal, lastInSnapshot } from './last-record.js';
import {
  EARLIEST_JOURNAL,
  fileNumberOf,
  findManifest,
  journalName,
  type Recovered,
  recover,
} from './recovery.js';

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
 * Reads what there is, and begins to write: always in a new file. What was read back of the last journal is written
 * anew, and synced: it may have come from memory, and not be on disk, after a sync that failed.
 *
 * @throws StoreError `store.unusable` or `store.corrupt`, or what the file system throws.
 */
export async function openDatabase(files: Files, directory: string): Promise<Opened> {
  const found = await findManifest(files, directory);
  const opened =
    found === undefined
      ? await createDatabase(files, directory)
      : await goOn(files, directory, await recoverLatest(files, directory, found));
  await closeIfFails(opened.journal, removeLeftovers(files, directory, opened.manifest));
  return opened;
}

async function recoverLatest(files: Files, directory: string, manifest: Manifest): Promise<Recovered> {
  const recovered = await recover(files, directory, manifest);
  const newer = await newerThan(files, directory, manifest, recovered.scan.last);
  for (const name of newer) {
    const isCopy = await beginsAs(files, directory, name, recovered);
    if (!isCopy) throw damagedFile(join(directory, MANIFEST_FILE), `is older than ${name}`);
  }
  const name = newer.at(-1);
  if (name === undefined) return recovered;
  return recover(files, directory, { ...manifest, active: { ...manifest.active, name } });
}

/**
 * Whether a file is a copy of the last journal, with what that has lost: a start that was interrupted made it, of what it
 * read from memory and the disk did not have.
 */
async function beginsAs(
  files: Files,
  directory: string,
  name: string,
  recovered: Recovered,
): Promise<boolean> {
  const { manifest, scan } = recovered;
  return withFile(files.open(join(directory, manifest.active.name)), (original) =>
    withFile(files.open(join(directory, name)), (copy) => areSame(original, copy, scan.goodBytes)),
  );
}

async function createDatabase(files: Files, directory: string): Promise<Opened> {
  const active = { name: journalName(1), first: 1 };
  const journal = await Journal.create(files, join(directory, active.name), active.first);
  const manifest = { sealed: [], active };
  await closeIfFails(journal, swapManifest(files, directory, manifest));
  return { manifest, table: new UserTable(), journal, tornTail: undefined };
}

async function goOn(files: Files, directory: string, recovered: Recovered): Promise<Opened> {
  const { table, scan } = recovered;
  const { active: old } = recovered.manifest;
  const active = { name: journalName(nextNumber(recovered.manifest)), first: old.first };
  const path = join(directory, old.name);
  return withFile(files.open(path), async (from) => {
    const { goodBytes, totalBytes } = scan;
    let tornTail: TornTail | undefined;
    if (totalBytes > goodBytes) {
      tornTail = { bytes: totalBytes - goodBytes, keptIn: `${path}.${goodBytes}.broken` };
      const kept = await fillFile(files, tornTail.keptIn, (to) => copyRange(from, goodBytes, totalBytes, to));
      await kept.close();
    }
    const file = await fillFile(files, join(directory, active.name), (to) =>
      copyRange(from, 0, goodBytes, to),
    );
    const journal = Journal.of(file, scan.last, goodBytes);
    const manifest = { ...recovered.manifest, active };
    await closeIfFails(journal, swapManifest(files, directory, manifest));
    return { manifest, table, journal, tornTail };
  });
}

/** Awaits what must be done before a journal can be used. */
async function closeIfFails(journal: Journal, done: Promise<void>): Promise<void> {
  try {
    await done;
  } catch (error) {
    await journal.close().catch(() => {}); // the first error is the one to tell of
    throw error;
  }
}

/**
 * Removes files of the database that are not listed: something was interrupted before they were, or after. What only
 * has such a name is left alone.
 */
export async function removeLeftovers(files: Files, directory: string, manifest: Manifest): Promise<void> {
  for (const name of await leftoversIn(files, directory, manifest)) await files.remove(join(directory, name));
}

async function leftoversIn(files: Files, directory: string, manifest: Manifest): Promise<string[]> {
  const listed = new Set(namesIn(manifest));
  const leftovers: string[] = [];
  for (const name of await files.list(directory)) {
    // The earliest journal was taken over: were it left, it would be the database again without a manifest.
    const mayBe = !listed.has(name) && (name === EARLIEST_JOURNAL || fileNumberOf(name) !== undefined);
    if (mayBe && (await hasHeader(files, join(directory, name)))) leftovers.push(name);
  }
  return leftovers;
}

function hasHeader(files: Files, path: string): Promise<boolean> {
  return withFile(files.open(path), async (file) => {
    const buffer = Buffer.alloc(OUR_HEADERS[0].length);
    const length = await file.read(buffer, 0);
    return OUR_HEADERS.some((header) => buffer.toString('latin1', 0, length).startsWith(header));
  });
}

const OUR_HEADERS = ['im-snapshot ', 'im-journal '] as const;

/**
 * Files that were begun after the manifest, and have more than what it lists: it is from another time than they.
 *
 * @param known The last record in what it lists; as good as can be told, by default.
 */
export async function newerThan(
  files: Files,
  directory: string,
  manifest: Manifest,
  known?: number,
): Promise<string[]> {
  const { active } = manifest;
  const last = known ?? Math.max(active.first - 1, await lastInJournal(files, join(directory, active.name)));
  const newer: string[] = [];
  for (const name of await leftoversIn(files, directory, manifest)) {
    if ((fileNumberOf(name) ?? 0) < nextNumber(manifest)) continue;
    const path = join(directory, name);
    const lastIn = name.startsWith('snapshot') ? lastInSnapshot : lastInJournal;
    if ((await lastIn(files, path)) > last) newer.push(name);
  }
  return newer;
}

/** A number that no file has which a manifest lists. */
export function nextNumber(manifest: Manifest): number {
  return 1 + Math.max(0, ...namesIn(manifest).map((name) => fileNumberOf(name) ?? 0));
}
