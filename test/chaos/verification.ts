/**
 * Compares the ledgers with what the server answers, and with what is on the disk.
 */

import type { UserId } from '../../protocol/id.js';
import type { Store } from '../../storage/store.js';
import type { Difference, Ledger } from './ledger.js';
import type { Tally } from './tally.js';
import { Asker, request } from './wire.js';

/** Requests at a time. */
const CONCURRENCY = 32;

/** How often a question is asked before its answer counts as missing: datagrams may be lost. */
const TRIES = 5;

/** Has the running server tell everything that it acknowledged. */
export async function verifyServer(port: number, ledgers: readonly Ledger[], tally: Tally): Promise<void> {
  const asker = new Asker(port);
  for (const ledger of ledgers) {
    let list: UserId[] | undefined;
    for (let tries = 0; list === undefined && tries < TRIES; tries++) list = await asker.ask(ledger.owner);
    if (list === undefined) {
      tally.blame('hang', `the server does not answer GET ${ledger.owner}`);
      break;
    }
    blame(tally, 'the server', ledger.differences(list));
  }
  asker.close();

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

/** Has a store, opened anew, tell everything that was acknowledged. */
export async function verifyStore(store: Store, ledgers: readonly Ledger[], tally: Tally): Promise<void> {
  for (const ledger of ledgers) {
    blame(tally, 'the disk', ledger.differences(store.users.buddiesOf(ledger.owner)));
    for (const id of ledger.registered) {
      if (store.users.buddiesOf(id) !== undefined) continue;
      tally.blame('loss', `the disk: REG ${id} was acknowledged, and is not there`);
    }
  }
}

function blame(tally: Tally, where: string, differences: readonly Difference[]): void {
  for (const { fault, what } of differences) tally.blame(fault, `${where}: ${what}`);
}
