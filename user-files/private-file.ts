/**
 * Files that only their user can read or write. They are opened safely even if another program has replaced
 * them: writes do not follow symbolic links, and opening does not wait for a pipe or device.
 */

import {
  closeSync,
  constants,
  fdatasyncSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FileError, isFileError, isGone, isSystemError, systemReason } from '../storage/files/file-error.js';
import { DIRECTORY_MODE, FILE_MODE } from '../storage/files/files.js';

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = constants;

/** The codes of errors whose message can be shown to the user. */
const TOLD_CODES = [
  'file.irregular',
  'file.too-large',
  'file.exposed',
  'file.uncertain',
  'lock.held',
] as const;

/** Describes to the user why a file could not be used; `undefined` when the error is a bug. */
export function fileReason(error: unknown): string | undefined {
  return isFileError(error, ...TOLD_CODES) ? error.message : systemReason(error);
}

/** Opens a file for appending; makes it and its directories if they do not exist. */
export function openToAppend(path: string): number {
  makeDirectories(dirname(path));
  return onlyIfFile(openSync(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, FILE_MODE));
}

/** Opens a file for reading in pieces; `undefined` when it does not exist. */
export async function openToRead(path: string): Promise<FileHandle | undefined> {
  try {
    const handle = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
  throw new FileError('file.irregular', 'it is not a regular file');
}

/** Reads a small file, and follows symbolic links; `undefined` when it does not exist. */
export function readSmallFile(path: string, maxBytes: number): string | undefined {
  let descriptor: number;
  try {
    descriptor = onlyIfFile(openSync(path, O_RDONLY | O_NONBLOCK));
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
  try {
    const buffer = Buffer.allocUnsafe(maxBytes + 1);
    let length = 0;
    for (let more = -1; more !== 0; length += more)
      more = readSync(descriptor, buffer, length, buffer.length - length, null);
    if (length > maxBytes)
      throw new FileError('file.too-large', `it has more than ${maxBytes.toLocaleString('en')} bytes`);
    return buffer.toString('utf8', 0, length);
  } finally {
    closeSync(descriptor);
  }
}

/** Replaces a file atomically, or creates it. */
export function replaceFile(path: string, text: string): void {
  makeDirectories(dirname(path));
  const part = `${path}.${process.pid}.part`;
  removeIfThere(part);
  try {
    const descriptor = openSync(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, FILE_MODE);
    try {
      writeFully(descriptor, Buffer.from(text));
      fdatasyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(part, path);
  } catch (error) {
    removeIfThere(part);
    throw error;
  }
}

/** Does not use Node's `rmSync`: for a directory, it throws an error that is not a system error. */
function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
  }
}

/**
 * Writes all bytes at the descriptor's position. A single write may be short: when the disk is nearly full,
 * only the next write fails.
 */
export function writeFully(descriptor: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) {
    written += writeSync(descriptor, bytes, written);
  }
}

/**
 * Makes one directory at a time: with `recursive`, Node's `mkdir` never returns if the file system, such as
 * /proc, does not support new directories.
 */
function makeDirectories(directory: string): void {
  try {
    makeDirectory(directory);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT') || dirname(directory) === directory) throw error;
    makeDirectories(dirname(directory));
    makeDirectory(directory);
  }
}

/** Makes a directory, unless it exists: another client of the user may make it at the same time. */
function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, DIRECTORY_MODE);
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) throw error;
  }
}

function onlyIfFile(descriptor: number): number {
  if (fstatSync(descriptor).isFile()) return descriptor;
  closeSync(descriptor);
  throw new FileError('file.irregular', 'it is not a regular file');
}
