/**
 * Backups: copies of a database. A backup is itself a data directory, so that a server can start in it.
 *
 * The source may be in use. By default, a backup has all changes that were acknowledged before it began. On
 * request (`until`), it ends at an earlier change, which must not be older than the last change in the
 * snapshot. A backup gets its name when it is complete, on stable storage, and checked.
 */

import { dirname } from 'node:path';
import { DataDirectory } from '../files/data-directory.js';
import { isSystemError, systemReason } from '../files/file-error.js';
import { IDENTITY_FILE } from '../files/file-names.js';
import { copyRange, type Files, type OpenFile, withFile } from '../files/files.js';
import { readLines } from '../files/lines.js';
import { MAX_RECORD_BYTES, parseRecord } from '../format/journal-record.js';
import { type Manifest, swapManifest } from '../format/manifest.js';
import { findManifest, type Recovered, recover, refuseUnended } from '../recovery/recovery.js';
import { StoreError } from '../store.js';
import { isReplaced, readDatabase } from './database-check.js';
import { readServerSeed } from './server-identity.js';

/** The maximum number of attempts to copy: a server may replace or extend the files during each attempt. */
const MAX_COPIES = 10;

export interface BackupRequest {
  readonly files: Files;
  /** The path of the data directory. */
  readonly source: string;
  /** The path of the backup. This path must not exist, but its parent directory must exist. */
  readonly target: string;
  /** The number of the last change in the backup. Default: the newest change. */
  readonly until?: number | undefined;
}

/**
 * Makes a backup.
 *
 * @returns The database in the backup, as read from there.
 * @throws StoreError `store.unusable` when the source has no database, or cannot end at change `until`, or
 * when the target exists; `store.corrupt` when the source is damaged; or an error of the file system. A
 * failed backup leaves no files behind, with one exception: if only its name could not be made durable, the
 * complete backup stays.
 */
export async function backUp({ files, source, target, until }: BackupRequest): Promise<Recovered> {
  await assertFree(files, target);
  const part = new DataDirectory(files, `${target}.${process.pid}.part`);
  await assertFree(files, part.path);
  try {
    await part.make();
    const copied = await copyDatabase(new DataDirectory(files, source), part, until);
    await assertFree(files, target);
    await part.moveTo(target);
    return copied;
  } catch (error) {
    await part.destroy().catch(() => {}); // report the first error, not this one
    throw error;
  }
}

async function assertFree(files: Files, path: string): Promise<void> {
  const parent = await files.facts(dirname(path));
  if (!parent?.isDirectory) throw new StoreError('store.unusable', `${dirname(path)} is not a directory`);
  if ((await files.facts(path)) === undefined) return;
  throw new StoreError('store.unusable', `${path} exists: choose another name`);
}

/** Copies the database and the identity of a directory, and checks the copies. */
async function copyDatabase(source: DataDirectory, part: DataDirectory, until?: number): Promise<Recovered> {
  let unendedLine: number | undefined;
  for (let copies = 1; ; copies++) {
    const manifest = await findManifest(source);
    if (manifest === undefined) throw new StoreError('store.unusable', `${source.path} has no database`);
    try {
      const copied = await copyFiles(source, part, manifest, until);
      // If a server was writing the last record during one copy, the next copy has the whole record. A record
      // that still lacks its LF in the next copy is damaged.
      if (copied.scan.unendedLine === undefined || copied.scan.unendedLine === unendedLine) {
        refuseUnended(source, copied);
        return await complete(source, part, copied, until);
      }
      if (copies === MAX_COPIES) {
        const message = `${source.path} was written during each of ${MAX_COPIES} copies: try again`;
        throw new StoreError('store.unusable', message);
      }
      unendedLine = copied.scan.unendedLine;
    } catch (error) {
      // A running server may have removed files that a new snapshot replaces.
      const isTransient = systemReason(error) === undefined || isSystemError(error, 'ENOENT');
      if (!isTransient || copies === MAX_COPIES) throw error;
      // `readDatabase` throws an error that names the damaged file and line of the source. The first error
      // names a file of the copy, which will be removed.
      if (!(await isReplaced(source, manifest))) {
        await readDatabase(source);
        throw error;
      }
    }
    await part.clear();
  }
}

async function copyFiles(
  source: DataDirectory,
  part: DataDirectory,
  found: Manifest,
  until: number | undefined,
): Promise<Recovered> {
  const manifest = until === undefined ? found : cutManifest(source, found, until);
  const { snapshot, sealed, active } = manifest;
  for (const { name, bytes } of [...(snapshot === undefined ? [] : [snapshot]), ...sealed]) {
    await copyFile(source, part, name, async () => bytes);
  }
  await copyFile(source, part, active.name, async (file) =>
    until === undefined ? Number.POSITIVE_INFINITY : lengthUntil(file, until),
  );
  await swapManifest(part, manifest);
  return recover(part, manifest);
}

/** Copies a file up to the byte that `end` returns. */
async function copyFile(
  source: DataDirectory,
  part: DataDirectory,
  name: string,
  end: (file: OpenFile) => Promise<number>,
): Promise<void> {
  await source.read(name, async (file) => {
    const bytes = await end(file);
    await withFile(
      part.create(name, (to) => copyRange(file, 0, bytes, to)),
      async () => {},
    );
  });
}

/** Finishes a copy: removes the rest of an interrupted write, and adds the identity. */
async function complete(
  source: DataDirectory,
  part: DataDirectory,
  copied: Recovered,
  until: number | undefined,
): Promise<Recovered> {
  const { manifest, scan } = copied;
  if (until !== undefined && scan.last !== until) {
    throw new StoreError('store.unusable', `there is no change ${until}: the newest change is ${scan.last}`);
  }
  if (scan.goodBytes < scan.totalBytes) await part.truncate(manifest.active.name, scan.goodBytes);
  if ((await readServerSeed(source)) !== undefined) {
    await copyFile(source, part, IDENTITY_FILE, async () => Number.POSITIVE_INFINITY);
    await readServerSeed(part);
  }
  await part.sync();
  return { ...copied, scan: { ...scan, totalBytes: scan.goodBytes } };
}

/** Returns a manifest that ends at a change. The journal that has this change becomes the last journal. */
function cutManifest(source: DataDirectory, manifest: Manifest, until: number): Manifest {
  const { snapshot, sealed } = manifest;
  const oldest = snapshot?.last ?? 0;
  if (until < oldest) {
    const message = `${source.path} goes back only to change ${oldest}: use an older backup`;
    throw new StoreError('store.unusable', message);
  }
  const index = sealed.findIndex(({ last }) => last >= until);
  const { name, first } = sealed[index] ?? manifest.active;
  return { snapshot, sealed: index === -1 ? sealed : sealed.slice(0, index), active: { name, first } };
}

/** The length of a journal up to the end of a record, in bytes. */
async function lengthUntil(file: OpenFile, until: number): Promise<number> {
  let length = 0;
  let isBeyond = false;
  await readLines(file, { maxLineBytes: MAX_RECORD_BYTES }, (data, start, end, byte) => {
    isBeyond ||= (parseRecord(data, start, end)?.sequence ?? 0) > until;
    if (!isBeyond) length = byte + end - start + 1;
  });
  return length;
}
