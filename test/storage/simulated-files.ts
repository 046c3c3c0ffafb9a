/**
 * An in-memory file system. Tests can make any operation fail, and cut the power at any moment.
 *
 * It tracks what the process sees and what a power cut leaves. A write or truncation is pending until the
 * file is synced; a created, renamed or removed name is pending until its directory is synced. A power cut
 * may keep all pending changes, none, some, a part of a write, or only the length that a write gave the file.
 * A rename may therefore survive without the data of the renamed file.
 *
 * After a failed sync, pending changes become doubtful: the process still reads them, but no later sync makes
 * them durable. Linux behaves like this: it marks the pages clean.
 */

import { constants } from 'node:os';
import { basename, dirname } from 'node:path';
import { FileError } from '../../storage/files/file-error.js';
import {
  DIRECTORY_MODE,
  FILE_MODE,
  type FileFacts,
  type Files,
  type Lock,
  type OpenFile,
} from '../../storage/files/files.js';
import type { Random } from '../helpers/random.js';

/**
 * - `before`: the operation fails without effect.
 * - `after`: the operation has its effect, and then fails.
 * - `short`: a write or a read is short. After a short write, the next write to that file fails with ENOSPC.
 *   Any other operation fails as with `before`.
 *
 * Closing a file and releasing a lock always take effect, even if they fail.
 */
export type FaultKind = 'before' | 'after' | 'short';

export type ErrorCode = 'EIO' | 'ENOSPC' | 'EMFILE' | 'EROFS' | 'ENOENT' | 'ENOTEMPTY';

export type OperationName =
  | Exclude<keyof Files, 'remove'>
  | 'remove'
  | Exclude<keyof OpenFile, 'isInPlace'>
  | 'isInPlace'
  | 'isLockInPlace'
  | 'release';

/** A file operation that the store has called. */
export interface Operation {
  /** Counted from 1. */
  readonly number: number;
  readonly name: OperationName;
  readonly path: string;
  /** Identifies the file, independent of its name. */
  readonly file?: number | undefined;
  /** True when the operation failed or was short. */
  readonly hasFailed: boolean;
}

/** `doubtful`: no later sync can make the change durable. */
type Status = 'pending' | 'doubtful' | 'durable';

interface ContentChange {
  status: Status;
  /** The bytes of a write; `undefined` for a truncation. */
  readonly bytes?: Buffer;
  /** The offset of a write, or the length after a truncation. */
  readonly position: number;
}

interface NameChange {
  status: Status;
  readonly name: string;
  /** The file that has the name after the change; `undefined` after a removal. */
  readonly file: SimulatedFile | undefined;
  /** The old name, in a rename. */
  readonly from?: string;
}

function setPending(changes: readonly { status: Status }[], status: Status): void {
  for (const change of changes) if (change.status === 'pending') change.status = status;
}

let fileNumber = 0;

class SimulatedFile {
  readonly number = ++fileNumber;
  /** What the process reads. The buffer is replaced, never modified. */
  content: Buffer;
  /** Counts the changes. */
  version = 0;
  /** True if the next write fails. */
  isFull = false;
  /** True for a pipe, a device or a link. */
  isIrregular = false;
  #durable: Buffer;
  #changes: ContentChange[] = [];

  constructor(content: Buffer = Buffer.alloc(0)) {
    this.content = content;
    this.#durable = content;
  }

  change(change: Omit<ContentChange, 'status'>): void {
    this.content = changed(this.content, change);
    this.version += 1;
    this.#changes.push({ ...change, status: 'pending' });
  }

