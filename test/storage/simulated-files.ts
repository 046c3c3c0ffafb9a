/**
 * A file system in memory that fails when it is told to, and whose power can be cut at any moment.
 *
 * It has what the process sees, and what a power cut leaves. What is written or truncated is pending until
 * the file is synced; a name that is made, changed or removed is pending until its directory is. Of what is
 * pending a power cut leaves anything: all, nothing, some of it, a piece of a write, or only the length that
 * it gave the file. So a rename may be there without the data of the file that was renamed.
 *
 * A sync that fails leaves in doubt whatever was pending: the process reads it still, but no later sync
 * brings it to stable storage, as on Linux, which marks the pages clean.
 */

import { constants } from 'node:os';
import { basename, dirname } from 'node:path';
import { FileError } from '../../storage/files/file-error.js';
import type { Files, Lock, OpenFile } from '../../storage/files/files.js';
import type { Random } from '../helpers/random.js';

/**
 * - `before`: nothing is done.
 * - `after`: it is done, and reported as failed.
 * - `short`: a write, or a read, does a part of it and tells so; the next write to that file fails with
 *   ENOSPC. Everything else fails as with `before`.
 *
 * A file that is closed and a lock that is released are so whatever is reported.
 */
export type FaultKind = 'before' | 'after' | 'short';

export type ErrorCode = 'EIO' | 'ENOSPC' | 'EMFILE' | 'EROFS' | 'ENOENT';

export type OperationName =
  | Exclude<keyof Files, 'remove'>
  | 'remove'
  | Exclude<keyof OpenFile, 'isInPlace'>
  | 'isInPlace'
  | 'isLockInPlace'
  | 'release';

/** What the store asked for. */
export interface Operation {
  /** Counted from 1. */
  readonly number: number;
  readonly name: OperationName;
  readonly path: string;
  /** Tells files apart, whatever their names are. */
  readonly file?: number | undefined;
  /** True when it was made to fail, or to come back short. */
  readonly hasFailed: boolean;
}

/** `doubtful`: no sync will make it durable any more. */
type Status = 'pending' | 'doubtful' | 'durable';

interface ContentChange {
  status: Status;
  /** Of a write; none for a truncation. */
  readonly bytes?: Buffer;
  /** Where it is written, or what length it is cut to. */
  readonly position: number;
}

interface NameChange {
  status: Status;
  readonly name: string;
  /** What the name leads to from then on. */
  readonly file: SimulatedFile | undefined;
  /** Of a rename. */
  readonly from?: string;
}

function settle(changes: readonly { status: Status }[], status: Status): void {
  for (const change of changes) if (change.status === 'pending') change.status = status;
}

let fileNumber = 0;

class SimulatedFile {
  readonly number = ++fileNumber;
  /** What the process reads. Never altered, but replaced. */
  content: Buffer;
  /** The next write fails. */
  isFull = false;
  /** A pipe, a device or a link: no regular file. */
  isIrregular = false;
  #durable: Buffer;
  #changes: ContentChange[] = [];

  constructor(content: Buffer = Buffer.alloc(0)) {
    this.content = content;
    this.#durable = content;
  }

  change(change: Omit<ContentChange, 'status'>): void {
    this.content = changed(this.content, change);
    this.#changes.push({ ...change, status: 'pending' });
  }

