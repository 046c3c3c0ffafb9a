/**
 * Kills and freezes the im-servers, one at a time.
 */

import type { Random } from '../../helpers/random.js';
import { Bag } from '../bag.js';
import { pause } from '../pause.js';
import { count } from '../tally.js';
import type { ClusterTally } from './cluster-tally.js';
import type { ImServer } from './im-server.js';

/** Pause between two faults, in milliseconds. */
const LEAST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;

/** How long a server is frozen, in milliseconds. PostgreSQL takes the lock from a frozen server after 3 s. */
const LEAST_FREEZE_MS = 200;
const LONGEST_FREEZE_MS = 5_000;

/** Disturbs servers until `stop` is aborted. Each killed server starts again; each frozen one is thawed. */
export async function disturbServers(
  servers: readonly ImServer[],
  random: Random,
  counts: ClusterTally,
  stop: AbortSignal,
): Promise<void> {
  const bag = new Bag(
    servers.flatMap((server) => [
      { server, kills: true },
      { server, kills: false },
    ]),
  );
  while (!stop.aborted) {
    await pause(random.between(LEAST_PAUSE_MS, LONGEST_PAUSE_MS), stop);
    if (stop.aborted) return;
    const drawn = bag.draw(random, ({ server }) => server.isReady);
    if (drawn === undefined) continue;
    const { server, kills } = drawn;
    count(counts.faults, `${server.name} ${kills ? 'killed' : 'frozen'}`);
    if (kills) {
      server.kill();
    } else {
      server.freeze();
      await pause(random.between(LEAST_FREEZE_MS, LONGEST_FREEZE_MS), stop);
      server.thaw();
    }
  }
}
