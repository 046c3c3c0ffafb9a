/**
 * A process with the store of one server. On a request over the IPC channel, it measures changes.
 */

import { openPostgresStore } from '../../storage/postgres/postgres-store.js';
import { measureClients } from '../waiting-clients.js';

/** A request to measure changes. The answer is a `Rate`. */
export interface StoreJob {
  readonly url: string;
  /** How many clients wait for a reply at a time. */
  readonly clients: number;
  readonly ms: number;
}

process.on('message', async ({ url, clients, ms }: StoreJob) => {
  process.send?.(await measureClients(() => openPostgresStore(url), clients, ms));
});
// The bench has ended.
process.once('disconnect', () => process.exit());
