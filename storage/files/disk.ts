/**
 * The real file system.
 */

import { spawn } from 'node:child_process';
import { constants, statSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { FileError, isSystemError } from './file-error.js';
import { DIRECTORY_MODE, FILE_MODE, type Files, type Lock, type OpenFile } from './files.js';

/** Most characters of what a lock's holder says of itself that are repeated. */
const MAX_HOLDER_LENGTH = 200;

/** The file system of this machine. */
export const DISK: Files = {
  list: (directory) => readdir(directory),
  createDirectory,
  open: (path) => openFile(path, constants.O_RDONLY),
  async create(path) {
    // One that is there may have any mode.
    await rm(path, { force: true });
    return openFile(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL);
  },
  rename,
  remove: (path) => rm(path, { force: true }),
  syncDirectory,
  lock,
};

async function openFile(path: string, flags: number): Promise<OpenFile> {
  const handle = await open(path, flags, FILE_MODE);
  const isInPlace = await placeOf(handle, path).catch(async (error) => {
    await handle.close();
    throw error;
  });
  return {
    read: async (buffer, position) => (await handle.read(buffer, 0, buffer.length, position)).bytesRead,
    write: async (bytes, position) => (await handle.write(bytes, 0, bytes.length, position)).bytesWritten,
    truncate: (length) => handle.truncate(length),
    datasync: () => handle.datasync(),
    isInPlace,
    close: () => handle.close(),
  };
}

/**
 * A function that tells whether a path still leads to the file that was opened by it. It does not go by way of a thread,
 * which would cost ten times as much: the kernel has the answer in memory.
 */
async function placeOf(handle: FileHandle, path: string): Promise<() => Promise<boolean>> {
  const { ino, dev } = await handle.stat();
  return async () => {
    try {
      const named = statSync(path);
      return named.ino === ino && named.dev === dev;
    } catch {
      return false;
    }
  };
}

/**
 * Step by step, because `mkdir` with `recursive` never returns where a file system has the parent
 * but takes no directories, as /proc does (Node 20.20).
 */
async function createDirectory(directory: string): Promise<void> {
  const parent = dirname(directory);
  try {
    await mkdir(directory, DIRECTORY_MODE);
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return syncIfAllowed(parent);
    if (!isSystemError(error, 'ENOENT') || parent === directory) throw error;
    await createDirectory(parent);
    await mkdir(directory, DIRECTORY_MODE);
  }
  await syncDirectory(parent);
}

/** A start that was interrupted may not have come to it. Of a directory above, not everybody may open it. */
async function syncIfAllowed(directory: string): Promise<void> {
  try {
    await syncDirectory(directory);
  } catch (error) {
    if (!isSystemError(error, 'EACCES')) throw error;
  }
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function lock(path: string): Promise<Lock> {
  const handle = await open(path, constants.O_RDWR | constants.O_CREAT, FILE_MODE);
  try {
    if (!(await flock(handle.fd))) throw new FileError('lock.held', `in use by ${await readHolder(handle)}`);
    await handle.truncate(0);
    await handle.write(`process ${process.pid} on ${hostname()}, since ${new Date().toISOString()}\n`, 0);
    return { isInPlace: await placeOf(handle, path), release: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function readHolder(handle: FileHandle): Promise<string> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAX_HOLDER_LENGTH), 0, MAX_HOLDER_LENGTH, 0);
  return buffer.toString('latin1', 0, bytesRead).trim() || 'an unknown process';
}

/**
 * Locks a file for as long as it is open here. Node.js has no such call, so `flock` of util-linux makes it, on the
 * descriptor that it inherits: the lock is the open file's, and ends when the last process that has it does.
 *
 * @returns False when it is locked.
 * @throws FileError `lock.failed` when there is no `flock` to be run, or it cannot lock the file.
 */
function flock(descriptor: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn('flock', ['-x', '-n', '3'], { stdio: ['ignore', 'ignore', 'ignore', descriptor] });
    child.once('error', (cause) =>
      reject(
        new FileError('lock.failed', 'the command flock (of util-linux or busybox) is needed to lock it', {
          cause,
        }),
      ),
    );
    child.once('exit', (code) => {
      if (code === 0 || code === 1) resolve(code === 0);
      else reject(new FileError('lock.failed', `the file system cannot lock it (flock ended with ${code})`));
    });
  });
}
