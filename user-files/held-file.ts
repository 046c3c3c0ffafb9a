/**
 * A file in a private directory. A process holds the file while it replaces it atomically, or appends whole
 * lines to it.
 */

import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { FileError, isFileError, isGone } from '../storage/files/file-error.js';
import {
  type FileFacts,
  type Files,
  type Lock,
  type OpenFile,
  withFile,
  writeAll,
} from '../storage/files/files.js';
import { writersOf } from '../storage/files/writers.js';

/** The maximum number of attempts to lock a file while other processes hold it, with a pause after each. */
const LOCK_ATTEMPTS = 200;

/** The longest pause before the next attempt, in milliseconds. */
const LOCK_PAUSE_MS = 50;

/** The maximum number of attempts to append while other processes replace the file. */
const APPEND_ATTEMPTS = 3;

/** The permission bits of the group and of other users. */
const OTHERS_MODE = 0o077;

const LF = 0x0a;

/** The extension of a new file that is not yet complete. */
const UNFINISHED = '.new';

/** How many bytes are read at a time. */
const READ_BYTES = 64 * 1024;

/**
 * A held file. Where locks work, no other process changes the file until its release. Operations throw a
 * {@link FileError} or an error of the file system.
 */
export class HeldFile {
  readonly #files: Files;
  readonly #path: string;
  readonly #lock: Lock | undefined;
  readonly #isSecret: boolean;

  constructor(files: Files, path: string, lock: Lock | undefined, isSecret: boolean) {
    this.#files = files;
    this.#path = path;
    this.#lock = lock;
    this.#isSecret = isSecret;
  }

  /** False where the command `flock` is missing. */
  get isLocked(): boolean {
    return this.#lock !== undefined;
  }

  /** Reads the file. Resolves to `undefined` when the file does not exist. */
  async read(maxBytes: number): Promise<Buffer | undefined> {
    const facts = await this.#files.facts(this.#path);
    if (facts === undefined) return undefined;
    checkFile(this.#path, facts, this.#isSecret);
    return readFile(this.#files, this.#path, maxBytes);
  }

  /** Replaces or creates the file atomically. After an error, it has its old or its new contents. */
  async replace(bytes: Buffer): Promise<void> {
    await this.#removeUnfinished();
    const part = `${this.#path}.${process.pid}-${randomBytes(4).toString('hex')}${UNFINISHED}`;
    try {
      await withFile(this.#files.create(part), async (file) => {
        await writeAll(file, bytes, 0);
        await file.datasync();
      });
      await this.#checkMade(part);
      await this.#files.rename(part, this.#path);
    } catch (error) {
      await this.#files.remove(part).catch(() => {}); // report the first error, not this one
      throw isGone(error)
        ? new FileError('file.uncertain', 'another process changed it at the same time')
        : error;
    }
    await this.#files.syncDirectory(this.#directory);
  }

  /** Appends whole lines, with an LF at the end of each. */
  async append(lines: Buffer): Promise<void> {
    const appender = this.appender();
    try {
      await appender.append(lines);
    } finally {
      await appender.close();
    }
  }

  /** Returns an appender, which keeps the file open between appends. */
  appender(): Appender {
    return new Appender(this.#files, this.#path, (path) => this.#checkMade(path), this.isLocked);
  }

  async remove(): Promise<void> {
    await this.#removeUnfinished();
    await this.#files.remove(this.#path);
    await this.#files.syncDirectory(this.#directory);
  }

  /** Removes the file and its lock file: the directory then shows no trace of the file. */
  async removeWithLock(): Promise<void> {
    await this.remove();
    await this.#files.remove(lockPath(this.#path));
    await this.#files.syncDirectory(this.#directory);
  }

  async release(): Promise<void> {
    await this.#lock?.release().catch(() => {}); // the kernel releases the lock with its descriptor
  }

  get #directory(): string {
    return dirname(this.#path);
  }

  /** Checks a file that was just created: the file system may have ignored the requested mode. */
  async #checkMade(path: string): Promise<void> {
    const facts = await this.#files.facts(path);
    if (facts !== undefined) checkFile(path, facts, this.#isSecret);
  }

  /** Removes incomplete files of processes that were killed during a replacement. They may have secrets. */
  async #removeUnfinished(): Promise<void> {
    const start = `${basename(this.#path)}.`;
    for (const name of await this.#files.list(this.#directory))
      if (name.startsWith(start) && name.endsWith(UNFINISHED))
        await this.#files.remove(join(this.#directory, name));
  }
}

/** Appends lines to a file, and keeps the file open. Only one append may be under way. */
export class Appender {
  readonly #files: Files;
  readonly #path: string;
  readonly #check: (path: string) => Promise<void>;
  readonly #isLocked: boolean;
  #file: OpenFile | undefined;

  constructor(files: Files, path: string, check: (path: string) => Promise<void>, isLocked: boolean) {
    this.#files = files;
    this.#path = path;
    this.#check = check;
    this.#isLocked = isLocked;
  }

  /**
   * Appends whole lines. First ends a line that a crash left without its LF. After a failed write, removes
   * the written part, if the file is locked and the disk allows it.
   */
  async append(lines: Buffer): Promise<void> {
    for (let count = 0; count < APPEND_ATTEMPTS; count++) {
      const isNew = this.#file === undefined;
      const file = this.#file ?? (await this.#open());
      await this.#write(file, lines);
      // A process may have created the file earlier, and may have ended before the name was durable.
      if (isNew) await this.#files.syncDirectory(dirname(this.#path));
      if (await file.isInPlace()) return;
      await this.close();
    }
    throw new FileError('file.uncertain', 'another process keeps replacing it');
  }

  /** Closes the file. The next append opens it again. */
  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close().catch(() => {}); // no data is lost: all appends were synced
  }

  async #open(): Promise<OpenFile> {
    this.#file = await this.#files.append(this.#path);
    await this.#check(this.#path);
    return this.#file;
  }

