/**
 * Who besides its owner may write to a database, by the modes of its directory and files.
 */

import { lstat, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isGone } from './file-error.js';

/** A directory or a file to which others may write: all users of the machine, or its group. */
export interface Writable {
  readonly path: string;
  readonly by: 'all' | 'group';
}

/** `undefined` when only the owner may write. That files in /tmp stay their owners' makes it no private one. */
export function writersOf(mode: number): Writable['by'] | undefined {
  if (mode & 0o002) return 'all';
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
      const by = stats.isSymbolicLink() ? undefined : writersOf(stats.mode);
      if (by !== undefined) found.push({ path, by });
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
  return found.sort((a, b) => a.by.localeCompare(b.by));
}
