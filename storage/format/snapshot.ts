/**
 * Snapshots: the whole database at one moment, with a line for each user, in the order of registration.
 *
 *     im-snapshot 1
 *     alice bob carol fe8dec1d
 *     bob f5cbb140
 *     carol 6a3e8cc3
 *     # 3 users, last record 5 20ac21de
 *
 * A line has a user's id, then the buddies in the order of the list. The last line has the number of users,
 * and the number of the last journal record that the snapshot includes. All lines but the first end with the
 * CRC-32 of everything before their last space.
 */

import type { DataDirectory } from '../files/data-directory.js';
import { FileError } from '../files/file-error.js';
import { type OpenFile, writeAll } from '../files/files.js';
import { readLines, withoutCr } from '../files/lines.js';
import { MAX_BUDDIES, type StoreError } from '../store.js';
import { IdBatch } from '../tables/id-table.js';
import type { FrozenUsers, UserTable } from '../tables/user-table.js';
import { CHECKSUM_DIGITS, checksumOf, crc32, hasDigits } from './checksum.js';
import { damagedFile, newerFormat, newerFormatIn } from './manifest.js';
import { MAX_USER_LINE_BYTES, UserLines } from './user-lines.js';

/** The first line of a snapshot: the format and its version. */
const SNAPSHOT_HEADER = 'im-snapshot 1';

const SPACE = 0x20;
const HASH = 0x23;

export interface SnapshotOptions {
  /** The last record whose change is in the table. */
  readonly last: number;
  /** Called before each slice; true to stop. */
  readonly isStopped?: () => boolean;
}

/**
 * Writes a snapshot to a new file and syncs it; the caller makes its name durable. Yields to the event loop
 * after each slice.
 *
 * @returns Its length in bytes.
 * @throws FileError `snapshot.stopped`, or an error of the file system. The file may then exist in part.
 */
export async function writeSnapshot(
  directory: DataDirectory,
  name: string,
  frozen: FrozenUsers,
  table: UserTable,
  { last, isStopped = () => false }: SnapshotOptions,
): Promise<number> {
  let written = 0;
  const file = await directory.create(name, async (to) => {
    const write = async (bytes: Buffer) => {
      await writeAll(to, bytes, written);
      written += bytes.length;
    };
    await write(Buffer.from(`${SNAPSHOT_HEADER}\n`));
    const lines = new UserLines(frozen, table, true);
    for (let slice = lines.next(); slice.length > 0; slice = lines.next()) {
      if (isStopped()) throw new FileError('snapshot.stopped', 'the snapshot was stopped');
      await write(slice);
      await new Promise(setImmediate);
    }
    const body = `# ${frozen.size} users, last record ${last}`;
    await write(Buffer.from(`${body} ${checksumOf(body)}\n`));
  });
  await file.close();
  return written;
}

/** Receives a damaged line: its number, from 1; its offset in bytes; and the reason. */
export type ReportLine = (line: number, byte: number, reason: string) => void;

/**
 * Reads a snapshot into an empty table. Reads the file twice: a list may name users whose lines come later.
 *
 * @param report Called for each damaged line, which is then skipped.
 * @returns The last record whose change is in the snapshot; `undefined` when its last line is damaged.
 * @throws StoreError `store.unusable` when a newer version wrote the snapshot.
 */
export async function readSnapshot(
  file: OpenFile,
  path: string,
  table: UserTable,
  report: ReportLine,
): Promise<number | undefined> {
  const { hasUser, last } = await readUsers(file, path, table, report);
  const batch = new IdBatch(MAX_BUDDIES + 1);
  let line = 0;
  let user = 0;
  await readLines(file, { maxLineBytes: MAX_USER_LINE_BYTES }, (data, start, end) => {
    line += 1;
    if (!hasUser(line)) return;
    const length = readBuddies(data, start, withoutCr(data, end) - CHECKSUM_DIGITS - 1, table, batch);
    table.setList(user++, batch.numbers, length);
  });
  return last;
}

