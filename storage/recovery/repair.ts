/**
 * Saving what can be saved of a damaged database.
 *
 * Every line that can be read counts, whatever is around it, and what it asks for is done if that is still possible. The
 * result is written as a new database. The files that there were are kept, under other names.
 */

import { join } from 'node:path';
import { copyRange, type Files, fillFile, withFile } from '../files/files.js';
import { Journal } from '../format/journal.js';
import { MANIFEST_FILE, namesIn, readManifest, swapManifest } from '../format/manifest.js';
import { type ReportLine, readSnapshot, writeSnapshot } from '../format/snapshot.js';
import { isStoreError } from '../store.js';
import { UserTable } from '../tables/user-table.js';
import { lastInJournal, lastInSnapshot, readRecords } from './last-record.js';
import { newerThan } from './opening.js';
import { EARLIEST_JOURNAL, fileNumberOf, journalName, snapshotName } from './recovery.js';

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
  files: Files,
  directory: string,
  onDropped: (dropped: DroppedLine) => void,
): Promise<Salvage> {
  const reporter =
    (name: string): ReportLine =>
    (line, byte, reason) =>
      onDropped({ path: join(directory, name), line, byte, reason });
  const names = await namesToRead(files, directory, reporter(MANIFEST_FILE));
  const base = await readLatestSnapshot(files, directory, names, reporter);
  const journals = await journalsIn(files, directory, names);
  let { last } = base;
  for (const name of journals) {
    last = await replay(files, join(directory, name), base.table, last, reporter(name));
  }
  return { table: base.table, last };
}

/** Writes what was read as a new database; all files that there were are kept, under other names, which it returns. */
export async function rewrite(
  files: Files,
  directory: string,
  { table, last }: Salvage,
): Promise<readonly string[]> {
  const names = await files.list(directory);
  const old = names.filter((name) => name === MANIFEST_FILE || isDataFile(name));
  const kept: string[] = [];
  for (const name of old) kept.push(await keep(files, directory, name, names));
  const number = 1 + Math.max(0, ...names.map((name) => fileNumberOf(name) ?? 0));
  const snapshot = snapshotName(number);
  const frozen = table.freeze();
  const bytes = await writeSnapshot(files, join(directory, snapshot), frozen, table, { last });
  frozen.release();
  const active = { name: journalName(number + 1), first: last + 1 };
  await (await Journal.create(files, join(directory, active.name), active.first)).close();
  await swapManifest(files, directory, { snapshot: { name: snapshot, last, bytes }, sealed: [], active });
  return kept;
}

/** Copies a file to a name that is free. */
async function keep(
  files: Files,
  directory: string,
  name: string,
  taken: readonly string[],
): Promise<string> {
  let copy = `${name}.broken`;
  for (let count = 2; taken.includes(copy); count++) copy = `${name}.${count}.broken`;
  const kept = await withFile(files.open(join(directory, name)), (from) =>
    fillFile(files, join(directory, copy), (to) => copyRange(from, 0, Number.POSITIVE_INFINITY, to)),
  );
  await kept.close();
  return join(directory, copy);
}

function isDataFile(name: string): boolean {
  return name === EARLIEST_JOURNAL || fileNumberOf(name) !== undefined;
}

/** The files that the manifest lists; all that could be, when it is not there, or one of them is not. */
async function namesToRead(files: Files, directory: string, report: ReportLine): Promise<string[]> {
  const present = await files.list(directory);
  try {
    const manifest = await readManifest(files, directory);
    const listed = manifest === undefined ? [] : namesIn(manifest);
    const missing = listed.filter((name) => !present.includes(name));
    for (const name of missing) report(1, 0, `it lists ${name}, which is missing`);
    const isWhole = manifest !== undefined && missing.length === 0;
    const newer = isWhole ? await newerThan(files, directory, manifest) : [];
    for (const name of newer) report(1, 0, `it is older than ${name}`);
    if (isWhole && newer.length === 0) return listed;
  } catch (error) {
    if (!isStoreError(error, 'store.corrupt')) throw error;
    report(1, 0, 'it is damaged');
  }
  return present.filter(isDataFile);
}

interface Base {
  readonly table: UserTable;
  readonly last: number;
}

/** Reads the snapshot that goes furthest; one that was not finished only if there is no other. */
async function readLatestSnapshot(
  files: Files,
  directory: string,
  names: readonly string[],
  reporter: (name: string) => ReportLine,
): Promise<Base> {
  const lasts = new Map<string, number>();
  for (const name of names.filter((name) => name.startsWith('snapshot-'))) {
    lasts.set(name, await lastInSnapshot(files, join(directory, name)));
  }
  const [name] = inOrder(lasts).reverse();
  const table = new UserTable();
  if (name === undefined) return { table, last: 0 };
  const path = join(directory, name);
  const last = await withFile(files.open(path), (file) => readSnapshot(file, path, table, reporter(name)));
  return { table, last: last ?? 0 };
}

/** The journals, in the order in which they end. */
async function journalsIn(files: Files, directory: string, names: readonly string[]): Promise<string[]> {
  const lasts = new Map<string, number>();
  for (const name of names.filter((name) => name.startsWith('journal'))) {
    lasts.set(name, await lastInJournal(files, join(directory, name)));
  }
  return inOrder(lasts);
}

function inOrder(lasts: ReadonlyMap<string, number>): string[] {
  const compare = ([a, aLast]: [string, number], [b, bLast]: [string, number]) =>
    aLast - bLast || (fileNumberOf(a) ?? 0) - (fileNumberOf(b) ?? 0);
  return [...lasts].sort(compare).map(([name]) => name);
}

/** Does what a journal's records ask for that come after another; returns the last one of them all. */
async function replay(
  files: Files,
  path: string,
  table: UserTable,
  after: number,
  report: ReportLine,
): Promise<number> {
  let last = after;
  await readRecords(files, path, (record, line, byte) => {
    if (line === 1) return; // the header: the others speak for themselves
    if (record === undefined) return report(line, byte, 'no record can be read there');
    if (record.sequence <= last) return; // it was done before
    last = record.sequence;
    if (table.apply(record.change).effect === undefined) report(line, byte, 'it has no effect any more');
  });
  return last;
}
