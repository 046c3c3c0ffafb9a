/**
 * The text store: users and buddy lists in memory, every effective change in a journal, and now and then a
 * snapshot of all, after which the journals before it are not needed any more.
 *
 * What the files are, the manifest says; docs/storage.md shows them. A sealed file never changes, and the
 * manifest is only ever replaced as a whole. So at any moment the disk holds one complete database, and
 * whatever interrupts the writing of the next leaves it alone.
 *
 * When nobody knows what is on disk, everything is written anew, from memory: a file whose sync failed is
 * never synced again. Until that works, changes are refused, and the lists can be read.
 */

import type { ReplyCode } from '../../protocol/reply.js';
import type { Change } from '../../protocol/request.js';
import { DataDirectory } from '../files/data-directory.js';
import { DISK } from '../files/disk.js';
import { isFileError, systemReason } from '../files/file-error.js';
import { journalName, nextFileNumber, snapshotName } from '../files/file-names.js';
import type { Files, Lock } from '../files/files.js';
import { Journal } from '../format/journal.js';
import { type Manifest, namesIn, type SnapshotEntry, swapManifest } from '../format/manifest.js';
import { writeSnapshot } from '../format/snapshot.js';
import { removeLeftovers } from '../recovery/leftovers.js';
import { type Opened, openDatabase, type TornTail } from '../recovery/opening.js';
import { type DroppedLine, rewrite, salvage } from '../recovery/repair.js';
import { isStoreError, type Store, StoreError, type Users } from '../store.js';
import type { Applied, UserTable } from '../tables/user-table.js';

/** A snapshot is made when the journals have more than this part of the bytes of the last one. */
const COMPACTION_PART = 0.5;

/** How long the store rests before it tries again to write everything anew, in milliseconds. */
const RETRY_MS = 1_000;

/** What happens to a store that its owner may want to know. */
export type StoreNews =
  /** An interrupted write was found, kept aside and left out. */
  | ({ readonly type: 'tail.kept' } & TornTail)
  | { readonly type: 'snapshot.made'; readonly users: number; readonly bytes: number; readonly ms: number }
  /** It is tried again when the journals have doubled; nothing depends on it. */
  | { readonly type: 'snapshot.failed'; readonly error: unknown }
  /** Of a damaged database, a line that could not be saved; and then, that the rest was. */
  | ({ readonly type: 'line.dropped' } & DroppedLine)
  | { readonly type: 'store.repaired'; readonly users: number; readonly kept: readonly string[] }
  /** Nobody knew any more what was on disk: everything was written anew. */
  | { readonly type: 'store.renewed'; readonly users: number; readonly ms: number };

export interface TextStore extends Store {
  /**
   * Makes a snapshot now, so that the next start is quick. Waits for one that is being made; whether it
   * worked, news tell.
   */
  compact(): Promise<void>;
}

export interface TextStoreOptions {
  readonly files?: Files;
  readonly onNews?: (news: StoreNews) => void;
  /** A snapshot is made when the journals have more bytes than this. */
  readonly minCompactionBytes?: number;
  /** Has what can be saved of a damaged database saved, instead of refusing it. */
  readonly repair?: boolean;
}

const DEFAULTS: Required<TextStoreOptions> = {
  files: DISK,
  onNews: () => {},
  minCompactionBytes: 4 * 1024 * 1024,
  repair: false,
};

/**
 * Opens the store in a directory, created where there is none.
 *
 * @throws StoreError `store.unusable` or `store.corrupt`, as a rejection.
 */
export async function openTextStore(path: string, options: TextStoreOptions = {}): Promise<TextStore> {
  const { files, ...settings } = { ...DEFAULTS, ...options };
  const directory = new DataDirectory(files, path);
  let lock: Lock | undefined;
  try {
    await directory.make();
    lock = await directory.lock();
    const opened = await openOrRepair(directory, settings);
    if (opened.tornTail !== undefined) settings.onNews({ type: 'tail.kept', ...opened.tornTail });
    return new DirectoryStore(directory, settings, lock, opened);
  } catch (error) {
    await lock?.release().catch(() => {}); // the first error is the one to tell of
    throw unusable(path, error);
  }
}

async function openOrRepair(directory: DataDirectory, { onNews, repair }: Settings): Promise<Opened> {
  try {
    return await openDatabase(directory, repair);
  } catch (error) {
    if (!repair || !isStoreError(error, 'store.corrupt')) throw error;
    const saved = await salvage(directory, (line) => onNews({ type: 'line.dropped', ...line }));
    const kept = await rewrite(directory, saved);
    onNews({ type: 'store.repaired', users: saved.table.size, kept });
    return openDatabase(directory);
  }
}

type Settings = Omit<Required<TextStoreOptions>, 'files'>;

