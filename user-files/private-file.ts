/**
 * Files that are their user's alone, opened so that nothing put in their place does harm: no symbolic link is
 * followed where something is written, and no pipe or device is waited for.
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

/** Why a file could not be used, for its user; `undefined` when the error is no such reason, but a bug. */
export function fileReason(error: unknown): string | undefined {
  return isFileError(error, 'file.irregular', 'file.too-large') ? error.message : systemReason(error);
}

/** Opens a file to add to its end, and makes it and its directories if need be. */
export function openToAppend(path: string): number {
  makeDirectories(dirname(path));
  return onlyIfFile(openSync(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, FILE_MODE));
}

/** Opens a file to read it bit by bit; `undefined` when there is none. */
export async function openToRead(path: string): Promise<FileHandle | undefined> {
  try {
    const handle = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
  throw new FileError('file.irregular', 'it is no file');
}

/** Reads all of a small file, links followed; `undefined` when there is none. */
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

/** Puts a file in place of whatever has its name, all of it or nothing. */
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

/** Not Node's `rmSync`: of a directory it throws what is no error of the system's. */
function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
  }
}

/**
 * Writes all bytes where the descriptor stands. A disk nearly full takes some of them, and fails the next
 * time.
 */
export function writeFully(descriptor: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) {
    written += writeSync(descriptor, bytes, written);
  }
}

/**
 * Step by step, because Node's `recursive` never returns where a file system takes no directories, as /proc
 * does.
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

/** Makes one, unless it is there: another client of the same user may have made it a moment ago. */
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
  throw new FileError('file.irregular', 'it is no file');
}
