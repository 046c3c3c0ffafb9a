/**
 * Dumps: all users as plain text, for other programs and other servers.
 *
 *     # im-server dump: 3 users
 *     alice bob carol
 *     bob
 *     carol alice
 *
 * A line has an id, then the buddies in the order of the list, separated by single spaces. A line that begins
 * with `#` is a comment. Keys, reserved ids and bans are written as storage/format/user-lines.ts shows. A
 * program that does not know these forms finds tokens that are not valid ids. The reader also accepts any run
 * of spaces and tabs as a separator, and CR LF as the end of a line.
 */

import { tokensOf } from '../../protocol/ascii.js';
import type { OpenFile } from '../files/files.js';
import { readLines } from '../files/lines.js';
import { BAN_MARK, isKeyToken, MAX_USER_LINE_BYTES, REMOVED_MARK, UserLines } from '../format/user-lines.js';
import type { UserTable } from '../tables/user-table.js';

/** The byte order mark that some editors put before the first line: its UTF-8 bytes, read as latin1. */
export const BYTE_ORDER_MARK = '\u00ef\u00bb\u00bf';

/** Encodes a dump and passes it to `write` in pieces, each valid until the promise of `write` resolves. */
export async function writeDump(table: UserTable, write: (bytes: Buffer) => Promise<void>): Promise<void> {
  const frozen = table.freeze();
  await write(Buffer.from(`# im-server dump: ${frozen.size - frozen.removed.size} users\n`));
  const lines = new UserLines(frozen, table, false);
  for (let slice = lines.next(); slice.length > 0; slice = lines.next()) await write(slice);
  frozen.release();
}

/** A user as read from a foreign file, unchecked. */
export interface ForeignUser {
  readonly id: string;
  /** The token with the key. */
  readonly key?: string;
  readonly buddies: readonly string[];
  /** The path of the file, and the line number if the file has several users. Messages show it. */
  readonly source: string;
}

/** A reserved id or a ban as read from a dump, unchecked. */
export interface ForeignMark {
  readonly mark: typeof REMOVED_MARK | typeof BAN_MARK;
  readonly fields: readonly string[];
  readonly source: string;
}

export type ForeignEntry = ForeignUser | ForeignMark;

/**
 * Reads a dump.
 *
 * @param importSome Receives the lines, some at a time.
 * @param skip Called for each line that is too long.
 */
export async function readDump(
  file: OpenFile,
  path: string,
  importSome: (entries: readonly ForeignEntry[]) => Promise<void>,
  skip: (source: string, reason: string) => void,
): Promise<void> {
  let entries: ForeignEntry[] = [];
  let line = 0;
  const handleLine = (data: Buffer, start: number, end: number) => {
    line += 1;
    const source = `${path}:${line}`;
    if (end - start > MAX_USER_LINE_BYTES) return skip(source, 'the line is too long');
    const text = data.toString('latin1', start, end).trimEnd();
    const [id = '#', ...rest] = tokensOf(line === 1 ? text.replace(BYTE_ORDER_MARK, '') : text);
    if (id === REMOVED_MARK || id === BAN_MARK) entries.push({ mark: id, fields: rest, source });
    else if (!id.startsWith('#')) entries.push({ id, ...withKey(rest), source });
  };
  const pause = async () => {
    await importSome(entries);
    entries = [];
  };
  await readLines(file, { maxLineBytes: MAX_USER_LINE_BYTES, mayLackLastEnd: true, pause }, handleLine);
}

function withKey(tokens: readonly string[]): Pick<ForeignUser, 'key' | 'buddies'> {
  const [key, ...buddies] = tokens;
  return isKeyToken(key) ? { key, buddies } : { buddies: tokens };
}
