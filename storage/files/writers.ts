/**
 * Finds out which users other than the owner can write to a database. Looks at the modes of the directory and
 * its files.
 */

import { lstat, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isGone } from './file-error.js';

/**
 * A directory or a file that users other than the owner can write to. `all`: all users of the machine can.
 * `group`: the file's group can. `sticky`: all users can add files to the directory, but cannot remove or
 * replace the files of other users.
 */
export interface Writable {
  readonly path: string;
  readonly by: 'all' | 'group' | 'sticky';
}

/**
 * Says which users may write to a file or directory, by its mode; `undefined` when only the owner may. The
 * root of a new tmpfs is `sticky`.
 */
export function writersOf(mode: number, isDirectory: boolean): Writable['by'] | undefined {
  if (mode & 0o002) return isDirectory && mode & 0o1000 ? 'sticky' : 'all';
  return mode & 0o020 ? 'group' : undefined;
}

/**
 * Checks a directory, and those of the named files that exist in it. Follows a link to the directory. In the
 * result, the paths that all users can write come first.
 */
export async function findWritable(directory: string, names: readonly string[]): Promise<Writable[]> {
  const found: Writable[] = [];
  for (const path of [directory, ...names.map((name) => join(directory, name))]) {
    try {
      const stats = await (path === directory ? stat(path) : lstat(path));
      // The mode of a link means nothing, and the store refuses links.
      const by = stats.isSymbolicLink() ? undefined : writersOf(stats.mode, stats.isDirectory());
      if (by !== undefined) found.push({ path, by });
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
  return found.sort((a, b) => a.by.localeCompare(b.by));
}
