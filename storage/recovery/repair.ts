/**
 * Saving what can be saved of a damaged database.
 *
 * Every line that can be read counts, whatever is around it, and what it asks for is done if that is still
 * possible. The result is written as a new database. The files that there were are kept, under other names.
 */

import type { DataDirectory } from '../files/data-directory.js';
import {
  brokenName,
  fileNumberOf,
  isDataFile,
  isSnapshot,
  journalName,
  MANIFEST_FILE,
  nextFileNumber,
  snapshotName,
} from '../files/file-names.js';
import { Journal } from '../format/journal.js';
import { type Manifest, namesIn, readManifest, swapManifest } from '../format/manifest.js';
import { type ReportLine, readSnapshot, writeSnapshot } from '../format/snapshot.js';
import { isStoreError } from '../store.js';
import { UserTable } from '../tables/user-table.js';
import { lastInJournal, lastInSnapshot, readRecords } from './last-record.js';
import { newerThan } from './leftovers.js';

/** A line of which nothing could be saved. */
export interface DroppedLine {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** Where it begins in the file. */
  readonly byte: number;
  readonly reason: string;
}

/** What could be read. */
export interface Salvage {
  readonly table: UserTable;
  /** The last record whose change is there. */
  readonly last: number;
}

/**
 * Reads what can be read of a directory.
 *
 * @throws StoreError `store.unusable` when a newer version wrote it.
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
  // The one that goes furthest; one that was not finished only if there is no other.
  const snapshot = (await inOrder(directory, names.filter(isSnapshot), lastInSnapshot)).at(-1);
  if (snapshot !== undefined) {
    const path = directory.pathOf(snapshot);
    last =
      (await directory.read(snapshot, (file) => readSnapshot(file, path, table, reporter(snapshot)))) ?? 0;
  }
  const journals = names.filter((name) => !isSnapshot(name));
  for (const journal of await inOrder(directory, journals, lastInJournal)) {
    last = await replay(directory, journal, table, last, reporter(journal));
  }
  return { table, last };
}

/**
 * Writes what was read as a new database; all files that there were are kept, under other names, which it
 * returns.
 */
export async function rewrite(
  directory: DataDirectory,
  { table, last }: Salvage,
): Promise<readonly string[]> {
  const names = await directory.list();
  const kept: string[] = [];
  for (const name of names) {
    if (name === MANIFEST_FILE || isDataFile(name)) kept.push(await keep(directory, name, names));
  }
  const number = nextFileNumber(names);
  const snapshot = snapshotName(number);
  const frozen = table.freeze();
  const bytes = await writeSnapshot(directory, snapshot, frozen, table, { last });
  frozen.release();
  const active = { name: journalName(number + 1), first: last + 1 };
  await (await Journal.create(directory, active.name, active.first)).close();
  await swapManifest(directory, { snapshot: { name: snapshot, last, bytes }, sealed: [], active });
  return kept;
}

/** Copies a file to a name that is free; returns where it is kept. */
async function keep(directory: DataDirectory, name: string, taken: readonly string[]): Promise<string> {
  let copy = brokenName(name);
  for (let count = 2; taken.includes(copy); count++) copy = brokenName(name, count);
  await (await directory.copy(name, 0, Number.POSITIVE_INFINITY, copy)).close();
  return directory.pathOf(copy);
}

/** The files that the manifest lists; all that could be, when it is not there, or one of them is not. */
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

/** The last record in what a manifest lists, as good as can be told. */
async function lastIn(directory: DataDirectory, { active }: Manifest): Promise<number> {
  return Math.max(active.first - 1, await lastInJournal(directory, active.name));
}

/** Names in the order in which the files end. */
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

/** Does what a journal's records ask for that come after another; returns the last one of them all. */
async function replay(
  directory: DataDirectory,
  name: string,
  table: UserTable,
  after: number,
  report: ReportLine,
): Promise<number> {
  let last = after;
  await readRecords(directory, name, (record, line, byte) => {
    if (line === 1) return; // the header: the others speak for themselves
    if (record === undefined) return report(line, byte, 'no record can be read there');
    if (record.sequence <= last) return; // it was done before
    last = record.sequence;
    if (table.apply(record.change).effect === undefined) report(line, byte, 'it has no effect any more');
  });
  return last;
}