  async #write(file: OpenFile, lines: Buffer): Promise<void> {
    const size = (await this.#files.facts(this.#path))?.size ?? 0;
    const last = Buffer.of(LF);
    if (size > 0) await file.read(last, size - 1);
    const bytes = last[0] === LF ? lines : Buffer.concat([Buffer.of(LF), lines]);
    try {
      await writeAll(file, bytes, size);
      await file.datasync();
    } catch (error) {
      // Only with the lock: otherwise this could cut lines that another process has appended.
      if (this.#isLocked)
        await file
          .truncate(size)
          .then(() => file.datasync())
          .catch(() => {}); // report the first error, not this one
      throw error;
    }
  }
}

function lockPath(path: string): string {
  return `${path}.lock`;
}

/** Waits for the lock of a file, and returns the held file. */
export async function holdFile(files: Files, path: string, isSecret: boolean): Promise<HeldFile> {
  return new HeldFile(files, path, await lockOf(files, lockPath(path)), isSecret);
}

/** Waits for the lock. Resolves to `undefined` where files cannot be locked. */
async function lockOf(files: Files, path: string): Promise<Lock | undefined> {
  for (let attempt = 1; ; attempt++) {
    try {
      const lock = await files.lock(path);
      let isInPlace = false;
      try {
        isInPlace = await lock.isInPlace();
      } finally {
        // The lock file is not in place if another process has removed it with the file that it protects.
        if (!isInPlace) await lock.release();
      }
      if (isInPlace) return lock;
    } catch (error) {
      if (isFileError(error, 'lock.failed')) return undefined;
      if (!isFileError(error, 'lock.held') || attempt === LOCK_ATTEMPTS) throw error;
      await setTimeout(Math.random() * LOCK_PAUSE_MS);
    }
  }
}

/** Reads an existing file. If it has just vanished, throws: the caller must not treat it as missing. */
export function readFile(files: Files, path: string, maxBytes: number): Promise<Buffer> {
  return withFile(files.open(path), (file) => readAll(file, maxBytes));
}

async function readAll(file: OpenFile, maxBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for (let length = 0; ; ) {
    const piece = Buffer.alloc(READ_BYTES);
    const bytesRead = await file.read(piece, length);
    if (bytesRead === 0) return Buffer.concat(pieces);
    pieces.push(piece.subarray(0, bytesRead));
    length += bytesRead;
    if (length > maxBytes)
      throw new FileError('file.too-large', `it has more than ${maxBytes.toLocaleString('en')} bytes`);
  }
}

/** Refuses a file that other users can write to, and a secret file that other users can read or write. */
export function checkFile(path: string, facts: FileFacts, isSecret: boolean): void {
  if (isSecret && facts.mode & OTHERS_MODE)
    throw new FileError('file.exposed', `other users have access to ${path}: chmod 600 helps`);
  check(path, facts, writersOf(facts.mode, false) !== undefined);
}

/** Refuses a directory that other users can write to. */
export function checkDirectory(path: string, facts: FileFacts): void {
  if (!facts.isDirectory) throw new FileError('file.irregular', `${path} is not a directory`);
  check(path, facts, writersOf(facts.mode, true) !== undefined);
}

function check(path: string, { owner }: FileFacts, hasWriters: boolean): void {
  if (hasWriters) throw new FileError('file.exposed', `other users can write to ${path}: chmod go-w helps`);
  const own = process.geteuid?.() ?? owner;
  // The administrator can write to every file in any case.
  if (owner !== own && owner !== 0) throw new FileError('file.exposed', `${path} belongs to another user`);
}
