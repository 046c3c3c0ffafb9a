/**
 * Who may write to a data directory: they may change what any user has there, whatever the server is asked.
 */

import { readdir } from 'node:fs/promises';
import { isGone } from '../storage/files/file-error.js';
import { isDataFile, LOCK_FILE, MANIFEST_FILE } from '../storage/files/file-names.js';
import { findWritable, type Writable } from '../storage/files/writers.js';

/**
 * Looks who else may write to a data directory.
 *
 * @param warn Called for what the group may write to, or all users with a sticky bit: that may be intended.
 * @returns Why it is not to be used: all users of the machine may write to it.
 */
export async function whyUnsafe(
  directory: string,
  warn: (message: string) => void,
): Promise<string | undefined> {
  const writable = await findWritable(directory, await databaseFiles(directory));
  const [worst] = writable;
  if (worst?.by === 'all') return inWords(worst);
  for (const each of writable) warn(inWords(each));
  return undefined;
}

async function databaseFiles(directory: string): Promise<string[]> {
  try {
    const names = await readdir(directory);
    return names.filter((name) => isDataFile(name) || name === MANIFEST_FILE || name === LOCK_FILE);
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

function inWords({ path, by }: Writable): string {
  switch (by) {
    case 'all':
      return `${path} can be written by all users of this machine: take that away with 'chmod go-w ${path}'`;
    case 'group':
      return `${path} can be written by its group: if that is not meant so, 'chmod g-w ${path}'`;
    case 'sticky':
      return `all users of this machine can add files to ${path}: if that is not meant so, 'chmod go-w ${path}'`;
  }
}
