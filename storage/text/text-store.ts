/**
 * The text store: keeps users and buddy lists in memory, and appends every effective change to a journal.
 * From time to time it writes a snapshot of all users, which replaces the journals before it.
 *
 * The manifest lists the files; docs/storage.md shows them. A sealed file never changes, and the manifest is
 * only replaced as a whole. At any moment the disk therefore holds one complete database, even if the store
 * is interrupted while it writes the next one.
 *
 * If the on-disk contents are unknown, as after a failed sync, the store writes a new database from memory.
 * It never syncs the old file again. Until the new database is complete, the store refuses changes; lists can
 * still be read.
 */

import { DataDirectory } from '../files/data-directory.js';
import { DISK } from '../files/disk.js';
import { isFileError, isSystemError, systemReason } from '../files/file-error.js';
import { journalName, nextFileNumber, snapshotName } from '../files/file-names.js';
import type { Files, Lock } from '../files/files.js';
import { Journal } from '../format/journal.js';
import { type Manifest, namesIn, type SnapshotEntry, swapManifest } from '../format/manifest.js';
import { writeSnapshot } from '../format/snapshot.js';
import { removeLeftovers } from '../recovery/leftovers.js';
import { type Opened, openDatabase, type TornTail } from '../recovery/opening.js';
import { type DroppedLine, rewrite, salvage } from '../recovery/repair.js';
import {
  type Expulsion,
  isStoreError,
  type Store,
  type StoreChange,
  StoreError,
  type Users,
  type Verdict,
} from '../store.js';
import type { Applied, UserTable } from '../tables/user-table.js';

/** The store writes a snapshot when the journals are longer than this fraction of the last snapshot. */
const COMPACTION_PART = 0.5;

/** Pause between two attempts to write a new database from memory, in milliseconds. */
const RETRY_MS = 1_000;

/** Events of a store that an operator may want to know about. */
export type StoreReport =
  /** The store found an interrupted write, and moved it to a separate file. */
  | ({ readonly type: 'tail.kept' } & TornTail)
  | { readonly type: 'snapshot.made'; readonly users: number; readonly bytes: number; readonly ms: number }
  /** No data is lost. The store tries again when the journals are twice as long. */
  | { readonly type: 'snapshot.failed'; readonly error: unknown }
  /** The database had the previous format, and was rewritten in the current format. */
  | { readonly type: 'store.upgraded'; readonly users: number; readonly ms: number }
  /** A line of a damaged database could not be saved. */
  | ({ readonly type: 'line.dropped' } & DroppedLine)
  /** The readable part of a damaged database was saved. */
  | { readonly type: 'store.repaired'; readonly users: number; readonly kept: readonly string[] }
  /** The on-disk contents were unknown: the store wrote a new database from memory. */
  | { readonly type: 'store.renewed'; readonly users: number; readonly ms: number };

export interface TextStore extends Store {
  /**
   * Writes a snapshot now, so that the next start is quick. Waits for a snapshot under way first. Reports the
   * outcome to `onReport`, and does not return it.
   */
  compact(): Promise<void>;
}

export interface TextStoreOptions {
  readonly files?: Files;
  readonly onReport?: (report: StoreReport) => void;
  /** The store writes no snapshot while the journals are at most this long. */
  readonly minCompactionBytes?: number;
  /** True to save the readable part of a damaged database, instead of refusing to open it. */
  readonly repair?: boolean;
}

const DEFAULTS: Required<TextStoreOptions> = {
  files: DISK,
  onReport: () => {},
  minCompactionBytes: 4 * 1024 * 1024,
  repair: false,
};

