/**
 * The storage of the server's users: the server's own data directory, or a directory in PostgreSQL that
 * several servers share.
 */

import { resolve } from 'node:path';
import type { Log } from '../actors/log.js';
import { createServerIdentity, type ServerIdentity } from '../actors/server/server-identity.js';
import type { ServerOptions } from '../actors/server/server-tree.js';
import { Identity } from '../keys/identity.js';
import { DataDirectory } from '../storage/files/data-directory.js';
import { DISK } from '../storage/files/disk.js';
import type { Files } from '../storage/files/files.js';
import { PostgresBuses } from '../storage/postgres/bus.js';
import { PostgresDirectory, type PostgresReport } from '../storage/postgres/postgres-store.js';
import { readServerSeed } from '../storage/postgres/schema.js';
import type { Store } from '../storage/store.js';
import { ensureLockedServerSeed } from '../storage/text/server-identity.js';
import { DiskQuestion, measureUsage, type StorageUsage, WriteProbe } from '../storage/text/storage-usage.js';
import { openTextStore, type StoreReport, unusable } from '../storage/text/text-store.js';
import { findAccessProblem } from './data-access.js';
import { timeSyncs } from './metrics/timed-files.js';

/** Interval at which a server reads the changes that other servers made, in milliseconds. */
const CATCH_UP_MS = 1_000;

/** Receives events of the storage, for the metrics. */
export interface StorageWatch {
  /** A file in the data directory was synced. */
  recordSync(ms: number): void;
  /** Called with true while it is unknown whether the last group was committed, and with false afterwards. */
  setInDoubt(isInDoubt: boolean): void;
}

export interface ServerStorage extends Required<Pick<ServerOptions, 'openStore' | 'identity'>> {
  readonly catchUpMs?: number;
  readonly openBus?: ServerOptions['openBus'];
  /** For the ready line: the kind of storage, and its path or URL. */
  readonly place: readonly [kind: 'data' | 'directory', where: string];
  /**
   * Checks who else may write to the storage, and passes warnings to `warn`.
   *
   * @returns Why the storage must not be used, if there is a reason.
   */
  findAccessProblem(warn: (warning: string) => void): Promise<string | undefined>;
  /**
   * Returns a reason why no change can be made durable at present, if one is found without making a change.
   */
  findProblem(): Promise<string | undefined>;
  /** Measures the data directory and its disk; `undefined` if the disk does not answer. */
  measure?(): Promise<StorageUsage | undefined>;
}

/**
 * Keeps users in a data directory.
 *
 * @param repair True to repair a damaged database when this process opens the store for the first time.
 */
export function useDataDirectory(
  path: string,
  repair: boolean,
  log: Log,
  watch?: StorageWatch,
): ServerStorage {
  const directory = resolve(path);
  const files: Files = watch === undefined ? DISK : timeSyncs(DISK, watch.recordSync);
  const observed = new DataDirectory(DISK, directory);
  const probe = new WriteProbe(observed);
  const usage = new DiskQuestion(() => measureUsage(observed));
  let identity: ServerIdentity | undefined;
  // A repair can change the numbers of users. These numbers must stay the same while this process runs, so a
  // store that opens again after a crash is not repaired.
  let mayRepair = repair;
  return {
    place: ['data', directory],
    findAccessProblem: (warn) => findAccessProblem(directory, warn),
    findProblem: () => probe.findProblem(),
    measure: () => usage.ask(),
    identity: () => identity as ServerIdentity,
    async openStore() {
      const onReport = (event: StoreReport) => logStoreEvent(log, event);
      const store = await openTextStore(directory, { files, repair: mayRepair, onReport });
      mayRepair = false;
      // `ensureLockedServerSeed` needs the lock of the data directory, which the open store holds.
      const readSeed = () =>
        ensureLockedServerSeed(new DataDirectory(DISK, directory)).catch((error: unknown) => {
          throw unusable(directory, error);
        });
      identity ??= await readIdentity(store, readSeed);
      return store;
    },
  };
}

/**
 * Keeps users in PostgreSQL.
 *
 * @param alone True to allow a database without a synchronous standby.
 */
export function useSharedDirectory(
  url: string,
  alone: boolean,
  log: Log,
  watch?: StorageWatch,
): ServerStorage {
  let identity: ServerIdentity | undefined;
  const buses = new PostgresBuses(url);
  const onReport = (event: PostgresReport) => {
    if (event.type === 'doubt.begun') watch?.setInDoubt(true);
    if (event.type === 'doubt.resolved') watch?.setInDoubt(false);
    logReport(log, event);
  };
  const directory = new PostgresDirectory(url, { alone, onReport });
  return {
    place: ['directory', url],
    findAccessProblem: async () => undefined,
    findProblem: async () => undefined,
    identity: () => identity as ServerIdentity,
    catchUpMs: CATCH_UP_MS,
    openBus: (onText) => buses.open(onText),
    async openStore() {
      const store = await directory.open();
      identity ??= await readIdentity(store, () => readServerSeed(url));
      return store;
    },
  };
}

/** Reads or makes the server's seed, and makes a new device certificate for this process from the seed. */
async function readIdentity(store: Store, readSeed: () => Promise<Buffer>): Promise<ServerIdentity> {
  try {
    return createServerIdentity(Identity.fromSeed(await readSeed()), Date.now());
  } catch (error) {
    await store.close();
    throw error;
  }
}

function logReport(log: Log, { type, ...fields }: PostgresReport): void {
  switch (type) {
    case 'primary.connected':
      return log.info(fields, 'connected to the primary of the directory');
    case 'standby.missing':
      return log.warn(
        fields,
        'the directory has no synchronous standby: ' +
          "if the primary's machine is lost, acknowledged changes can be lost",
      );
    case 'doubt.begun':
      return log.warn(fields, 'a commit was not confirmed: its changes may or may not have been made');
    case 'doubt.resolved':
      return log.info(
        fields,
        'the log of the directory shows whether the changes of the unconfirmed commit were made',
      );
  }
}

function logStoreEvent(log: Log, event: StoreReport): void {
  const { type, ...fields } = event;
  switch (type) {
    case 'tail.kept':
      return log.warn(
        fields,
        'an interrupted write was removed from the database, and is kept in a .broken file',
      );
    case 'snapshot.made':
      return log.debug(fields, 'snapshot made');
    case 'snapshot.failed':
      return log.warn({ err: event.error }, 'a snapshot failed and will be tried again');
    case 'store.upgraded':
      return log.info(fields, 'the database was written again in the format of this version');
    case 'line.dropped':
      return log.warn(fields, 'a damaged line could not be saved');
    case 'store.repaired':
      return log.warn(fields, 'the database was repaired');
    case 'store.renewed':
      return log.warn(fields, 'the database was rewritten');
  }
}