interface UsersRead {
  /** False for the first line, the last, and the damaged ones. */
  readonly hasUser: (line: number) => boolean;
  readonly last: number | undefined;
}

async function readUsers(
  file: OpenFile,
  path: string,
  table: UserTable,
  report: ReportLine,
): Promise<UsersRead> {
  const others = new Set<number>([1]);
  let line = 0;
  let last: number | undefined;

  function check(data: Buffer, start: number, end: number): string | undefined {
    if (line === 1) return checkHeader(data.toString('latin1', start, end), path);
    if (last !== undefined) return 'it comes after the last line';
    const bodyEnd = bodyEndOf(data, start, end);
    if (bodyEnd === -1) return 'its checksum does not match';
    if (data[start] !== HASH) {
      const isNew = table.register(data, start, endOfToken(data, start, bodyEnd));
      return isNew ? undefined : 'its user has a line already';
    }
    const ending = parseLastLine(data, start, end);
    if (ending === undefined) return 'unrecognised line';
    last = ending.last;
    others.add(line);
    const isWhole = ending.users === line - 2;
    return isWhole ? undefined : `it is the last line of a snapshot of ${ending.users} users`;
  }

  const totalBytes = await readLines(
    file,
    { maxLineBytes: MAX_USER_LINE_BYTES },
    (data, start, end, byte) => {
      line += 1;
      const reason = check(data, start, withoutCr(data, end));
      if (reason === undefined) return;
      others.add(line);
      report(line, byte, reason);
    },
  );
  if (last === undefined) report(line + 1, totalBytes, 'it ends before its last line');
  return { hasUser: (asked) => !others.has(asked), last };
}

const LAST_LINE = /^# ([0-9]+) users, last record ([0-9]+)$/;

/** Parses the last line; `undefined` for any other line, or one with a wrong checksum. */
export function parseLastLine(
  data: Buffer,
  start: number,
  end: number,
): { readonly users: number; readonly last: number } | undefined {
  const bodyEnd = data[start] === HASH ? bodyEndOf(data, start, end) : -1;
  if (bodyEnd === -1) return undefined;
  const [, users, last] = LAST_LINE.exec(data.toString('latin1', start, bodyEnd)) ?? [];
  return users === undefined ? undefined : { users: Number(users), last: Number(last) };
}

/** The end of a line's text before its checksum; -1 when the checksum does not match. */
function bodyEndOf(data: Buffer, start: number, end: number): number {
  const bodyEnd = end - CHECKSUM_DIGITS - 1;
  if (bodyEnd <= start || data[bodyEnd] !== SPACE) return -1;
  return hasDigits(data, bodyEnd + 1, crc32(data, start, bodyEnd)) ? bodyEnd : -1;
}

/**
 * Reads the buddies of a line into `batch.numbers`. Omits a buddy whose own line is damaged.
 *
 * @returns How many buddies were read.
 */
function readBuddies(data: Buffer, start: number, end: number, table: UserTable, batch: IdBatch): number {
  batch.size = 0;
  for (let from = endOfToken(data, start, end) + 1; from < end; ) {
    const to = endOfToken(data, from, end);
    batch.add(from, to);
    from = to + 1;
  }
  table.findAll(data, batch);
  const { numbers, size } = batch;
  let found = 0;
  for (let index = 0; index < size; index++) {
    if (numbers[index] !== -1) numbers[found++] = numbers[index] as number;
  }
  return found;
}

function endOfToken(data: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && data[at] !== SPACE) at += 1;
  return at;
}

function checkHeader(header: string, path: string): string | undefined {
  if (header === SNAPSHOT_HEADER) return undefined;
  const newer = newerFormatIn(header, 'im-snapshot');
  if (newer !== undefined) throw newerFormat(path, newer);
  return `it is not '${SNAPSHOT_HEADER}'`;
}

/** The error of a file with a damaged line. */
export function damaged(path: string, line: number, byte: number, reason: string): StoreError {
  return damagedFile(path, `is damaged at line ${line}, byte ${byte} (${reason})`);
}
