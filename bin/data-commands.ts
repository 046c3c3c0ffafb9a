/**
 * The operator's commands for a data directory, or a directory in PostgreSQL: check, export, import.
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
import { readDirectory } from '../storage/postgres/directory-check.js';
import { openPostgresStore, type PostgresReport } from '../storage/postgres/postgres-store.js';
import { refuseUnended } from '../storage/recovery/recovery.js';
import { type DroppedLine, salvage } from '../storage/recovery/repair.js';
import { isStoreError, type Store } from '../storage/store.js';
import type { UserTable } from '../storage/tables/user-table.js';
import { describe, describeUsers, readDatabase } from '../storage/text/database-check.js';
import { openTextStore } from '../storage/text/text-store.js';
import { readDump, writeDump } from '../storage/transfer/dump.js';
import { importUsers, type ReadUsers } from '../storage/transfer/import.js';
import { readOriginalLayout } from '../storage/transfer/original-layout.js';
import { complain, textOption, withExamples, writeOut } from './command-line.js';
import { findAccessProblem } from './data-access.js';
import { checkDatabaseUrl, DIRECTORY, isDatabaseUrl } from './database-url.js';
import { Progress } from './progress.js';
import { refuseUnsafe, runCommand } from './running-commands.js';

/**
 * Size of the journals, in bytes, at which a running import makes a snapshot. An import always makes a
 * snapshot at its end. An earlier snapshot only makes the database open faster after an interrupted import.
 */
const IMPORT_JOURNAL_BYTES = 1024 * 1024 * 1024;

/** Adds the commands to the server's command line. */
export function addDataCommands(program: Command): void {
  const name = program.name();
  const run = (command: Command, directory: string, { files, shared }: Works) => {
    if (!isDatabaseUrl(directory)) return runCommand(name, files);
    checkDatabaseUrl(command, directory);
    return runCommand(name, shared);
  };
  const check = program
    .command('check')
    .description('check a whole data directory, or a directory in PostgreSQL, and report any damage')
    .argument('<dir>', `${DIRECTORY}; a server may be using it`)
    .action((directory: string) =>
      run(check, directory, {
        files: () => checkDirectory(name, dataDirectory(directory)),
        shared: () => checkShared(directory),
      }),
    );
  withExamples(check, [
    'im-server check /srv/im',
    'print the state of each file; exit with 0 if all are good',
  ]);
  const exporting = program
    .command('export')
    .description('write all users and their buddies as plain text, one line per user')
    .argument('<dir>', `${DIRECTORY}; a server may be using it`)
    .argument('[file]', 'the file to write; without it, standard output', textOption)
    .option('--force', 'replace an existing file')
    .action((directory: string, file: string | undefined, { force }: { readonly force?: true }) =>
      run(exporting, directory, {
        files: () => exportFiles(name, dataDirectory(directory), file, force === true),
        shared: async () => exportTo((await readDirectory(directory)).table, undefined, file, force === true),
      }),
    );
  withExamples(
    exporting,
    ['im-server export /srv/im users.txt', 'write all users to a new file'],
    ['im-server export /srv/im | gzip > users.txt.gz', 'write a compressed backup'],
    ['im-server export postgres://im@db1,db2/im users.txt', 'write all users of a directory in PostgreSQL'],
  );
  const importing = program
    .command('import')
    .description('add users and buddies from a file or directory; run it again after an interruption')
    .argument('<dir>', `${DIRECTORY}; no server may be using a data directory`)
    .argument('<file>', "a file that `export` wrote, or the original server's directory of <id>.txt files")
    .action((directory: string, file: string) =>
      run(importing, directory, {
        files: () => importFiles(name, resolve(directory), file),
        shared: () => importShared(name, directory, file),
      }),
    );
  withExamples(
    importing,
    ['im-server import /srv/im users.txt', 'add the users of an export'],
    ['im-server import /srv/im /var/lib/old-server', "add the users of the original server's files"],
    ['im-server import postgres://im@db1,db2/im users.txt', 'add them to a directory in PostgreSQL'],
  );
}

/** What a command does with a data directory, and with a directory in PostgreSQL. */
interface Works {
  readonly files: () => Promise<void>;
  readonly shared: () => Promise<void>;
}

function dataDirectory(path: string): DataDirectory {
  return new DataDirectory(DISK, resolve(path));
}

