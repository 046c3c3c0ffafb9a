/**
 * A separate directory on disk for each test.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';

/** Makes an empty directory, and removes it when the test ends. */
export async function temporaryDirectory(t: ExecutionContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'im-storage-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