  sync(): void {
    settle(this.#changes, 'durable');
    while (this.#changes[0]?.status === 'durable') {
      this.#durable = changed(this.#durable, this.#changes.shift() as ContentChange);
    }
  }

  doubt(): void {
    settle(this.#changes, 'doubtful');
  }

  copy(): SimulatedFile {
    const copy = new SimulatedFile(this.content);
    copy.isIrregular = this.isIrregular;
    copy.#durable = this.#durable;
    copy.#changes = this.#changes.map((change) => ({ ...change }));
    return copy;
  }

  /** What a power cut leaves of it. */
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

/** How likely something pending survives: now nothing does, now everything, now this and that. */
const ODDS = [0, 0.3, 0.7, 1];

function changed(content: Buffer, { bytes, position }: Omit<ContentChange, 'status'>): Buffer {
  if (bytes === undefined) return resized(content, position);
  const result = resized(content, Math.max(content.length, position + bytes.length));
  bytes.copy(result, position);
  return result;
}

/** A copy of that length; what was not there before are zero bytes. */
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
    settle(this.#changes, 'durable');
    while (this.#changes[0]?.status === 'durable') rename(this.#durable, this.#changes.shift() as NameChange);
  }

  doubt(): void {
    settle(this.#changes, 'doubtful');
  }

  /** The same, with what is pending, but unlocked, and with files of its own. */
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

  /** What a power cut leaves of it. */
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

/** A file with two names has one copy. */
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

/** What an operation does. */
interface Act<TValue> {
  readonly name: OperationName;
  readonly path: string;
  readonly file?: SimulatedFile;
  readonly act: (isShort: boolean) => TValue;
  /** Done instead when it fails; default nothing. */
  readonly fail?: () => void;
}

export class SimulatedFiles implements Files {
  /** Everything that was asked for, in its order. */
  readonly operations: Operation[] = [];
  /** Called before an operation is done: the moment to cut the power. */
  beforeOperation: (() => void) | undefined;
  readonly #random: Random | undefined;
  readonly #faults = new Map<number, Fault>();
  readonly #open = new Set<OpenFile>();
  #directories = new Map<string, SimulatedDirectory>();
  #outage: Outage | undefined;

  /**
   * @param random Has an operation take up to two turns of the event loop; without it, each takes a
   * microtask.
   */
  constructor(random?: Random) {
    this.#random = random;
  }

  // What tests do with it.

  /** How many operations there were. */
  get count(): number {
    return this.operations.length;
  }

  /** How many files are open. */
  get openFiles(): number {
    return this.#open.size;
  }

  /** Has one operation fail, the nth from the beginning. */
  failAt(n: number, kind: FaultKind, code: ErrorCode = 'EIO'): void {
    this.#faults.set(n, { kind, code });
  }

  /** Has every operation fail from the nth on, or those of some names, until {@link heal}. */
  failFrom(n: number, code: ErrorCode = 'EIO', names?: readonly OperationName[]): void {
    this.#outage = { from: n, code, names };
  }

  /** Nothing fails any more. */
  heal(): void {
    this.#outage = undefined;
    this.#faults.clear();
  }

  /** What a crash of the machine may leave; this one goes on as if nothing had happened. */
  powerCut(random: Random): SimulatedFiles {
    return this.#with((directory) => directory.remains(random));
  }

  /**
   * What the end of the process leaves: whatever it has seen; this one goes on as if nothing had happened.
   */
  kill(): SimulatedFiles {
    return this.#with((directory) => directory.copy());
  }

  /**
   * Somebody deletes a directory with all that is in it, and syncs that. Files that are open can be used
   * still.
   */
  vanish(directory: string): void {
    this.#directories.delete(directory);
  }

  /** Somebody makes an empty directory, and syncs that. */
  appear(directory: string): void {
    this.#directories.set(directory, new SimulatedDirectory());
  }

  /** Somebody puts what is no regular file in the place of a file, and syncs that. */
  obstruct(path: string): void {
    const file = new SimulatedFile();
    file.isIrregular = true;
    const directory = this.#directory(dirname(path), 'open');
    directory.change({ name: basename(path), file });
    directory.sync();
  }

  /** All that the process sees, as one text. */
  contents(): string {
    const directories = Array.from(this.#directories, ([path, { names }]) => [
      path,
      Array.from(names, ([name, { content }]) => [name, content.toString('latin1')]).sort(),
    ]);
    return JSON.stringify(directories);
  }

  // What the store does with it.

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

  rename(from: string, to: string): Promise<void> {
    return this.#do({
      name: 'rename',
      path: to,
      act: () => {
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
      write: (bytes, position) =>
        this.#do({
          name: 'write',
          path,
          file,
          act: (isShort) => {
            if (file.isFull) {
              file.isFull = false;
              throw systemError('ENOSPC', 'write');
            }
            file.isFull = isShort;
            // A copy: the store may use its buffer again.
            const written = Buffer.from(bytes.subarray(0, isShort ? bytes.length >>> 1 : bytes.length));
            file.change({ bytes: written, position });
            return written.length;
          },
        }),
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
    const turns = this.#random === undefined ? 0 : this.#random.below(3);
    for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
  }

  #with(copy: (directory: SimulatedDirectory) => SimulatedDirectory): SimulatedFiles {
    const files = new SimulatedFiles(this.#random);
    files.#directories = new Map(
      Array.from(this.#directories, ([path, directory]) => [path, copy(directory)]),
    );
    return files;
  }
}

/** An error as Node.js makes it. */
function systemError(code: ErrorCode, call: string): NodeJS.ErrnoException {
  const error: NodeJS.ErrnoException = new Error(`${code}: simulated, ${call}`);
  error.code = code;
  error.errno = -constants.errno[code];
  error.syscall = call;
  return error;
}
