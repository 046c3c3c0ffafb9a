/**
 * Wraps a file system, to measure how long each sync of a file takes.
 */

import type { Files, OpenFile } from '../../storage/files/files.js';

/** @param recordSync Receives the duration of each successful sync of a file, in milliseconds. */
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
