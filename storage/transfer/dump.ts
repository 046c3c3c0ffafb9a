/**
 * Dumps: all users as plain text, for other programs and other servers.
 *
 *     # im-server dump: 3 users
 *     alice bob carol
 *     bob
 *     carol alice
 *
 * A line has an id and then the buddies in their order, separated by single spaces; one that begins with `#`
 * is a comment. What is read may be separated by any spaces and tabs, and its lines ended by CR LF.
 */

import { tokensOf } from '../../protocol/ascii.js';
import type { OpenFile } from '../files/files.js';
import { readLines } from '../files/lines.js';
import { MAX_USER_LINE_BYTES, UserLines } from '../format/user-lines.js';
import type { UserTable } from '../tables/user-table.js';

/** What some editors put before the first line, in UTF-8. */
export const BYTE_ORDER_MARK = '\u00ef\u00bb\u00bf';

/** Hands out a dump, piece by piece; each is good until the promise that its taker returns has resolved. */
export async function writeDump(table: UserTable, take: (bytes: Buffer) => Promise<void>): Promise<void> {
  const frozen = table.freeze();
  await take(Buffer.from(`# im-server dump: ${frozen.size} users\n`));
  const lines = new UserLines(frozen, table, false);
  for (let slice = lines.next(); slice.length > 0; slice = lines.next()) await take(slice);
  frozen.release();
}

/** A user as somebody else wrote it: nothing of it is checked. */
export interface ForeignUser {
  readonly id: string;
  readonly buddies: readonly string[];
  /** Where it is written, for people: a path, and the line in it if there is more than one. */
  readonly at: string;
}

/**
 * Reads a dump.
 *
 * @param take Given some users at a time.
 * @param skip Told of a line that is too long to be a user's.
 */
export async function readDump(
  file: OpenFile,
  path: string,
  take: (users: readonly ForeignUser[]) => Promise<void>,
  skip: (at: string, reason: string) => void,
): Promise<void> {
  let users: ForeignUser[] = [];
  let line = 0;
  const each = (data: Buffer, start: number, end: number) => {
    line += 1;
    const at = `${path}:${line}`;
    if (end - start > MAX_USER_LINE_BYTES) return skip(at, 'the line is too long');
    const text = data.toString('latin1', start, end).trimEnd();
    const [id = '#', ...buddies] = tokensOf(line === 1 ? text.replace(BYTE_ORDER_MARK, '') : text);
    if (!id.startsWith('#')) users.push({ id, buddies, at });
  };
  const pause = async () => {
    await take(users);
    users = [];
  };
  await readLines(file, { maxLineBytes: MAX_USER_LINE_BYTES, mayLackLastEnd: true, pause }, each);
}
