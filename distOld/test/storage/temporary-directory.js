/**
 * A place of its own on disk for each test.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
/** Makes an empty directory that is removed when the test ends. */
export async function temporaryDirectory(t) {
    const directory = await mkdtemp(join(tmpdir(), 'im-storage-'));
    t.teardown(() => rm(directory, { recursive: true, force: true }));
    return directory;
}
