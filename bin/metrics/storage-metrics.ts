/**
 * The metrics of the storage: a data directory and its disk, or a directory in PostgreSQL.
 */

import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { StorageUsage } from '../../storage/text/storage-usage.js';
import { DURATION_BUCKETS, MS_PER_SECOND } from './buckets.js';

export class DataMetrics {
  readonly #syncSeconds: Histogram;
  readonly #files: Gauge<'kind'>;
  readonly #free: Gauge;
  readonly #size: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#syncSeconds = new Histogram({
      name: 'im_store_sync_duration_seconds',
      help: 'Time of each fdatasync of a file in the data directory.',
      buckets: DURATION_BUCKETS,
      registers,
    });
    this.#files = new Gauge({
      name: 'im_store_file_bytes',
      help: 'Size of the database files in the data directory, by kind.',
      labelNames: ['kind'],
      registers,
    });
    this.#free = new Gauge({
      name: 'im_disk_free_bytes',
      help: 'Bytes that a process without privileges can still write on the disk of the data directory.',
      registers,
    });
    this.#size = new Gauge({
      name: 'im_disk_size_bytes',
      help: 'Size of the file system of the data directory.',
      registers,
    });
  }

  recordSync(ms: number): void {
    this.#syncSeconds.observe(ms / MS_PER_SECOND);
  }

  setUsage({ journals, snapshots, free, size }: StorageUsage): void {
    this.#files.set({ kind: 'journal' }, journals);
    this.#files.set({ kind: 'snapshot' }, snapshots);
    this.#free.set(free);
    this.#size.set(size);
  }
}

export class DirectoryMetrics {
  readonly #reachable: Gauge;
  readonly #inDoubt: Gauge;
  readonly #doubts: Counter;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#reachable = new Gauge({
      name: 'im_directory_reachable',
      help: '1 if the directory in PostgreSQL can be read, 0 otherwise.',
      registers,
    });
    this.#inDoubt = new Gauge({
      name: 'im_directory_in_doubt',
      help: '1 while it is unknown whether the last group of changes was committed, 0 otherwise.',
      registers,
    });
    this.#doubts = new Counter({
      name: 'im_directory_doubts_total',
      help: 'Groups of changes whose commit PostgreSQL did not confirm.',
      registers,
    });
    this.#reachable.set(1);
    this.#inDoubt.set(0);
  }

  setReachable(isReachable: boolean): void {
    this.#reachable.set(isReachable ? 1 : 0);
  }

  setInDoubt(isInDoubt: boolean): void {
    this.#inDoubt.set(isInDoubt ? 1 : 0);
    if (isInDoubt) this.#doubts.inc();
  }
}