/**
 * Opens the store in a directory; makes the directory and an empty database if they do not exist.
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
    const startedMs = performance.now();
    const opened = await openOrRepair(directory, settings);
    if (opened.isUpgraded) {
      const ms = Math.round(performance.now() - startedMs);
      settings.onReport({ type: 'store.upgraded', users: opened.table.countUsers(), ms });
    }
    if (opened.tornTail !== undefined) settings.onReport({ type: 'tail.kept', ...opened.tornTail });
    return new DirectoryStore(directory, settings, lock, opened);
  } catch (error) {
    await lock?.release().catch(() => {}); // report the first error, not this one
    throw unusable(path, error);
  }
}

async function openOrRepair(directory: DataDirectory, { onReport, repair }: Settings): Promise<Opened> {
  try {
    return await openDatabase(directory, repair);
  } catch (error) {
    if (!repair || !isStoreError(error, 'store.corrupt')) throw error;
    const saved = await salvage(directory, (line) => onReport({ type: 'line.dropped', ...line }));
    const kept = await rewrite(directory, saved);
    onReport({ type: 'store.repaired', users: saved.table.countUsers(), kept });
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
  /** True when the on-disk contents are unknown. The next commit then writes a new database first. */
  #isBroken = false;
  /**
   * The length of the journals when the last snapshot failed. The store tries again when they are twice as
   * long.
   */
  #failedAtBytes = 0;
  /** The earliest time of the next attempt to write a new database. */
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
    table.commit();
  }

  async commit(changes: readonly StoreChange[]): Promise<readonly Verdict[]> {
    return this.#exclusively(() => this.#commit(changes));
  }

  async catchUp(): Promise<void> {
    if (this.#closed !== undefined) throw new StoreError('store.closed', 'the store is closed');
  }

  async compact(): Promise<void> {
    await this.#compaction;
    await this.#exclusively(() => this.#beginCompaction());
    await this.#compaction;
  }

  get lastChange(): number {
    return this.#journal.last;
  }

  get users(): Users {
    return this.#table;
  }

  takeExpulsions(): readonly Expulsion[] | 'all' {
    return this.#table.takeExpulsions();
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
    this.#table.close();
    await this.#underWay?.catch(() => {}); // the caller of that commit receives its error
    await this.#stopCompaction();
    this.#retryAtMs = Number.NEGATIVE_INFINITY;
    // A broken journal may contain refused changes: without a new database, the next start could find them.
    if (this.#isBroken) await this.#renew().catch(() => {});
    // Acknowledged changes are synced: no data is lost if a file cannot be closed.
    await this.#journal.close().catch(() => {});
    await this.#lock.release().catch(() => {});
  }

  async #commit(changes: readonly StoreChange[]): Promise<readonly Verdict[]> {
    if (this.#isBroken) await this.#renew();
    const applied = changes.map((change) => this.#table.apply(change));
    await this.#append(applied);
    this.#table.commit();
    await this.#compactIfDue();
    return applied.map(({ verdict }) => verdict);
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

  // Writing a snapshot while commits continue.

  /** Starts a snapshot if the journals are long enough. */
  async #compactIfDue(): Promise<void> {
    const part = COMPACTION_PART * (this.#manifest.snapshot?.bytes ?? 0);
    const limit = Math.max(part, this.#settings.minCompactionBytes);
    if (this.#compaction !== undefined || this.#journalBytes <= Math.max(limit, this.#failedAtBytes * 2))
      return;
    await this.#beginCompaction();
  }

  /** Starts a snapshot, which is then written in the background. */
  async #beginCompaction(): Promise<void> {
    try {
      await this.#rotate();
    } catch (error) {
      return this.#onSnapshotFailed(error);
    }
    // No commit may happen after the rotation and before this call: the snapshot must match the end of the
    // sealed journal.
    this.#compaction = this.#compact().finally(() => {
      this.#compaction = undefined;
    });
  }

  get #journalBytes(): number {
    return this.#manifest.sealed.reduce((sum, { bytes }) => sum + bytes, this.#journal.bytes);
  }

  /** Seals the journal and starts another one. */
  async #rotate(): Promise<void> {
    await this.#assertDirectory();
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
        await this.#assertDirectory();
        const manifest = { snapshot, sealed: [], active: this.#manifest.active };
        await swapManifest(this.#directory, manifest);
        this.#manifest = manifest;
      });
      await this.#onSnapshot();
      const ms = Math.round(performance.now() - startedMs);
      this.#settings.onReport({ type: 'snapshot.made', users, bytes, ms });
    } catch (error) {
      if (!isFileError(error, 'snapshot.stopped')) this.#onSnapshotFailed(error);
    }
  }

  /** Writes a snapshot and passes its entry to `use`. Removes the snapshot if `use` fails. */
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

  /** Removes the files that a new snapshot replaces. */
  async #onSnapshot(): Promise<void> {
    this.#failedAtBytes = 0;
    await removeLeftovers(this.#directory, this.#manifest).catch(() => {}); // the next start removes them
  }

  #remove(name: string): Promise<void> {
    return this.#directory.remove(name).catch(() => {}); // the next start removes it
  }

  async #writeSnapshot(last: number) {
    const name = snapshotName(this.#nextNumber++);
    const frozen = this.#table.freeze();
    try {
      const bytes = await writeSnapshot(this.#directory, name, frozen, this.#table, {
        last,
        isStopped: () => this.#isStopped,
      });
      return { name, last, bytes, users: frozen.size - frozen.removed.size };
    } catch (error) {
      await this.#remove(name);
      throw error;
    } finally {
      frozen.release();
    }
  }

  #onSnapshotFailed(error: unknown): void {
    this.#failedAtBytes = this.#journalBytes;
    this.#settings.onReport({ type: 'snapshot.failed', error });
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

  /** Switches to another manifest and its journal. */
  async #swap(manifest: Manifest, journal: Journal): Promise<void> {
    try {
      await swapManifest(this.#directory, manifest);
    } catch (error) {
      await journal.close().catch(() => {}); // no record was written to it
      // If the new manifest is in place after all, the next start would miss the records that are appended to
      // the old journal from now on.
      if (isFileError(error, 'file.uncertain')) this.#isBroken = true;
      else await this.#remove(manifest.active.name);
      throw error;
    }
    const old = this.#journal;
    this.#manifest = manifest;
    this.#journal = journal;
    await old.close().catch(() => {}); // it is synced, or no longer needed
  }

  // When the on-disk contents are unknown.

  /** Writes a new database from memory. */
  async #renew(): Promise<void> {
    const startedMs = performance.now();
    if (startedMs < this.#retryAtMs) throw unavailable(undefined);
    await this.#stopCompaction();
    try {
      await this.#ensureLock();
      const { users } = await this.#withSnapshot(this.#journal.last, async (snapshot) => {
        const next = await this.#createJournal();
        await this.#swap({ snapshot, sealed: [], active: next.entry }, next.journal);
      });
      this.#isBroken = false;
      await this.#onSnapshot();
      const ms = Math.round(performance.now() - startedMs);
      this.#settings.onReport({ type: 'store.renewed', users, ms });
    } catch (cause) {
      this.#retryAtMs = performance.now() + RETRY_MS;
      throw unavailable(cause);
    }
  }

  /** If another directory of the same name has replaced the locked one, locks the new one. */
  async #ensureLock(): Promise<void> {
    if (await this.#lock.isInPlace()) return;
    const old = this.#lock;
    this.#lock = await this.#directory.lock();
    await old.release().catch(() => {}); // its directory no longer exists under this name
  }

  /** Throws if another directory has replaced the locked one: another process may use the new one. */
  async #assertDirectory(): Promise<void> {
    if (await this.#lock.isInPlace()) return;
    this.#isBroken = true;
    throw new Error('the data directory is not the one that was locked');
  }
}

function unavailable(cause: unknown): StoreError {
  return new StoreError('store.unavailable', 'the data directory cannot be written', { cause });
}

/**
 * Returns an error whose message says in one line why a data directory cannot be used, and what to do.
 * Returns an error of another kind as it is.
 */
export function unusable(directory: string, error: unknown): unknown {
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
  if (reason === undefined) return undefined;
  const { path } = cause as NodeJS.ErrnoException;
  if (!isSystemError(cause, 'EACCES', 'EPERM') || path === undefined) {
    return `${cannot} (${reason}): name another one with --data`;
  }
  const advice = 'make the user who runs the server the owner of the directory and its files';
  return `${cannot} (${path}: ${reason}): ${advice}, or name another one with --data`;
}