class DirectoryStore implements TextStore {
  readonly #directory: DataDirectory;
  readonly #settings: Settings;
  readonly #table: UserTable;
  #lock: Lock;
  #manifest: Manifest;
  #journal: Journal;
  #nextNumber: number;
  /** True when nobody knows what the journal's file holds. */
  #isBroken = false;
  /**
   * How many bytes the journals had when no snapshot could be made; it is tried again when they have twice as
   * many.
   */
  #failedAtBytes = 0;
  /** Nothing is written anew before. */
  #retryAtMs = Number.NEGATIVE_INFINITY;
  #underWay: Promise<unknown> | undefined;
  #compaction: Promise<void> | undefined;
  #isStopped = false;
  #closed: Promise<void> | undefined;

  constructor(
    directory: DataDirectory,
    settings: Settings,
    lock: Lock,
    { table, manifest, journal }: Opened,
  ) {
    this.#directory = directory;
    this.#settings = settings;
    this.#lock = lock;
    this.#table = table;
    this.#manifest = manifest;
    this.#journal = journal;
    this.#nextNumber = nextFileNumber(namesIn(manifest));
    table.settle();
  }

  async commit(changes: readonly Change[]): Promise<readonly ReplyCode[]> {
    return this.#exclusively(() => this.#commit(changes));
  }

  async compact(): Promise<void> {
    await this.#compaction;
    await this.#exclusively(() => this.#beginCompaction());
    await this.#compaction;
  }

  get users(): Users {
    return this.#table;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #exclusively<TValue>(work: () => Promise<TValue>): Promise<TValue> {
    if (this.#closed !== undefined) throw new StoreError('store.closed', 'the store is closed');
    if (this.#underWay !== undefined) throw new StoreError('store.busy', 'a commit is under way');
    const done = work();
    this.#underWay = done;
    try {
      return await done;
    } finally {
      this.#underWay = undefined;
    }
  }

  async #close(): Promise<void> {
    await this.#underWay?.catch(() => {}); // whoever asked for that commit hears of it
    await this.#stopCompaction();
    this.#retryAtMs = Number.NEGATIVE_INFINITY;
    // Else what was refused may be found made at the next start.
    if (this.#isBroken) await this.#renew().catch(() => {});
    // What was acknowledged is synced: nothing is lost with a file that cannot be closed.
    await this.#journal.close().catch(() => {});
    await this.#lock.release().catch(() => {});
  }

  async #commit(changes: readonly Change[]): Promise<readonly ReplyCode[]> {
    if (this.#isBroken) await this.#renew();
    const applied = changes.map((change) => this.#table.apply(change));
    await this.#append(applied);
    this.#table.settle();
    await this.#compactIfDue();
    return applied.map(({ reply }) => reply);
  }

  async #append(applied: readonly Applied[]): Promise<void> {
    const effects = applied.map(({ effect }) => effect).filter((effect) => effect !== undefined);
    if (effects.length === 0) return;
    try {
      await this.#journal.append(effects, () => this.#lock.isInPlace());
    } catch (cause) {
      for (const change of applied.toReversed()) this.#table.undo(change);
      this.#isBroken ||= isFileError(cause, 'journal.broken');
      throw unavailable(cause);
    }
  }

  // Making a snapshot, while changes go on.

  /** Begins to make a snapshot, if it is time. */
  async #compactIfDue(): Promise<void> {
    const part = COMPACTION_PART * (this.#manifest.snapshot?.bytes ?? 0);
    const limit = Math.max(part, this.#settings.minCompactionBytes);
    if (this.#compaction !== undefined || this.#journalBytes <= Math.max(limit, this.#failedAtBytes * 2))
      return;
    await this.#beginCompaction();
  }

  /** What is begun is done in the background. */
  async #beginCompaction(): Promise<void> {
    try {
      await this.#rotate();
    } catch (error) {
      return this.#onSnapshotFailed(error);
    }
    // Nothing may come between: the journal that was sealed ends with the table as it is now.
    this.#compaction = this.#compact().finally(() => {
      this.#compaction = undefined;
    });
  }

  get #journalBytes(): number {
    return this.#manifest.sealed.reduce((sum, { bytes }) => sum + bytes, this.#journal.bytes);
  }

  /** Seals the journal and begins another one. */
  async #rotate(): Promise<void> {
    await this.#demandDirectory();
    const { name, first } = this.#manifest.active;
    const { last, bytes } = this.#journal;
    if (last < first) return;
    const next = await this.#createJournal();
    const sealed = [...this.#manifest.sealed, { name, first, last, bytes }];
    await this.#swap({ ...this.#manifest, sealed, active: next.entry }, next.journal);
  }