  sync(): void {
    setPending(this.#changes, 'durable');
    while (this.#changes[0]?.status === 'durable') {
      this.#durable = changed(this.#durable, this.#changes.shift() as ContentChange);
    }
  }

  doubt(): void {
    setPending(this.#changes, 'doubtful');
  }

  copy(): SimulatedFile {
    const copy = new SimulatedFile(this.content);
    copy.isIrregular = this.isIrregular;
    copy.#durable = this.#durable;
    copy.#changes = this.#changes.map((change) => ({ ...change }));
    return copy;
  }

  /** The file after a power cut. */
  remains(random: Random): SimulatedFile {
    const odds = random.pick(ODDS);
    let content = this.#durable;
    for (const change of this.#changes) {
      if (change.status === 'durable') content = changed(content, change);
      else if (random.chance(odds)) content = partlyChanged(content, change, random);
    }
    return new SimulatedFile(content);
  }
}

/** The odds that a pending change survives a power cut: never, sometimes, or always. */
const ODDS = [0, 0.3, 0.7, 1];

function changed(content: Buffer, { bytes, position }: Omit<ContentChange, 'status'>): Buffer {
  if (bytes === undefined) return resized(content, position);
  const result = resized(content, Math.max(content.length, position + bytes.length));
  bytes.copy(result, position);
  return result;
}

/** A copy with another length. Added bytes are zero. */
function resized(content: Buffer, length: number): Buffer {
  const result = Buffer.alloc(length);
  content.copy(result);
  return result;
}

function partlyChanged(content: Buffer, change: ContentChange, random: Random): Buffer {
  const { bytes, position } = change;
  if (bytes === undefined || random.chance(0.4)) return changed(content, change);
  const from = random.chance(0.6) ? 0 : random.below(bytes.length + 1);
  const to = random.chance(0.3) ? bytes.length : from + random.below(bytes.length - from + 1);
  const length = random.chance(0.5) ? position + to : position + bytes.length;
  const result = resized(content, Math.max(content.length, length));
  bytes.copy(result, position + from, from, to);
  return result;
}

class SimulatedDirectory {
  /** What the process sees. */
  names = new Map<string, SimulatedFile>();
  isLocked = false;
  #durable = new Map<string, SimulatedFile>();
  #changes: NameChange[] = [];

  change(change: Omit<NameChange, 'status'>): void {
    rename(this.names, change);
    this.#changes.push({ ...change, status: 'pending' });
  }

  sync(): void {
    setPending(this.#changes, 'durable');
    while (this.#changes[0]?.status === 'durable') rename(this.#durable, this.#changes.shift() as NameChange);
  }

  doubt(): void {
    setPending(this.#changes, 'doubtful');
  }

  /** A copy with copies of the files, including pending changes, but unlocked. */
  copy(): SimulatedDirectory {
    const copyOf = memoized((file) => file.copy());
    const copy = new SimulatedDirectory();
    copy.names = withFiles(this.names, copyOf);
    copy.#durable = withFiles(this.#durable, copyOf);
    copy.#changes = this.#changes.map((change) => ({
      ...change,
      file: change.file === undefined ? undefined : copyOf(change.file),
    }));
    return copy;
  }

  /** The directory after a power cut. */
  remains(random: Random): SimulatedDirectory {
    const odds = random.pick(ODDS);
    const names = new Map(this.#durable);
    for (const change of this.#changes) {
      if (change.status === 'durable' || random.chance(odds)) rename(names, change);
    }
    const remains = new SimulatedDirectory();
    remains.names = withFiles(
      names,
      memoized((file) => file.remains(random)),
    );
    remains.#durable = new Map(remains.names);
    return remains;
  }
}

function rename(names: Map<string, SimulatedFile>, { name, file, from }: Omit<NameChange, 'status'>): void {
  if (from !== undefined) names.delete(from);
  if (file === undefined) names.delete(name);
  else names.set(name, file);
}

type CopyFile = (file: SimulatedFile) => SimulatedFile;

/** Copies a file only once, even if it has two names. */
function memoized(copy: CopyFile): CopyFile {
  const copies = new Map<SimulatedFile, SimulatedFile>();
  return (file) => {
    const known = copies.get(file) ?? copy(file);
    copies.set(file, known);
    return known;
  };
}

function withFiles(names: ReadonlyMap<string, SimulatedFile>, copy: CopyFile): Map<string, SimulatedFile> {
  return new Map(Array.from(names, ([name, file]) => [name, copy(file)]));
}

interface Fault {
  readonly kind: FaultKind;
  readonly code: ErrorCode;
}

interface Outage {
  readonly from: number;
  readonly code: ErrorCode;
  readonly names: readonly OperationName[] | undefined;
}

/** An operation and its effects. */
interface Act<TValue> {
  readonly name: OperationName;
  readonly path: string;
  readonly file?: SimulatedFile;
  readonly act: (isShort: boolean) => TValue;
  /** Called instead of `act` when the operation fails. */
  readonly fail?: () => void;
}

export class SimulatedFiles implements Files {
  /** All operations so far, in order. */
  readonly operations: Operation[] = [];
  /** Called before each operation, so that a test can cut the power there. */
  beforeOperation: (() => void) | undefined;
  readonly #random: Random | undefined;
  readonly #faults = new Map<number, Fault>();
  readonly #open = new Set<OpenFile>();
  #directories = new Map<string, SimulatedDirectory>();
  #outage: Outage | undefined;

  /**
   * @param random Makes each operation take up to two event-loop iterations. Without `random`, each operation
   * takes a microtask.
   */
  constructor(random?: Random) {
    this.#random = random;
  }

  // Methods for tests.

  /** How many operations the store has called. */
  get count(): number {
    return this.operations.length;
  }

  /** How many files are open. */
  get openFiles(): number {
    return this.#open.size;
  }

  /** Makes the nth operation from the beginning fail. */
  failAt(n: number, kind: FaultKind, code: ErrorCode = 'EIO'): void {
    this.#faults.set(n, { kind, code });
  }

  /** Makes all operations, or those with some names, fail from the nth on, until {@link heal}. */
  failFrom(n: number, code: ErrorCode = 'EIO', names?: readonly OperationName[]): void {
    this.#outage = { from: n, code, names };
  }

  /** Ends all failures. */
  heal(): void {
    this.#outage = undefined;
    this.#faults.clear();
  }

  /** A copy as a power cut may leave it. The original is unchanged. */
  powerCut(random: Random): SimulatedFiles {
    return this.#with((directory) => directory.remains(random));
  }

  /** A copy with all pending changes, as the end of the process leaves it. The original is unchanged. */
  kill(): SimulatedFiles {
    return this.#with((directory) => directory.copy());
  }

  /** Deletes a directory with its contents, durably. Open files can still be used. */
  vanish(directory: string): void {
    this.#directories.delete(directory);
  }

  /** Makes an empty directory, durably. */
  appear(directory: string): void {
    this.#directories.set(directory, new SimulatedDirectory());
  }

  /** Replaces a file with something other than a regular file, durably. */
  obstruct(path: string): void {
    const file = new SimulatedFile();
    file.isIrregular = true;
    const directory = this.#directory(dirname(path), 'open');
    directory.change({ name: basename(path), file });
    directory.sync();
  }

  /** Everything that the process sees, as one text. */
  contents(): string {
    const directories = Array.from(this.#directories, ([path, { names }]) => [
      path,
      Array.from(names, ([name, { content }]) => [name, content.toString('latin1')]).sort(),
    ]);
    return JSON.stringify(directories);
  }

  // Operations for the store.

  list(directory: string): Promise<string[]> {
    return this.#do({
      name: 'list',
      path: directory,
      act: () => [...this.#directory(directory, 'scandir').names.keys()],
    });
  }

  createDirectory(directory: string): Promise<void> {
    return this.#do({
      name: 'createDirectory',
      path: directory,
      act: () => {
        if (!this.#directories.has(directory)) this.appear(directory);
      },
    });
  }

