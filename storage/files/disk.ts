/**
 * The real file system.
 */

import { spawn } from 'node:child_process';
import { constants, lstatSync, type Stats } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readdir, rename, rmdir, stat, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { FileError, isGone, isSystemError } from './file-error.js';
import { DIRECTORY_MODE, FILE_MODE, type FileFacts, type Files, type Lock, type OpenFile } from './files.js';

/** The maximum number of bytes read from a lock file, in which the holder of the lock describes itself. */
const MAX_HOLDER_LENGTH = 200;

const { O_APPEND, O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR } = constants;

/** The file system of this machine. */
export const DISK: Files = {
  list: (directory) => readdir(directory),
  createDirectory,
  open: async (path) => toOpenFile(await openRegular(path, O_RDONLY)),
  async create(path) {
    // An existing file may have a different mode, so it is removed, not truncated.
    await remove(path).catch((error) => rethrow(path, error));
    return toOpenFile(await openRegular(path, O_RDWR | O_CREAT | O_EXCL));
  },
  async append(path) {
    const opened = await openRegular(path, O_RDWR | O_APPEND | O_CREAT);
    // Pass no position: some systems would write at the position instead of at the end.
    const write = async (bytes: Buffer) => (await opened.handle.write(bytes, 0, bytes.length)).bytesWritten;
    return { ...toOpenFile(opened), write };
  },
  facts,
  rename,
  remove,
  removeDirectory: (directory) => rmdir(directory),
  syncDirectory,
  lock,
};

interface Opened {
  readonly handle: FileHandle;
  readonly isInPlace: () => Promise<boolean>;
}

/**
 * Opens a regular file. The check uses the descriptor, because the name may refer to another file a moment
 * later. Symbolic links are not followed, and opening a pipe does not wait for its other end.
 *
 * @throws FileError `file.irregular` when the name refers to anything else.
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

/**
 * The error codes of `open` for a link, a socket, a device without a driver, and a directory opened for
 * writing.
 */
const IRREGULAR_CODES = ['ELOOP', 'ENXIO', 'ENODEV', 'EISDIR'];

async function rethrow(path: string, error: unknown): Promise<never> {
  // Links among the parent directories may also cause ELOOP. In that case, lstat fails with ELOOP too.
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
 * Whether a path still refers to the file that was opened at this path. The check is synchronous: the kernel
 * has the answer in memory, and a call in a thread would cost ten times as much.
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

async function facts(path: string): Promise<FileFacts | undefined> {
  try {
    const stats = await stat(path, { bigint: true });
    return {
      isDirectory: stats.isDirectory(),
      size: Number(stats.size),
      mode: Number(stats.mode & 0o7777n),
      owner: Number(stats.uid),
      version: [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(' '),
    };
  } catch (error) {
    if (!isGone(error)) throw error;
    if (await isLink(path)) throw irregular(path);
    return undefined;
  }
}

async function isLink(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSymbolicLink();
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

/** Does not use Node's `rm`: for a directory, `rm` throws an error that is not a system error. */
async function remove(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

/**
 * Makes one directory at a time. With `recursive`, `mkdir` never returns if the parent exists but its file
 * system, such as /proc, does not support new directories (Node 20.20).
 */
async function createDirectory(directory: string): Promise<void> {
  const parent = dirname(directory);
  try {
    await mkdir(directory, DIRECTORY_MODE);
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return syncIfAllowed(parent);
    if (!isSystemError(error, 'ENOENT') || parent === directory) throw error;
    await createDirectory(parent);
    await mkdir(directory, DIRECTORY_MODE).catch((again) => {
      // Another process may have made the directory in the meantime.
      if (!isSystemError(again, 'EEXIST')) throw again;
    });
  }
  await syncDirectory(parent);
}

/**
 * Syncs the parent of an existing directory, if this process may open the parent. An interrupted start may
 * have made the directory without syncing its name.
 */
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
 * Locks a file for as long as its descriptor is open. Several processes can hold a shared lock at once; an
 * exclusive lock excludes all others. Node.js cannot make this system call. Therefore the command `flock`
 * inherits the descriptor and makes the call. The lock belongs to the open file, and ends when the last
 * process closes the file.
 *
 * @returns False when another process holds a conflicting lock.
 * @throws FileError `lock.failed` when `flock` is not installed, or when the file cannot be locked.
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