  async #compact(): Promise<void> {
    const { last } = this.#journal;
    const startedMs = performance.now();
    try {
      const { users, bytes } = await this.#withSnapshot(last, async (snapshot) => {
        await this.#demandDirectory();
        const manifest = { snapshot, sealed: [], active: this.#manifest.active };
        await swapManifest(this.#directory, manifest);
        this.#manifest = manifest;
      });
      await this.#onSnapshot();
      const ms = Math.round(performance.now() - startedMs);
      this.#settings.onNews({ type: 'snapshot.made', users, bytes, ms });
    } catch (error) {
      if (!isFileError(error, 'snapshot.stopped')) this.#onSnapshotFailed(error);
    }
  }

  /** Writes a snapshot, and has it put to use; without that, it is removed again. */
  async #withSnapshot(last: number, use: (entry: SnapshotEntry) => Promise<void>) {
    const { users, ...entry } = await this.#writeSnapshot(last);
    try {
      await use(entry);
    } catch (error) {
      if (!isFileError(error, 'file.uncertain')) await this.#remove(entry.name);
      throw error;
    }
    return { users, ...entry };
  }

  /** The files that a new snapshot stands for are not needed any more. */
  async #onSnapshot(): Promise<void> {
    this.#failedAtBytes = 0;
    await removeLeftovers(this.#directory, this.#manifest).catch(() => {}); // the next start does it
  }

  #remove(name: string): Promise<void> {
    return this.#directory.remove(name).catch(() => {}); // the next start does it
  }

  async #writeSnapshot(last: number) {
    const name = snapshotName(this.#nextNumber++);
    const frozen = this.#table.freeze();
    try {
      const bytes = await writeSnapshot(this.#directory, name, frozen, this.#table, {
        last,
        isStopped: () => this.#isStopped,
      });
      return { name, last, bytes, users: frozen.size };
    } catch (error) {
      await this.#remove(name);
      throw error;
    } finally {
      frozen.release();
    }
  }

  #onSnapshotFailed(error: unknown): void {
    this.#failedAtBytes = this.#journalBytes;
    this.#settings.onNews({ type: 'snapshot.failed', error });
  }

  async #stopCompaction(): Promise<void> {
    this.#isStopped = true;
    await this.#compaction;
    this.#isStopped = false;
  }

  // Files.

  async #createJournal(): Promise<{ readonly journal: Journal; readonly entry: Manifest['active'] }> {
    const entry = { name: journalName(this.#nextNumber++), first: this.#journal.last + 1 };
    return { journal: await Journal.create(this.#directory, entry.name, entry.first), entry };
  }

  /** Goes on with another manifest and its journal. */
  async #swap(manifest: Manifest, journal: Journal): Promise<void> {
    try {
      await swapManifest(this.#directory, manifest);
    } catch (error) {
      await journal.close().catch(() => {}); // nothing was written to it
      // What is appended to the old journal may not be found, should the new manifest be in place.
      if (isFileError(error, 'file.uncertain')) this.#isBroken = true;
      else await this.#remove(manifest.active.name);
      throw error;
    }
    const old = this.#journal;
    this.#manifest = manifest;
    this.#journal = journal;
    await old.close().catch(() => {}); // it is synced, or not needed any more
  }

  // When nobody knows what is on disk.

  async #renew(): Promise<void> {
    const startedMs = performance.now();
    if (startedMs < this.#retryAtMs) throw unavailable(undefined);
    await this.#stopCompaction();
    try {
      await this.#holdLock();
      const { users } = await this.#withSnapshot(this.#journal.last, async (snapshot) => {
        const next = await this.#createJournal();
        await this.#swap({ snapshot, sealed: [], active: next.entry }, next.journal);
      });
      this.#isBroken = false;
      await this.#onSnapshot();
      const ms = Math.round(performance.now() - startedMs);
      this.#settings.onNews({ type: 'store.renewed', users, ms });
    } catch (cause) {
      this.#retryAtMs = performance.now() + RETRY_MS;
      throw unavailable(cause);
    }
  }

  /** The directory may have been put by another one of the same name. */
  async #holdLock(): Promise<void> {
    if (await this.#lock.isInPlace()) return;
    const old = this.#lock;
    this.#lock = await this.#directory.lock();
    await old.release().catch(() => {}); // it is of a directory that is not there any more
  }

  /** What is under the directory's name may be another process's by now. */
  async #demandDirectory(): Promise<void> {
    if (await this.#lock.isInPlace()) return;
    this.#isBroken = true;
    throw new Error('the data directory is not the one that was locked');
  }
}

function unavailable(cause: unknown): StoreError {
  return new StoreError('store.unavailable', 'the data directory cannot be written', { cause });
}

/** Says in one line why a store cannot be opened, and what to do. */
function unusable(directory: string, error: unknown): unknown {
  const cause = isFileError(error, 'file.uncertain') ? error.cause : error;
  const message = whyUnusable(directory, cause);
  return message === undefined ? cause : new StoreError('store.unusable', message, { cause });
}

function whyUnusable(directory: string, cause: unknown): string | undefined {
  if (isFileError(cause, 'lock.held')) {
    const advice = 'stop it, or name another directory with --data';
    return `the data directory ${directory} is ${cause.message}: ${advice}`;
  }
  const cannot = `cannot use the data directory ${directory}`;
  if (isFileError(cause, 'lock.failed', 'file.irregular')) return `${cannot}: ${cause.message}`;
  const reason = systemReason(cause);
  return reason === undefined ? undefined : `${cannot} (${reason}): name another one with --data`;
}