async function checkDirectory(name: string, directory: DataDirectory): Promise<void> {
  try {
    let read = await readDatabase(directory);
    // A running server may have been writing the last line, and has completed it by now.
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

async function checkShared(url: string): Promise<void> {
  const { table, first, last } = await readDirectory(url);
  const log = first > last ? 'an empty log' : `a log of changes ${first} to ${last}`;
  print(`${url}: good, up to change ${last}, with ${log}`);
  for (const line of describeUsers(table)) print(line);
}

function describeDroppedLine({ path, line, byte, reason }: DroppedLine): string {
  return `${path}, line ${line}, byte ${byte}: ${reason}`;
}

async function exportFiles(
  name: string,
  directory: DataDirectory,
  path: string | undefined,
  replaces: boolean,
): Promise<void> {
  const warn = (message: string) => complain(name, message);
  const reason = await findAccessProblem(directory.path, warn);
  // Only a warning: the operator may be exporting to move the data to a safe directory.
  if (reason !== undefined) warn(reason);
  await exportTo((await readDatabase(directory)).table, directory, path, replaces);
}

async function exportTo(
  table: UserTable,
  directory: DataDirectory | undefined,
  path: string | undefined,
  replaces: boolean,
): Promise<void> {
  if (path === undefined) await writeDump(table, print);
  else await exportToFile(table, await targetOf(directory, path, replaces));
}

/**
 * Resolves the path to write to, through symbolic links.
 *
 * @param replaces True to replace an existing regular file. Other kinds of file, and files in the data
 *   directory, are never replaced.
 */
async function targetOf(
  directory: DataDirectory | undefined,
  path: string,
  replaces: boolean,
): Promise<string> {
  const isFile = await stat(path).then(
    (found) => found.isFile(),
    (error) => {
      if (isGone(error)) return undefined;
      throw error;
    },
  );
  if (isFile === false)
    throw new Error(`${path} is not a regular file: omit the path, and redirect standard output`);
  const target =
    isFile === undefined ? join(await realpath(dirname(path)), basename(path)) : await realpath(path);
  if (directory !== undefined && dirname(target) === (await realpath(directory.path))) {
    throw new Error(`${path} is in the data directory: choose another directory`);
  }
  if (isFile && !replaces)
    throw new Error(`${path} exists: choose another name, or add --force to replace it`);
  return target;
}

/** Writes a temporary file, and then renames it, so that a file with the final name is always complete. */
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
    await DISK.remove(part).catch(() => {}); // fails after a successful export: the file was renamed
    progress.clear();
  }
}

async function importFiles(name: string, directory: string, path: string): Promise<void> {
  const readUsers = await sourceOf(directory, path);
  await refuseUnsafe(name, directory);
  const store = await openTextStore(directory, { minCompactionBytes: IMPORT_JOURNAL_BYTES });
  await importInto(name, store, readUsers, async (progress) => {
    progress.show('writing a snapshot');
    await store.compact();
  });
}

async function importShared(name: string, url: string, path: string): Promise<void> {
  const readUsers = await sourceOf(undefined, path);
  const onReport = ({ type }: PostgresReport) => {
    if (type === 'standby.missing') complain(name, 'the directory has no synchronous standby');
  };
  await importInto(name, await openPostgresStore(url, { alone: true, onReport }), readUsers);
}

/** Imports users, and then closes the store. */
async function importInto(
  name: string,
  store: Store,
  readUsers: ReadUsers,
  finish: (progress: Progress) => Promise<void> = async () => {},
): Promise<void> {
  const progress = new Progress();
  try {
    const report = await importUsers(store, readUsers, {
      onSkip(at, reason) {
        progress.clear();
        complain(name, `${at}: skipped, ${reason}`);
      },
      onProgress: (stage, done) => progress.show(`${done.toLocaleString('en')} ${stage}`),
    });
    await finish(progress);
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

async function sourceOf(directory: string | undefined, path: string): Promise<ReadUsers> {
  const found = await stat(path);
  const isDirectory = found.isDirectory();
  if (!isDirectory && !found.isFile())
    throw new Error(`${path} is neither a regular file nor a directory: choose another source`);
  if (isDirectory && (await isDatabase(path)))
    throw new Error(`${path} is a data directory: export it first`);
  if (isDirectory && resolve(path) === directory)
    throw new Error(`${path} cannot be imported into itself: choose another source`);
  // The path is resolved here, because `DISK.open` refuses a symbolic link.
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
