/**
 * Saves the readable part of a damaged database.
 *
 * Applies every readable line whose change is still possible, even if the lines around it are damaged. Writes
 * the result as a new database, and keeps copies of the old files under other names.
 */

import type { DataDirectory } from '../files/data-directory.js';
import {
  brokenName,
  fileNumberOf,
  isDataFile,
  isSnapshot,
  MANIFEST_FILE,
  nextFileNumber,
} from '../files/file-names.js';
import { type Manifest, namesIn, readManifest } from '../format/manifest.js';
import { type ReportLine, readSnapshot } from '../format/snapshot.js';
import { isStoreError } from '../store.js';
import { UserTable } from '../tables/user-table.js';
import { lastInJournal, lastInSnapshot, readRecords } from './last-record.js';
import { newerThan } from './leftovers.js';
import { writeDatabase } from './rewriting.js';

/** A line that could not be saved. */
export interface DroppedLine {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** The offset of the line in the file, in bytes. */
  readonly byte: number;
  readonly reason: string;
}

/** The readable part of a database. */
export interface Salvage {
  readonly table: UserTable;
  /** The last record whose change was applied. */
  readonly last: number;
}

/**
 * Reads every readable line of the database in a directory.
 *
 * @throws StoreError `store.unusable` when a newer version wrote the database.
 */
export async function salvage(
  directory: DataDirectory,
  onDropped: (dropped: DroppedLine) => void,
): Promise<Salvage> {
  const reporter =
    (name: string): ReportLine =>
    (line, byte, reason) =>
      onDropped({ path: directory.pathOf(name), line, byte, reason });
  const names = await namesToRead(directory, reporter(MANIFEST_FILE));
  const table = new UserTable();
  let last = 0;
  // Use the snapshot with the latest records. An unfinished snapshot sorts first, so it is used only if there
  // is no finished one.
  const snapshot = (await inOrder(directory, names.filter(isSnapshot), lastInSnapshot)).at(-1);
  if (snapshot !== undefined) {
    const path = directory.pathOf(snapshot);
    const read = await directory.read(snapshot, (file) =>
      readSnapshot(file, path, table, reporter(snapshot)),
    );
    last = read.last ?? 0;
  }
  const journals = names.filter((name) => !isSnapshot(name));
  for (const journal of await inOrder(directory, journals, lastInJournal)) {
    last = await replay(directory, journal, table, last, reporter(journal));
  }
  table.endReplay();
  return { table, last };
}

/**
 * Writes the saved part as a new database. Copies all old files to other names, and returns the paths of the
 * copies.
 */
export async function rewrite(
  directory: DataDirectory,
  { table, last }: Salvage,
): Promise<readonly string[]> {
  const names = await directory.list();
  const kept: string[] = [];
  for (const name of names) {
    if (name === MANIFEST_FILE || isDataFile(name)) kept.push(await keepCopy(directory, name, names));
  }
  const { journal } = await writeDatabase(directory, table, last, nextFileNumber(names));
  await journal.close();
  return kept;
}

/** Copies a file to an unused name; returns the path of the copy. */
async function keepCopy(directory: DataDirectory, name: string, taken: readonly string[]): Promise<string> {
  let copy = brokenName(name);
  for (let count = 2; taken.includes(copy); count++) copy = brokenName(name, count);
  await (await directory.copy(name, 0, Number.POSITIVE_INFINITY, copy)).close();
  return directory.pathOf(copy);
}

/**
 * Returns the names of the files that the manifest lists. If the manifest is missing, damaged or outdated, or
 * one of its files is missing, returns all names of snapshots and journals in the directory.
 */
async function namesToRead(directory: DataDirectory, report: ReportLine): Promise<string[]> {
  const present = await directory.list();
  try {
    const manifest = await readManifest(directory);
    const listed = manifest === undefined ? [] : namesIn(manifest);
    const missing = listed.filter((name) => !present.includes(name));
    for (const name of missing) report(1, 0, `it lists ${name}, which is missing`);
    const isWhole = manifest !== undefined && missing.length === 0;
    const newer = isWhole ? await newerThan(directory, manifest, await lastIn(directory, manifest)) : [];
    for (const name of newer) report(1, 0, `it is older than ${name}`);
    if (isWhole && newer.length === 0) return listed;
  } catch (error) {
    if (!isStoreError(error, 'store.corrupt')) throw error;
    report(1, 0, 'it is damaged');
  }
  return present.filter(isDataFile);
}

/** The number of the last readable record in the files of a manifest. */
async function lastIn(directory: DataDirectory, { active }: Manifest): Promise<number> {
  return Math.max(active.first - 1, await lastInJournal(directory, active.name));
}

/** Sorts names by the last records of their files. */
async function inOrder(
  directory: DataDirectory,
  names: readonly string[],
  lastIn: (directory: DataDirectory, name: string) => Promise<number>,
): Promise<string[]> {
  const files: { readonly name: string; readonly last: number; readonly number: number }[] = [];
  for (const name of names) {
    files.push({ name, last: await lastIn(directory, name), number: fileNumberOf(name) ?? 0 });
  }
  files.sort((a, b) => a.last - b.last || a.number - b.number);
  return files.map(({ name }) => name);
}

/** Applies the records of a journal that come after record `after`; returns the number of the last record. */
async function replay(
  directory: DataDirectory,
  name: string,
  table: UserTable,
  after: number,
  report: ReportLine,
): Promise<number> {
  let last = after;
  await readRecords(directory, name, (record, line, byte) => {
    if (line === 1) return; // the header: records are readable without it
    if (record === undefined) return report(line, byte, 'it is not a valid record');
    if (record.sequence <= last) return; // already applied
    last = record.sequence;
    if (!table.replay(record.change)) report(line, byte, 'it no longer has an effect');
  });
  return last;
}
