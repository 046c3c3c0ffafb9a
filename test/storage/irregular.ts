/**
 * Things to which a path can refer, other than a regular file.
 */

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rename, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import type { ExecutionContext } from 'ava';

/** Puts something that is not a regular file at a path. Removes or renames a file that is there. */
export type PutInPlace = (t: ExecutionContext, path: string) => Promise<unknown>;

export const IRREGULAR: Readonly<Record<string, PutInPlace>> = {
  'a directory': async (_t, path) => {
    await rm(path, { force: true });
    await mkdir(path);
  },
  'a link to the file': async (_t, path) => {
    await rename(path, `${path}.linked`);
    await symlink(`${path}.linked`, path);
  },
  'a pipe': async (_t, path) => {
    await rm(path, { force: true });
    await promisify(execFile)('mkfifo', [path]);
  },
  'a socket': async (t, path) => {
    await rm(path, { force: true });
    const server = createServer().listen(path);
    t.teardown(() => server.close());
    await once(server, 'listening');
  },
};