  async open(path: string): Promise<OpenFile> {
    const opened = await this.#do({
      name: 'open',
      path,
      act: () => {
        const file = this.#directory(dirname(path), 'open').names.get(basename(path));
        if (file === undefined) throw systemError('ENOENT', 'open');
        if (file.isIrregular) throw new FileError('file.irregular', `${path} is not a regular file`);
        return file;
      },
    });
    return this.#handle(opened, path);
  }

  async create(path: string): Promise<OpenFile> {
    const created = await this.#do({
      name: 'create',
      path,
      act: () => {
        const directory = this.#directory(dirname(path), 'open');
        const name = basename(path);
        if (directory.names.has(name)) directory.change({ name, file: undefined });
        const file = new SimulatedFile();
        directory.change({ name, file });
        return file;
      },
    });
    return this.#handle(created, path);
  }

  async append(path: string): Promise<OpenFile> {
    const opened = await this.#do({
      name: 'append',
      path,
      act: () => {
        const directory = this.#directory(dirname(path), 'open');
        const name = basename(path);
        const file = directory.names.get(name) ?? new SimulatedFile();
        if (file.isIrregular) throw new FileError('file.irregular', `${path} is not a regular file`);
        if (!directory.names.has(name)) directory.change({ name, file });
        return file;
      },
    });
    const handle = this.#handle(opened, path);
    // Change the handle in place, because this object is counted as open until it is closed.
    return Object.assign(handle, {
      write: (bytes: Buffer) => this.#write(opened, path, bytes, () => opened.content.length),
    });
  }

  facts(path: string): Promise<FileFacts | undefined> {
    return this.#do({
      name: 'facts',
      path,
      act: () => {
        const owner = process.geteuid?.() ?? 0;
        if (this.#directories.has(path))
          return { isDirectory: true, size: 0, mode: DIRECTORY_MODE, owner, version: '' };
        const file = this.#directories.get(dirname(path))?.names.get(basename(path));
        if (file === undefined) return undefined;
        const { content, number, version } = file;
        return {
          isDirectory: false,
          size: content.length,
          mode: FILE_MODE,
          owner,
          version: `${number} ${version}`,
        };
      },
    });
  }

  rename(from: string, to: string): Promise<void> {
    return this.#do({
      name: 'rename',
      path: to,
      act: () => {
        const moved = this.#directories.get(from);
        if (moved !== undefined) {
          this.#directories.delete(from);
          this.#directories.set(to, moved);
          return;
        }
        const directory = this.#directory(dirname(from), 'rename');
        const file = directory.names.get(basename(from));
        if (file === undefined || dirname(to) !== dirname(from)) throw systemError('ENOENT', 'rename');
        directory.change({ name: basename(to), file, from: basename(from) });
      },
    });
  }

  remove(path: string): Promise<void> {
    return this.#do({
      name: 'remove',
      path,
      act: () => {
        const directory = this.#directories.get(dirname(path));
        const name = basename(path);
        if (directory?.names.has(name)) directory.change({ name, file: undefined });
      },
    });
  }

  /** The removal is durable at once, like {@link createDirectory} and the renaming of a directory. */
  removeDirectory(directory: string): Promise<void> {
    return this.#do({
      name: 'removeDirectory',
      path: directory,
      act: () => {
        if (this.#directory(directory, 'rmdir').names.size > 0) throw systemError('ENOTEMPTY', 'rmdir');
        this.vanish(directory);
      },
    });
  }

  syncDirectory(directory: string): Promise<void> {
    return this.#do({
      name: 'syncDirectory',
      path: directory,
      act: () => this.#directory(directory, 'open').sync(),
      fail: () => this.#directories.get(directory)?.doubt(),
    });
  }

  async lock(path: string): Promise<Lock> {
    const parent = dirname(path);
    const directory = await this.#do({ name: 'lock', path, act: () => this.#directory(parent, 'open') });
    if (directory.names.get(basename(path))?.isIrregular)
      throw new FileError('file.irregular', `${path} is not a regular file`);
    if (directory.isLocked) throw new FileError('lock.held', 'in use by a simulated process');
    directory.isLocked = true;
    const release = () => {
      directory.isLocked = false;
    };
    return {
      isInPlace: () =>
        this.#do({ name: 'isLockInPlace', path, act: () => this.#directories.get(parent) === directory }),
      release: () => this.#do({ name: 'release', path, act: release, fail: release }),
    };
  }

  #handle(file: SimulatedFile, path: string): OpenFile {
    const close = () => {
      this.#open.delete(handle);
    };
    const handle: OpenFile = {
      read: (buffer, position) =>
        this.#do({
          name: 'read',
          path,
          file,
          act: (isShort) => {
            const end = position + (isShort ? Math.ceil(buffer.length / 2) : buffer.length);
            return file.content.copy(buffer, 0, Math.min(position, file.content.length), end);
          },
        }),
      write: (bytes, position) => this.#write(file, path, bytes, () => position),
      truncate: (length) =>
        this.#do({ name: 'truncate', path, file, act: () => file.change({ position: length }) }),
      datasync: () =>
        this.#do({ name: 'datasync', path, file, act: () => file.sync(), fail: () => file.doubt() }),
      isInPlace: () =>
        this.#do({
          name: 'isInPlace',
          path,
          file,
          act: () => this.#directories.get(dirname(path))?.names.get(basename(path)) === file,
        }),
      close: () => this.#do({ name: 'close', path, file, act: close, fail: close }),
    };
    this.#open.add(handle);
    return handle;
  }

  #write(file: SimulatedFile, path: string, bytes: Buffer, position: () => number): Promise<number> {
    return this.#do({
      name: 'write',
      path,
      file,
      act: (isShort) => {
        if (file.isFull) {
          file.isFull = false;
          throw systemError('ENOSPC', 'write');
        }
        file.isFull = isShort;
        // Copy the bytes: the store may reuse its buffer.
        const written = Buffer.from(bytes.subarray(0, isShort ? bytes.length >>> 1 : bytes.length));
        file.change({ bytes: written, position: position() });
        return written.length;
      },
    });
  }

  #directory(path: string, call: string): SimulatedDirectory {
    const directory = this.#directories.get(path);
    if (directory === undefined) throw systemError('ENOENT', call);
    return directory;
  }

  async #do<TValue>({ name, path, file, act, fail }: Act<TValue>): Promise<TValue> {
    await this.#pause();
    this.beforeOperation?.();
    const number = this.count + 1;
    const { kind, code } = this.#faultOf(number, name) ?? {};
    this.operations.push({ number, name, path, file: file?.number, hasFailed: kind !== undefined });
    const isShort = kind === 'short' && (name === 'write' || name === 'read');
    if (code === undefined || isShort) return act(isShort);
    if (kind === 'after') act(false);
    else fail?.();
    throw systemError(code, name);
  }

  #faultOf(number: number, name: OperationName): Fault | undefined {
    const fault = this.#faults.get(number);
    if (fault !== undefined || this.#outage === undefined) return fault;
    const { from, code, names } = this.#outage;
    return number >= from && (names === undefined || names.includes(name))
      ? { kind: 'before', code }
      : undefined;
  }

  async #pause(): Promise<void> {
    const iterations = this.#random === undefined ? 0 : this.#random.below(3);
    for (let count = 0; count < iterations; count++) await new Promise(setImmediate);
  }

  #with(copy: (directory: SimulatedDirectory) => SimulatedDirectory): SimulatedFiles {
    const files = new SimulatedFiles(this.#random);
    files.#directories = new Map(
      Array.from(this.#directories, ([path, directory]) => [path, copy(directory)]),
    );
    return files;
  }
}

/** An error like those of Node.js. */
function systemError(code: ErrorCode, call: string): NodeJS.ErrnoException {
  const error: NodeJS.ErrnoException = new Error(`${code}: simulated, ${call}`);
  error.code = code;
  error.errno = -constants.errno[code];
  error.syscall = call;
  return error;
}
