/**
 * Reads the files of the first server of this protocol: a file for each user, named after the id, with a
 * buddy on each line.
 */

import { closeSync, openSync, readSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../files/file-error.js';
import { MAX_USER_LINE_BYTES } from '../format/user-lines.js';
import { BYTE_ORDER_MARK, type ForeignUser } from './dump.js';

const SUFFIX = '.txt';

const BYTE_ORDER_MARK_AT_START = new RegExp(`^${BYTE_ORDER_MARK}`);

/** How many users are passed on at a time. */
const USERS_AT_A_TIME = 1_000;

/** The maximum number of bytes in a file: the longest list, with lines that end with CR LF. */
const MAX_FILE_BYTES = 2 * MAX_USER_LINE_BYTES;

/**
 * Reads a directory of user files, and does not change it. Reads synchronously, because asynchronous reads
 * would take ten times as long, and the program has nothing else to do meanwhile.
 *
 * @param importSome Receives the users, some at a time.
 * @param skip Called for each entry that is not a readable user file.
 */
export async function readOriginalLayout(
  directory: string,
  importSome: (users: readonly ForeignUser[]) => Promise<void>,
  skip: (source: string, reason: string) => void,
): Promise<void> {
  const buffer = Buffer.allocUnsafe(MAX_FILE_BYTES + 1);
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.map(({ name }) => name).sort();
  const files = new Set(entries.filter((entry) => entry.isFile()).map(({ name }) => name));
  let users: ForeignUser[] = [];
  for (const name of names) {
    const source = join(directory, name);
    if (!name.endsWith(SUFFIX) || !files.has(name)) skip(source, 'it is not a file <id>.txt');
    else {
      const text = readText(source, buffer, skip);
      const buddies = text
        ?.replace(BYTE_ORDER_MARK_AT_START, '')
        .split('\n')
        .map((line) => line.trim());
      const id = name.slice(0, -SUFFIX.length);
      if (buddies !== undefined) users.push({ id, buddies: buddies.filter((line) => line !== ''), source });
    }
    if (users.length === USERS_AT_A_TIME) {
      await importSome(users);
      users = [];
    }
  }
  await importSome(users);
}

function readText(
  path: string,
  buffer: Buffer,
  skip: (source: string, reason: string) => void,
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
