/**
 * What operators do with a data directory: check, export, import.
 */

import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { toDisplayText } from '../protocol/display-text.js';
import { DataDirectory } from '../storage/files/data-directory.js';
import { DISK } from '../storage/files/disk.js';
import { isGone, systemReason } from '../storage/files/file-error.js';
import { MANIFEST_FILE } from '../storage/files/file-names.js';
import { withFile, writeAll } from '../storage/files/files.js';
import { refuseUnended } from '../storage/recovery/recovery.js';
import { type DroppedLine, salvage } from '../storage/recovery/repair.js';
import { isStoreError } from '../storage/store.js';
import type { UserTable } from '../storage/tables/user-table.js';
import { describe, readDatabase } from '../storage/text/database-check.js';
import { openTextStore } from '../storage/text/text-store.js';
import { readDump, writeDump } from '../storage/transfer/dump.js';
import { importUsers, type ReadUsers } from '../storage/transfer/import.js';
import { readOriginalLayout } from '../storage/transfer/original-layout.js';
import { complain, EXIT, outliveReader, textOption, writeOut } from './command-line.js';
import { whyUnsafe } from './data-access.js';
import { Progress } from './progress.js';

/**
 * While an import goes on, a snapshot is made when the journals have more bytes than this. It makes one at its
 * end; each before that only shortens the start after an import that was interrupted.
 */
const IMPORT_JOURNAL_BYTES = 1024 * 1024 * 1024;

/** Adds the commands to the server's. */
export function addDataCommands(command: Command): void {
  const name = command.name();
  const run = (work: () => Promise<void>) => finish(name, work);
  command
    .command('check')
    .description('read all files of a data directory, and say whether they are good')
    .argument('<dir>', 'the data directory; a server may be using it')
    .action((directory: string) => run(() => check(name, dataDirectory(directory))));
  command
    .command('export')
    .description('write all users and their buddies as plain text, a line for each user')
    .argument('<dir>', 'the data directory; a server may be using it')
    .argument('[file]', 'where to; standard output without it', textOption)
    .option('--force', 'replace a file that is there')
    .action((directory: string, file: string | undefined, { force }: { readonly force?: true }) =>
      run(() => exportTo(name, dataDirectory(directory), file, force === true)),
    );
  command
    .command('import')
    .description('take over users and buddies; done again, it goes on where it was interrupted')
    .argument('<dir>', 'the data directory; no server may be using it')
    .argument('<file>', "what `export` wrote, or the original server's directory of <id>.txt files")
    .action((directory: string, file: string) => run(() => importFrom(name, resolve(directory), file)));
}

async function finish(name: string, work: () => Promise<void>): Promise<void> {
  outliveReader(name);
  try {
    await work();
  } catch (error) {
    const { path, message, cause } = error as NodeJS.ErrnoException;
    const reason = systemReason(error);
    const why = systemReason(cause);
    if (reason !== undefined) complain(name, `${path ?? 'a file'}: ${reason}`);
    else complain(name, why === undefined || message.includes(why) ? message : `${message} (${why})`);
    process.exit(EXIT.failed);
  }
}

function dataDirectory(path: string): DataDirectory {
  return new DataDirectory(DISK, resolve(path));
}

async function check(name: string, directory: DataDirectory): Promise<void> {
  try {
    let read = await readDatabase(directory);
    // A server may be writing that line: then it has its LF by the second reading.
    if (read.scan.unendedLine !== undefined) read = await readDatabase(directory);
    refuseUnended(directory, read);
    for (const line of describe(directory, read)) print(line);
    await refuseUnsafe(name, directory.path);
  } catch (error) {
    if (!isStoreError(error, 'store.corrupt')) throw error;
    const { table } = await salvage(directory, (line) => complain(name, inWords(line)));
    complain(name, `${table.size} users can be saved with --repair`);
    throw error;
  }
}

function inWords({ path, line, byte, reason }: DroppedLine): string {
  return `${path}, line ${line}, byte ${byte}: ${reason}`;
}

