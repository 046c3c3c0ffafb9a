/**
 * Snapshots: the whole database at one moment, with a line for each user, in the order of registration.
 *
 *     im-snapshot 2 4d0b3cb9
 *     alice bob carol fe8dec1d
 *     bob f5cbb140
 *     carol 6a3e8cc3
 *     # 3 lines, last record 5 9c95d129
 *
 * storage/format/user-lines.ts shows the lines between the first and the last. A removed user still has a
 * line, because users are numbered in the order of these lines. Once the id of a removed user is freed, the
 * line has only the `-`. The last line has two numbers: how many lines are between the first and the last,
 * and the last journal record that the snapshot includes. All lines end with the CRC-32 of everything before
 * their last space.
 *
 * The store also reads format 1. It had no keys, no removed users and no bans. Its first line had no
 * checksum, and its last line had the word `users` instead of `lines`.
 */

import type { DataDirectory } from '../files/data-directory.js';
import { FileError } from '../files/file-error.js';
import { type OpenFile, writeAll } from '../files/files.js';
import { readLines, withoutCr } from '../files/lines.js';
import { MAX_BUDDIES, type StoreError } from '../store.js';
import { IdBatch } from '../tables/id-table.js';
import type { FrozenUsers, UserTable } from '../tables/user-table.js';
import { CHECKSUM_DIGITS, checksumOf, crc32, hasDigits, signedHeader } from './checksum.js';
import { parseBan } from './fields.js';
import { damagedFile, newerFormat, newerFormatIn } from './manifest.js';
import {
  BAN_MARK,
  isKeyToken,
  MAX_USER_LINE_BYTES,
  parseKeyToken,
  parseReservation,
  REMOVED_MARK,
  UserLines,
} from './user-lines.js';

/** The first line of a snapshot: the format and its version, and their checksum. */
const SNAPSHOT_HEADER = signedHeader('im-snapshot 2');

/** The first line of a snapshot in the previous format. */
const EARLIER_SNAPSHOT_HEADER = 'im-snapshot 1';

const SPACE = 0x20;
const HASH = 0x23;
const COLON = 0x3a;
const REMOVED = REMOVED_MARK.charCodeAt(0);
const BAN = BAN_MARK.charCodeAt(0);

export interface SnapshotOptions {
  /** The last record whose change is in the table. */
  readonly last: number;
  /** Called before each slice. Returns true to stop. */
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
    const body = `# ${frozen.size + frozen.bans.length} lines, last record ${last}`;
    await write(Buffer.from(`${body} ${checksumOf(body)}\n`));
  });
  await file.close();
  return written;
}

/** Receives a damaged line: its number, from 1; its offset in bytes; and the reason. */
export type ReportLine = (line: number, byte: number, reason: string) => void;

/** The result of reading a snapshot. */
export interface SnapshotRead {
  /** The last record whose change is in the snapshot; `undefined` when the last line is damaged. */
  readonly last: number | undefined;
  /** True for a snapshot in the previous format. */
  readonly isEarlier: boolean;
}

/**
 * Reads a snapshot into an empty table. Reads the file twice, because a list may name users whose lines come
 * later.
 *
 * @param report Called for each damaged line, which is then skipped.
 * @throws StoreError `store.unusable` when a newer version wrote the snapshot.
 */
export async function readSnapshot(
  file: OpenFile,
  path: string,
  table: UserTable,
  report: ReportLine,
): Promise<SnapshotRead> {
  const { hasUser, ...read } = await readUsers(file, path, table, report);
  const batch = new IdBatch(MAX_BUDDIES + 1);
  let line = 0;
  let user = 0;
  await readLines(file, { maxLineBytes: MAX_USER_LINE_BYTES }, (data, start, end) => {
    line += 1;
    if (!hasUser(line) || data[start] === BAN) return;
    if (data[start] === REMOVED) {
      user += 1;
      return;
    }
    const length = readBuddies(data, start, withoutCr(data, end) - CHECKSUM_DIGITS - 1, table, batch);
    table.setList(user++, batch.numbers, length);
  });
  return read;
}

interface UsersRead extends SnapshotRead {
  /** False for the first line, the last line and damaged lines. */
  readonly hasUser: (line: number) => boolean;
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
  let isEarlier = false;

