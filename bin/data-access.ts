/**
 * Checks who may write to a data directory. Anyone with write access can change the data of every user,
 * without asking the server.
 */

import { readdir } from 'node:fs/promises';
import { isGone } from '../storage/files/file-error.js';
import { IDENTITY_FILE, isDataFile, LOCK_FILE, MANIFEST_FILE } from '../storage/files/file-names.js';
import { findWritable, type Writable } from '../storage/files/writers.js';

/**
 * Checks which users other than the owner may write to a data directory.
 *
 * @param warn Called for each path that the group may write to, and for a directory that has the sticky bit
 *   and that all users may write to. Both may be intended.
 * @returns The reason why the directory must not be used, if all users of the machine may write to it.
 */
export async function findAccessProblem(
  directory: string,
  warn: (message: string) => void,
): Promise<string | undefined> {
  const writable = await findWritable(directory, await databaseFiles(directory));
  const [worst] = writable;
  if (worst?.by === 'all') return describeWritable(worst);
  for (const each of writable) warn(describeWritable(each));
  return undefined;
}

async function databaseFiles(directory: string): Promise<string[]> {
  try {
    const names = await readdir(directory);
    const others = [MANIFEST_FILE, LOCK_FILE, IDENTITY_FILE];
    return names.filter((name) => isDataFile(name) || others.includes(name));
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

function describeWritable({ path, by }: Writable): string {
  const unintended = 'if that is not intended, run';
  switch (by) {
    case 'all':
      return `${path} can be written by all users of this machine: run 'chmod go-w ${path}'`;
    case 'group':
      return `${path} can be written by its group: ${unintended} 'chmod g-w ${path}'`;
    case 'sticky':
      return `all users of this machine can add files to ${path}: ${unintended} 'chmod go-w ${path}'`;
  }
}
