/**
 * Who besides its owner may write to a database, by the modes of its directory and files.
 */

import { lstat, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isGone } from './file-error.js';

/**
 * A directory or a file to which others may write: all users of the machine, its group, or all users into a
 * directory whose sticky bit keeps them from removing and replacing what is not theirs.
 */
export interface Writable {
  readonly path: string;
  readonly by: 'all' | 'group' | 'sticky';
}

/** `undefined` when only the owner may write. The root of a new tmpfs is `sticky`. */
export function writersOf(mode: number, isDirectory: boolean): Writable['by'] | undefined {
  if (mode & 0o002) return isDirectory && mode & 0o1000 ? 'sticky' : 'all';
  return mode & 0o020 ? 'group' : undefined;
}

/**
 * Finds what others may write to: of a directory, links to it followed, and of those of these files that are
 * there. What is writable by all comes first.
 */
export async function findWritable(directory: string, names: readonly string[]): Promise<Writable[]> {
  const found: Writable[] = [];
  for (const path of [directory, ...names.map((name) => join(directory, name))]) {
    try {
      const stats = await (path === directory ? stat(path) : lstat(path));
      // The mode of a link says nothing; and the store refuses one.
      const by = stats.isSymbolicLink() ? undefined : writersOf(stats.mode, stats.isDirectory());
      if (by !== undefined) found.push({ path, by });
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
  return found.sort((a, b) => a.by.localeCompare(b.by));
}
