/**
 * File operations that finish what the plain ones leave open: short writes, and names that a crash
 * may forget.
 */

import { constants } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** How much is read at a time, in bytes. */
export const READ_BYTES = 1024 * 1024;

/** The database is its owner's alone. */
export const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;

/** Writes all bytes: one `write` may come back short, without an error, when a disk is nearly full. */
export async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}

/** Copies all that follows `start` in one file to the beginning of another. */
export async function copyTail(from: FileHandle, start: number, to: FileHandle): Promise<void> {
  const buffer = Buffer.alloc(READ_BYTES);
  let copied = 0;
  for (;;) {
    const { bytesRead } = await from.read(buffer, 0, READ_BYTES, start + copied);
    if (bytesRead === 0) return;
    await writeAll(to, buffer.subarray(0, bytesRead), copied);
    copied += bytesRead;
  }
}

/**
 * Creates a directory and its missing parents, and makes their names durable.
 *
 * Step by step, because `mkdir` with `recursive` never returns where a file system has the parent
 * but takes no directories, as /proc does (Node 20.20).
 */
export async function createDirectory(directory: string): Promise<void> {
  const parent = dirname(directory);
  try {
    await mkdir(directory, DIRECTORY_MODE);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || parent === directory) throw error;
    await createDirectory(parent);
    await mkdir(directory, DIRECTORY_MODE);
  }
  await syncDirectory(parent);
}

/** Makes names in a directory durable: without it, a crash may lose a file that was just created. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
