/**
 * Connects the metrics of a running server to its actors, its storage and its monitor.
 */

import type { EventObject } from 'xstate';
import type { MonitorOptions, RunningServer } from '../../actors/server/server-tree.js';
import { isStoreOutage } from '../../actors/server/store-outages.js';
import { packageVersion } from '../command-line.js';
import type { ServerStorage, StorageWatch } from '../server-storage.js';
import type { MonitorAddress } from './monitor-address.js';
import type { ServerMetrics } from './server-metrics.js';

/** The parts of the metrics that the program uses. */
export interface OpenMetrics {
  readonly meter: ServerMetrics;
  readonly watch: StorageWatch;
  record(event: EventObject): void;
  /** Returns the options of a monitor that shows the metrics at an address. */
  monitorAt(address: MonitorAddress, storage: ServerStorage, server: () => RunningServer): MonitorOptions;
}

/**
 * Loads the metrics. Only a server with `--metrics` does this: loading takes time and memory.
 *
 * @param isShared True for a directory in PostgreSQL, false for a data directory.
 */
export async function openMetrics(isShared: boolean): Promise<OpenMetrics> {
  const { ServerMetrics } = await import('./server-metrics.js');
  const { DataMetrics, DirectoryMetrics } = await import('./storage-metrics.js');
  const meter = new ServerMetrics(packageVersion());
  const data = isShared ? undefined : new DataMetrics(meter.registry);
  const directory = isShared ? new DirectoryMetrics(meter.registry) : undefined;
  return {
    meter,
    watch: {
      recordSync: (ms) => data?.recordSync(ms),
      setInDoubt: (isInDoubt) => directory?.setInDoubt(isInDoubt),
    },
    record(event) {
      meter.recordEvent(event);
      if (isStoreOutage(event) && event.kind === 'catch-up') directory?.setReachable(!event.isOut);
    },
    monitorAt: (address, storage, server) => ({
      ...address,
      metricsType: meter.contentType,
      findProblem: storage.findProblem,
      async metrics(population) {
        // If the data directory cannot be measured, its metrics keep their last values.
        const usage = await storage.measure?.().catch(() => undefined);
        if (usage !== undefined) data?.setUsage(usage);
        const { maxConnections, maxUsers } = server().limits;
        const problem = await server().findProblem();
        return meter.format({ ...population, maxConnections, maxUsers, isReady: problem === undefined });
      },
    }),
  };
}
