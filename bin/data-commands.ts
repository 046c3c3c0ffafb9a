/**
 * The operator's commands for a data directory: check, export, import.
 */

import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { toDisplayText } from '../protocol/display-text.js';
import { DataDirectory } from '../storage/files/data-directory.js';
import { DISK } from '../storage/files/disk.js';
import { isGone } from '../storage/files/file-error.js';
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
import { complain, textOption, withExamples, writeOut } from './command-line.js';
import { findAccessProblem } from './data-access.js';
import { Progress } from './progress.js';
import { refuseUnsafe, runCommand } from './running-commands.js';

/**
 * Size of the journals, in bytes, at which a running import makes a snapshot. An import always makes one at
 * its end. A snapshot before that only shortens the start after an interrupted import.
 */
const IMPORT_JOURNAL_BYTES = 1024 * 1024 * 1024;

/** Adds the commands to the server's command line. */
export function addDataCommands(program: Command): void {
  const name = program.name();
  const run = (work: () => Promise<void>) => runCommand(name, work);
  const check = program
    .command('check')
    .description('check every file of a data directory, and report any damage')
    .argument('<dir>', 'the data directory; a server may be using it')
    .action((directory: string) => run(() => checkDirectory(name, dataDirectory(directory))));
  withExamples(check, [
    'im-server check /srv/im',
    'print the state of each file; exit with 0 if all are good',
  ]);
  const exporting = program
    .command('export')
    .description('write all users and their buddies as plain text, one line per user')
    .argument('<dir>', 'the data directory; a server may be using it')
    .argument('[file]', 'the file to write; without it, standard output', textOption)
    .option('--force', 'replace an existing file')
    .action((directory: string, file: string | undefined, { force }: { readonly force?: true }) =>
      run(() => exportTo(name, dataDirectory(directory), file, force === true)),
    );
  withExamples(
    exporting,
    ['im-server export /srv/im users.txt', 'write all users to a new file'],
    ['im-server export /srv/im | gzip > users.txt.gz', 'write a compressed backup'],
  );
  const importing = program
    .command('import')
    .description('add users and buddies from a file or directory; run it again after an interruption')
    .argument('<dir>', 'the data directory; no server may be using it')
    .argument('<file>', "a file that `export` wrote, or the original server's directory of <id>.txt files")
    .action((directory: string, file: string) => run(() => importFrom(name, resolve(directory), file)));
  withExamples(
    importing,
    ['im-server import /srv/im users.txt', 'add the users of an export'],
    ['im-server import /srv/im /var/lib/old-server', "add the users of the original server's files"],
  );
}

function dataDirectory(path: string): DataDirectory {
  return new DataDirectory(DISK, resolve(path));
}

async function checkDirectory(name: string, directory: DataDirectory): Promise<void> {
  try {
    let read = await readDatabase(directory);
    // A running server may be writing the last line. By the second reading, the server has completed the
    // line.
    if (read.scan.unendedLine !== undefined) read = await readDatabase(directory);
    refuseUnended(directory, read);
    for (const line of describe(directory, read)) print(line);
    await refuseUnsafe(name, directory.path);
  } catch (error) {
    if (!isStoreError(error, 'store.corrupt')) throw error;
    const { table } = await salvage(directory, (line) => complain(name, describeDroppedLine(line)));
    complain(name, `${table.countUsers()} users can be saved with --repair`);
    throw error;
  }
}

function describeDroppedLine({ path, line, byte, reason }: DroppedLine): string {
  return `${path}, line ${line}, byte ${byte}: ${reason}`;
}

async function exportTo(
  name: string,
  directory: DataDirectory,
  path: string | undefined,
  replaces: boolean,
): Promise<void> {
  const warn = (message: string) => complain(name, message);
  const reason = await findAccessProblem(directory.path, warn);
  // Only a warning: the operator may be exporting to move the data to a safe directory.
  if (reason !== undefined) warn(reason);
  const { table } = await readDatabase(directory);
  if (path === undefined) await writeDump(table, print);
  else await exportToFile(table, await targetOf(directory, path, replaces));
}

/**
 * Resolves the path to write to, through symbolic links.
 *
 * @param replaces True to replace an existing regular file. Other kinds of file, and files in the data
 *   directory, are never replaced.
 */
async function targetOf(directory: DataDirectory, path: string, replaces: boolean): Promise<string> {
  const isFile = await stat(path).then(
    (found) => found.isFile(),
    (error) => {
      if (isGone(error)) return undefined;
      throw error;
    },
  );
  if (isFile === false)
    throw new Error(`${path} is not a regular file: omit it, and redirect standard output`);
  const target =
    isFile === undefined ? join(await realpath(dirname(path)), basename(path)) : await realpath(path);
  if (dirname(target) === (await realpath(directory.path))) {
    throw new Error(`${path} is in the data directory: choose another directory`);
  }
  if (isFile && !replaces)
    throw new Error(`${path} exists: choose another name, or add --force to replace it`);
  return target;
}

/** Writes to a temporary name and renames it, so that the file is complete whenever it exists. */
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
    await DISK.remove(part).catch(() => {}); // already renamed, if the export succeeded
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
    const { users, buddies, usersBefore, buddiesBefore, reserved, bans, skipped } = report;
    print(`imported: users ${users}, buddies ${buddies}`);
    if (reserved + bans > 0) print(`imported: reserved ids ${reserved}, bans ${bans}`);
    print(`there already: users ${usersBefore}, buddies ${buddiesBefore}`);
    print(`skipped: ${skipped}`);
  } finally {
    progress.clear();
    await store.close();
  }
}

async function sourceOf(directory: string, path: string): Promise<ReadUsers> {
  const found = await stat(path);
  const isDirectory = found.isDirectory();
  if (!isDirectory && !found.isFile())
    throw new Error(`${path} is neither a regular file nor a directory: choose another source`);
  if (isDirectory && (await isDatabase(path)))
    throw new Error(`${path} is a data directory: export it first`);
  if (isDirectory && resolve(path) === directory)
    throw new Error(`${path} cannot be imported into itself: choose another source`);
  // Links are followed here, because opening the file later refuses a link.
  const target = await realpath(path);
  return (onUser, onSkip) =>
    isDirectory
      ? readOriginalLayout(path, onUser, onSkip)
      : withFile(DISK.open(target), (file) => readDump(file, path, onUser, onSkip));
}

async function isDatabase(directory: string): Promise<boolean> {
  return (await readdir(directory)).includes(MANIFEST_FILE);
}

/** Prints a text as one line. Prints bytes unchanged: they are whole lines. */
function print(text: string | Buffer): Promise<void> {
  return writeOut(typeof text === 'string' ? `${toDisplayText(text)}\n` : text);
}
