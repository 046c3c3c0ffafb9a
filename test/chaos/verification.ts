/**
 * Compares the ledgers with the server's answers and with the data on disk.
 */

import type { UserId } from '../../protocol/id.js';
import type { Store } from '../../storage/store.js';
import type { Difference, Ledger } from './ledger.js';
import type { Tally } from './tally.js';
import { PresenceClient, request } from './wire.js';

/** Number of concurrent requests. */
const CONCURRENCY = 32;

/** The maximum number of attempts for a UDP query. Datagrams may be lost. */
const TRIES = 5;

/** Checks that the running server has everything that it acknowledged. */
export async function verifyServer(port: number, ledgers: readonly Ledger[], tally: Tally): Promise<void> {
  const client = new PresenceClient(port);
  for (const ledger of ledgers) {
    let list: UserId[] | undefined;
    for (let tries = 0; list === undefined && tries < TRIES; tries++) list = await client.ask(ledger.owner);
    if (list === undefined) {
      tally.blame('hang', `the server does not answer GET ${ledger.owner}`);
      break;
    }
    blame(tally, 'the server', ledger.differences(list));
  }
  client.close();

  const users = ledgers.flatMap(({ registered }) => [...registered]);
  async function verifySome(): Promise<void> {
    for (let id = users.pop(); id !== undefined; id = users.pop()) {
      const code = await request(port, `REG ${id}`);
      if (code !== 203)
        tally.blame('loss', `the server: REG ${id} was acknowledged, and is now answered ${code}`);
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, verifySome));
}

/** Checks that a reopened store has everything that was acknowledged. */
export async function verifyStore(store: Store, ledgers: readonly Ledger[], tally: Tally): Promise<void> {
  for (const ledger of ledgers) {
    blame(tally, 'the disk', ledger.differences(store.users.buddiesOf(ledger.owner)));
    for (const id of ledger.registered) {
      if (store.users.buddiesOf(id) !== undefined) continue;
      tally.blame('loss', `the disk: REG ${id} was acknowledged, and is missing`);
    }
  }
}

function blame(tally: Tally, where: string, differences: readonly Difference[]): void {
  for (const { fault, what } of differences) tally.blame(fault, `${where}: ${what}`);
}
