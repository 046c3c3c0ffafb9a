/**
 * A file system that measures how long each sync takes.
 */

import type { Files, OpenFile } from '../../storage/files/files.js';

/** @param recordSync Receives the milliseconds of each sync of a file that succeeded. */
export function timeSyncs(files: Files, recordSync: (ms: number) => void): Files {
  const timed = (file: OpenFile): OpenFile => ({
    ...file,
    async datasync() {
      const startedMs = performance.now();
      await file.datasync();
      recordSync(performance.now() - startedMs);
    },
  });
  return {
    ...files,
    create: async (path) => timed(await files.create(path)),
    append: async (path) => timed(await files.append(path)),
  };
}
