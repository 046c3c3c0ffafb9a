/**
 * Saving what can be saved of a damaged database.
 *
 * Every line that can be read counts, whatever is around it, and what it asks for is done if that is still possible. The
 * result is written as a new database. Files of which something was dropped are kept, under another name.
 */

import { join } from 'node:path';
import { copyRange, type Files, fillFile, withFile } from './files.js';
import { Journal } from './journal.js';
import { type JournalRecord, MAX_RECORD_BYTES, parseRecord } from './journal-record.js';
import { readLines } from './lines.js';
import { MANIFEST_FILE, namesIn, readManifest, swapManifest } from './manifest.js';
import { journalName, snapshotName } from './opening.js';
import { EARLIEST_JOURNAL, fileNumberOf } from './recovery.js';
import { type ReportLine, readSnapshot, writeSnapshot } from './snapshot.js';
import { StoreError } from './store.js';
import { UserTable } from './user-table.js';

const CR = 0x0d;

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
  /** Names of files of which something was dropped. */
  readonly damaged: ReadonlySet<string>;
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
  const damaged = new Set<string>();
  const reporter =
    (name: string): ReportLine =>
    (line, byte, reason) => {
      damaged.add(name);
      onDropped({ path: join(directory, name), line, byte, reason });
    };
  const names = await namesToRead(files, directory, reporter(MANIFEST_FILE));
  const base = await readLatestSnapshot(files, directory, names, reporter);
  const journals = await inOrder(files, directory, names);
  let { last } = base;
  for (const name of journals) {
    last = await replay(files, join(directory, name), base.table, last, reporter(name));
  }
  return { table: base.table, last, damaged };
}

/** Writes what was read as a new database, and keeps the files of which something was dropped. */
export async function rewrite(
  files: Files,
  directory: string,
  { table, last, damaged }: Salvage,
): Promise<readonly string[]> {
  const names = await files.list(directory);
  const kept: string[] = [];
  for (const name of names.filter((name) => damaged.has(name))) {
    kept.push(join(directory, `${name}.broken`));
    await keep(files, join(directory, name));
  }
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

async function keep(files: Files, path: string): Promise<void> {
  const copy = await withFile(files.open(path), (from) =>
    fillFile(files, `${path}.broken`, (to) => copyRange(from, 0, Number.POSITIVE_INFINITY, to)),
  );
  await copy.close();
}

/** The files that the manifest lists and that are there; without a manifest, all that could be listed. */
async function namesToRead(files: Files, directory: string, report: ReportLine): Promise<string[]> {
  const present = await files.list(directory);
  try {
    const manifest = await readManifest(files, directory);
    if (manifest !== undefined) {
      const listed = namesIn(manifest);
      for (const name of listed)
        if (!present.includes(name)) report(1, 0, `it lists ${name}, which is missing`);
      return listed.filter((name) => present.includes(name));
    }
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'store.corrupt') throw error;
    report(1, 0, 'it is damaged');
  }
  return present.filter((name) => name === EARLIEST_JOURNAL || fileNumberOf(name) !== undefined);
}

interface Base {
  readonly table: UserTable;
  readonly last: number;
}

async function readLatestSnapshot(
  files: Files,
  directory: string,
  names: readonly string[],
  reporter: (name: string) => ReportLine,
): Promise<Base> {
  const [name] = names
    .filter((name) => name.startsWith('snapshot-'))
    .sort(byNumber)
    .reverse();
  const table = new UserTable();
  if (name === undefined) return { table, last: 0 };
  const path = join(directory, name);
  const last = await withFile(files.open(path), (file) => readSnapshot(file, path, table, reporter(name)));
  return { table, last: last ?? 0 };
}

/** The journals, in the order of their records. */
async function inOrder(files: Files, directory: string, names: readonly string[]): Promise<string[]> {
  const firsts = new Map<string, number>();
  for (const name of names.filter((name) => name.startsWith('journal')).sort(byNumber)) {
    let first = Number.POSITIVE_INFINITY;
    await readRecords(files, join(directory, name), (record) => {
      first = Math.min(first, record?.sequence ?? Number.POSITIVE_INFINITY);
    });
    firsts.set(name, first);
  }
  return [...firsts.keys()].sort((a, b) => (firsts.get(a) ?? 0) - (firsts.get(b) ?? 0));
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

async function readRecords(
  files: Files,
  path: string,
  take: (record: JournalRecord | undefined, line: number, byte: number) => void,
): Promise<void> {
  let line = 0;
  await withFile(files.open(path), (file) =>
    readLines(file, { maxLineBytes: MAX_RECORD_BYTES }, (data, start, end, byte) => {
      line += 1;
      // An editor may have ended the lines in its own way.
      take(parseRecord(data, start, data[end - 1] === CR ? end - 1 : end), line, byte);
    }),
  );
}

function byNumber(a: string, b: string): number {
  return (fileNumberOf(a) ?? 0) - (fileNumberOf(b) ?? 0);
}
