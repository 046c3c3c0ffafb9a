/**
 * The files of the first server of this protocol: one for each user, named after the id, with a buddy on each
 * line.
 */

import { closeSync, openSync, readSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../files/file-error.js';
import { MAX_USER_LINE_BYTES } from '../format/user-lines.js';
import { BYTE_ORDER_MARK, type ForeignUser } from './dump.js';

const SUFFIX = '.txt';

const BYTE_ORDER_MARK_AT_START = new RegExp(`^${BYTE_ORDER_MARK}`);

/** How many users are handed out at a time. */
const USERS_AT_A_TIME = 1_000;

/** Most bytes of a file: the longest list, each line ended by CR LF. */
const MAX_FILE_BYTES = 2 * MAX_USER_LINE_BYTES;

/**
 * Reads a directory of such files, which are left alone. It reads them one after the other, without giving
 * way to anybody: that is ten times as fast, and for a program that does nothing else.
 *
 * @param take Given some users at a time.
 * @param skip Told of what is no user's file.
 */
export async function readOriginalLayout(
  directory: string,
  take: (users: readonly ForeignUser[]) => Promise<void>,
  skip: (at: string, reason: string) => void,
): Promise<void> {
  const buffer = Buffer.allocUnsafe(MAX_FILE_BYTES + 1);
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.map(({ name }) => name).sort();
  const files = new Set(entries.filter((entry) => entry.isFile()).map(({ name }) => name));
  let users: ForeignUser[] = [];
  for (const name of names) {
    const at = join(directory, name);
    if (!name.endsWith(SUFFIX) || !files.has(name)) skip(at, 'it is no file <id>.txt');
    else {
      const text = readText(at, buffer, skip);
      const buddies = text
        ?.replace(BYTE_ORDER_MARK_AT_START, '')
        .split('\n')
        .map((line) => line.trim());
      const id = name.slice(0, -SUFFIX.length);
      if (buddies !== undefined) users.push({ id, buddies: buddies.filter((line) => line !== ''), at });
    }
    if (users.length === USERS_AT_A_TIME) {
      await take(users);
      users = [];
    }
  }
  await take(users);
}

function readText(
  path: string,
  buffer: Buffer,
  skip: (at: string, reason: string) => void,
): string | undefined {
  try {
    const descriptor = openSync(path, 'r');
    try {
      let length = 0;
      for (let more = -1; more !== 0; length += more)
        more = readSync(descriptor, buffer, length, buffer.length - length, null);
      if (length <= MAX_FILE_BYTES) return buffer.toString('latin1', 0, length);
      skip(path, `it has more than ${MAX_FILE_BYTES} bytes`);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    skip(path, `it cannot be read (${codeOf(error)})`);
  }
  return undefined;
}