  function check(data: Buffer, start: number, end: number): string | undefined {
    if (line === 1) {
      const header = data.toString('latin1', start, end);
      isEarlier = header === EARLIER_SNAPSHOT_HEADER;
      return checkHeader(header, path);
    }
    if (last !== undefined) return 'it comes after the last line';
    const bodyEnd = bodyEndOf(data, start, end);
    if (bodyEnd === -1) return 'its checksum does not match';
    if (data[start] !== HASH) return readUser(data, start, bodyEnd, table);
    const ending = parseLastLine(data, start, end);
    if (ending === undefined) return 'unrecognised line';
    last = ending.last;
    others.add(line);
    const isWhole = ending.lines === line - 2;
    return isWhole ? undefined : `it counts ${ending.lines} lines between the first line and itself`;
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
  if (last === undefined) report(line + 1, totalBytes, 'the last line is missing');
  return { hasUser: (asked) => !others.has(asked), last, isEarlier };
}

/**
 * Reads a user, a removed user or a ban from a line whose checksum matches. Does not read the user's list.
 *
 * @returns Why the line is not usable; `undefined` if it was read.
 */
function readUser(data: Buffer, start: number, end: number, table: UserTable): string | undefined {
  if (data[start] === REMOVED || data[start] === BAN) {
    return readSpecial(data.toString('latin1', start, end).split(' '), table);
  }
  const idEnd = endOfToken(data, start, end);
  const keyEnd = endOfKey(data, idEnd, end);
  const token = keyEnd === idEnd ? undefined : data.toString('latin1', idEnd + 1, keyEnd);
  const device = token === undefined ? undefined : parseKeyToken(token);
  if (token !== undefined && device === undefined) return 'unrecognised key';
  return table.register(data, start, idEnd, device) ? undefined : 'its user has a line already';
}

function readSpecial([mark, ...fields]: readonly string[], table: UserTable): string | undefined {
  if (mark === BAN_MARK) {
    const ban = parseBan(fields);
    if (ban === undefined) return 'unrecognised line';
    return table.replay({ op: 'BAN', ban }) ? undefined : 'its ban has a line already';
  }
  const reservation = fields.length === 0 ? undefined : parseReservation(fields);
  if (mark !== REMOVED_MARK || (fields.length > 0 && reservation === undefined)) return 'unrecognised line';
  return table.addRemoved(reservation) ? undefined : 'its user has a line already';
}

/** The end of the key after an id; the end of the id when there is no key. */
function endOfKey(data: Buffer, idEnd: number, end: number): number {
  // Ids have no colon, so this test rules out most buddies without converting them to strings.
  if (data[idEnd + 4] !== COLON || idEnd + 4 >= end) return idEnd;
  const keyEnd = endOfToken(data, idEnd + 1, end);
  return isKeyToken(data.toString('latin1', idEnd + 1, keyEnd)) ? keyEnd : idEnd;
}

const LAST_LINE = /^# ([0-9]+) (?:users|lines), last record ([0-9]+)$/;

/** Parses the last line. Returns `undefined` for any other line, and for a line with a wrong checksum. */
export function parseLastLine(
  data: Buffer,
  start: number,
  end: number,
): { readonly lines: number; readonly last: number } | undefined {
  const bodyEnd = data[start] === HASH ? bodyEndOf(data, start, end) : -1;
  if (bodyEnd === -1) return undefined;
  const [, lines, last] = LAST_LINE.exec(data.toString('latin1', start, bodyEnd)) ?? [];
  return lines === undefined ? undefined : { lines: Number(lines), last: Number(last) };
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
  for (let from = endOfKey(data, endOfToken(data, start, end), end) + 1; from < end; ) {
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
  if (header === SNAPSHOT_HEADER || header === EARLIER_SNAPSHOT_HEADER) return undefined;
  const newer = newerFormatIn(header, 'im-snapshot');
  if (newer !== undefined) throw newerFormat(path, newer);
  return `it is not '${SNAPSHOT_HEADER}'`;
}

/** The error of a file with a damaged line. */
export function damaged(path: string, line: number, byte: number, reason: string): StoreError {
  return damagedFile(path, `is damaged at line ${line}, byte ${byte} (${reason})`);
}
