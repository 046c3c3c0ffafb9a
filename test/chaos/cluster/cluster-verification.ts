/**
 * Compares the ledgers with what is in the database, and with what the servers answer.
 */

import { execFile } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { decodeChanges, LOG_COLUMNS, type LogRow } from '../../../storage/postgres/log.js';
import { openPostgresStore } from '../../../storage/postgres/postgres-store.js';
import { programPath } from '../../helpers/programs.js';
import type { Random } from '../../helpers/random.js';
import { type Difference, type Entry, textOf } from '../ledger.js';
import type { Tally } from '../tally.js';
import { verifyKeys, verifyStore } from '../verification.js';
import { ClearWire, request } from '../wire.js';
import type { ClusterWorld } from './cluster-world.js';
import type { ImServer } from './im-server.js';
import { claimOf, judgeLog } from './log-verdict.js';

const run = promisify(execFile);

/** Longest wait until a server shows all changes, in milliseconds. A server reads the log each second. */
const CATCH_UP_TIMEOUT_MS = 30_000;

/** Pause before a server is asked again, in milliseconds. */
const RETRY_MS = 100;

/** How many registered ids are registered again at each server. */
const SAMPLE = 200;

/** Checks that the database has each acknowledged change once, in the order of requests, and nothing else. */
export async function verifyDatabase(world: ClusterWorld, tally: Tally): Promise<void> {
  const { database, ledgers, races, workers } = world;
  const store = await openPostgresStore(database.url, { alone: true });
  await verifyStore(store, ledgers, tally);
  verifyKeys(store, workers, tally);
  await store.close();
  const rows = await database.sql<LogRow>(`select ${LOG_COLUMNS} from im_log order by seq`);
  const changes = rows.flatMap((row) => decodeChanges(row) ?? []);
  const log = changes.filter(({ op }) => op !== 'LOG').map((change) => textOf(change as Entry));
  const claims = [...ledgers.map(claimOf), ...races.map(({ claim }) => claim)];
  blame(tally, 'the database', judgeLog(log, claims));
}

/** Checks that each server shows the acknowledged changes, and that `im-server check` finds no fault. */
export async function verifyServers(world: ClusterWorld, random: Random, tally: Tally): Promise<void> {
  for (const server of world.servers) {
    const { name, port } = server;
    await verifyLists(world, server, tally);
    const ids = world.ledgers.flatMap(({ registered }) => [...registered]);
    for (let asked = 0; asked < SAMPLE; asked++) {
      const id = random.pick(ids);
      const code = await request(port, `REG ${id}`);
      if (code !== 203)
        tally.blame('loss', `${name}: REG ${id} was acknowledged, and is now answered ${code}`);
    }
  }
  await run(process.execPath, [programPath('im-server'), 'check', world.database.url], {
    cwd: world.directory,
  }).catch((error: Error) => tally.blame('loss', `im-server check: ${error.message}`));
}

async function verifyLists(world: ClusterWorld, { name, port }: ImServer, tally: Tally): Promise<void> {
  const client = new ClearWire(port);
  const deadlineMs = performance.now() + CATCH_UP_TIMEOUT_MS;
  const isOver = () => performance.now() > deadlineMs;
  for (const ledger of world.ledgers) {
    const wire = world.clientAt(port, ledger.owner) ?? client;
    let list = await wire.ask(ledger.owner);
    while ((list === undefined || ledger.differences(list).length > 0) && !isOver()) {
      await wait(RETRY_MS);
      list = await wire.ask(ledger.owner);
    }
    if (list === undefined) tally.blame('hang', `${name} does not answer GET ${ledger.owner}`);
    else blame(tally, name, ledger.differences(list));
  }
  client.close();
}

function blame(tally: Tally, where: string, differences: readonly Difference[]): void {
  for (const { fault, what } of differences) tally.blame(fault, `${where}: ${what}`);
}