async function exportTo(
  name: string,
  directory: DataDirectory,
  path: string | undefined,
  replaces: boolean,
): Promise<void> {
  const warn = (message: string) => complain(name, message);
  const reason = await whyUnsafe(directory.path, warn);
  // What is there can be taken elsewhere: that may be the remedy.
  if (reason !== undefined) warn(reason);
  const { table } = await readDatabase(directory);
  if (path === undefined) await writeDump(table, print);
  else await exportToFile(table, await targetOf(directory, path, replaces));
}

/**
 * Where to write, links followed. A file that is there is replaced only if that is asked for; what is no regular
 * file, or is part of a database, never.
 */
async function targetOf(directory: DataDirectory, path: string, replaces: boolean): Promise<string> {
  const isFile = await stat(path).then(
    (found) => found.isFile(),
    (error) => {
      if (isGone(error)) return undefined;
      throw error;
    },
  );
  if (isFile === false) throw new Error(`${path} is no file: leave it away, and redirect standard output`);
  const target =
    isFile === undefined ? join(await realpath(dirname(path)), basename(path)) : await realpath(path);
  if (dirname(target) === (await realpath(directory.path))) {
    throw new Error(`${path} is in the data directory: choose another place`);
  }
  if (isFile && !replaces)
    throw new Error(`${path} exists: choose another name, or add --force to replace it`);
  return target;
}

/** Writes under another name first: whoever finds the file finds all of it. */
async function exportToFile(table: UserTable, path: string): Promise<void> {
  const part = `${path}.${process.pid}.part`;
  const progress = new Progress();
  try {
    await withFile(DISK.create(part), async (file) => {
      let written = 0;
      await writeDump(table, async (bytes) => {
        await writeAll(file, bytes, written);
        written += bytes.length;
        progress.show(`${written.toLocaleString('en')} bytes written`);
      });
      await file.datasync();
    });
    await DISK.rename(part, path);
    await DISK.syncDirectory(dirname(path));
  } finally {
    await DISK.remove(part).catch(() => {}); // after the rename there is none
    progress.clear();
  }
}

async function importFrom(name: string, directory: string, path: string): Promise<void> {
  const readUsers = await sourceOf(directory, path);
  await refuseUnsafe(name, directory);
  const store = await openTextStore(directory, { minCompactionBytes: IMPORT_JOURNAL_BYTES });
  const progress = new Progress();
  try {
    const report = await importUsers(store, readUsers, {
      onSkip(at, reason) {
        progress.clear();
        complain(name, `${at}: skipped, ${reason}`);
      },
      onProgress: (stage, done) => progress.show(`${done.toLocaleString('en')} ${stage}`),
    });
    progress.show('writing a snapshot');
    await store.compact();
    progress.clear();
    const { users, buddies, usersBefore, buddiesBefore, skipped } = report;
    print(`imported: users ${users}, buddies ${buddies}`);
    print(`there already: users ${usersBefore}, buddies ${buddiesBefore}`);
    print(`skipped: ${skipped}`);
  } finally {
    progress.clear();
    await store.close();
  }
}

/** As a start does. */
async function refuseUnsafe(name: string, directory: string): Promise<void> {
  const reason = await whyUnsafe(directory, (message) => complain(name, message));
  if (reason !== undefined) throw new Error(reason);
}

async function sourceOf(directory: string, path: string): Promise<ReadUsers> {
  const found = await stat(path);
  const isDirectory = found.isDirectory();
  if (!isDirectory && !found.isFile()) throw new Error(`${path} is no file, and no directory`);
  if (isDirectory && (await isDatabase(path)))
    throw new Error(`${path} is a data directory: export it first`);
  if (isDirectory && resolve(path) === directory) throw new Error(`${path} cannot be imported into itself`);
  // A link to a dump is followed, here and not later.
  const target = await realpath(path);
  return (take, skip) =>
    isDirectory
      ? readOriginalLayout(path, take, skip)
      : withFile(DISK.open(target), (file) => readDump(file, path, take, skip));
}

async function isDatabase(directory: string): Promise<boolean> {
  return (await readdir(directory)).includes(MANIFEST_FILE);
}

/** Prints a line, or whole lines as they are. */
function print(text: string | Buffer): Promise<void> {
  return writeOut(typeof text === 'string' ? `${toDisplayText(text)}\n` : text);
}
