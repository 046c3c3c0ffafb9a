/**
 * The real file system.
 */

import { spawn } from 'node:child_process';
import { constants, lstatSync, type Stats } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readdir, rename, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { FileError, isGone, isSystemError } from './file-error.js';
import { DIRECTORY_MODE, FILE_MODE, type Files, type Lock, type OpenFile } from './files.js';

/** Most characters of what a lock's holder says of itself that are repeated. */
const MAX_HOLDER_LENGTH = 200;

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR } = constants;

/** The file system of this machine. */
export const DISK: Files = {
  list: (directory) => readdir(directory),
  createDirectory,
  open: async (path) => toOpenFile(await openRegular(path, O_RDONLY)),
  async create(path) {
    // One that is there may have any mode.
    await remove(path).catch((error) => rethrow(path, error));
    return toOpenFile(await openRegular(path, O_RDWR | O_CREAT | O_EXCL));
  },
  rename,
  remove,
  syncDirectory,
  lock,
};

interface Opened {
  readonly handle: FileHandle;
  readonly isInPlace: () => Promise<boolean>;
}

/**
 * Opens a regular file. The check is made on the descriptor, because the name may lead elsewhere a moment
 * later. A link is not followed, and the other end of a pipe is not waited for.
 *
 * @throws FileError `file.irregular` for anything else that has the name.
 */
async function openRegular(path: string, flags: number): Promise<Opened> {
  const handle = await open(path, flags | O_NOFOLLOW | O_NONBLOCK, FILE_MODE).catch((error) =>
    rethrow(path, error),
  );
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw irregular(path);
    return { handle, isInPlace: async () => leadsTo(path, stats) };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** With what open fails for a link, a socket, a device without a driver and, to be written, a directory. */
const IRREGULAR_CODES = ['ELOOP', 'ENXIO', 'ENODEV', 'EISDIR'];

async function rethrow(path: string, error: unknown): Promise<never> {
  // ELOOP may also come from a directory above: then lstat fails with it too.
  const isIrregular = isSystemError(error, ...IRREGULAR_CODES) && !(await lstat(path)).isFile();
  throw isIrregular ? irregular(path) : error;
}

function irregular(path: string): FileError {
  return new FileError('file.irregular', `${path} is not a regular file`);
}

function toOpenFile({ handle, isInPlace }: Opened): OpenFile {
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
 * Whether a path still leads to the file that was opened by it. The call is synchronous, because a thread
 * would cost ten times as much: the kernel has the answer in memory.
 */
function leadsTo(path: string, { ino, dev }: Stats): boolean {
  try {
    const named = lstatSync(path);
    return named.ino === ino && named.dev === dev;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

/** Not Node's `rm`: of a directory it throws what is no error of the system's. */
async function remove(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
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
  const handle = await open(directory, O_RDONLY | O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function lock(path: string): Promise<Lock> {
  const { handle, isInPlace } = await openRegular(path, O_RDWR | O_CREAT);
  try {
    if (!(await flock(handle.fd, 'exclusive')))
      throw new FileError('lock.held', `in use by ${await readHolder(handle)}`);
    await handle.truncate(0);
    await handle.write(`process ${process.pid} on ${hostname()}, since ${new Date().toISOString()}\n`, 0);
    return { isInPlace, release: () => handle.close() };
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
 * Locks a file for as long as it is open here. Any number of processes may have a shared lock; none has one
 * while another has an exclusive one. Node.js has no such call, so `flock` of util-linux makes it, on the
 * descriptor that it inherits: the lock is the open file's, and ends when the last process that has it does.
 *
 * @returns False when it is locked.
 * @throws FileError `lock.failed` when there is no `flock` to be run, or it cannot lock the file.
 */
export function flock(descriptor: number, kind: 'exclusive' | 'shared'): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn('flock', [kind === 'exclusive' ? '-x' : '-s', '-n', '3'], {
      stdio: ['ignore', 'ignore', 'ignore', descriptor],
    });
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
