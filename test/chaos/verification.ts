/**
 * Compares the ledgers with the server's answers and with the data on disk.
 */

import type { UserId } from '../../protocol/id.js';
import type { Store } from '../../storage/store.js';
import type { Difference, Ledger } from './ledger.js';
import type { Tally } from './tally.js';
import { ClearWire, request } from './wire.js';
import type { Worker } from './worker.js';

/** Number of concurrent requests. */
const CONCURRENCY = 32;

/** The maximum number of attempts for a UDP query. Datagrams may be lost. */
const TRIES = 5;

/** Checks that the running server has everything that it acknowledged. */
export async function verifyServer(
  port: number,
  ledgers: readonly Ledger[],
  workers: readonly Worker[],
  tally: Tally,
): Promise<void> {
  const client = new ClearWire(port);
  const wires = new Map(workers.map(({ ledger, wire }) => [ledger.owner, wire]));
  for (const ledger of ledgers) {
    const wire = wires.get(ledger.owner) ?? client;
    let list: UserId[] | undefined;
    for (let tries = 0; list === undefined && tries < TRIES; tries++) list = await wire.ask(ledger.owner);
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

/** Checks that a reopened store has the keys, serials and floors that were acknowledged. */
export function verifyKeys(store: Store, workers: readonly Worker[], tally: Tally): void {
  const { users } = store;
  for (const { name, ledger, wire } of workers) {
    const { acknowledged } = wire;
    if (acknowledged === undefined) continue;
    const found = users.deviceOf(users.numberOf(ledger.owner));
    const isKept =
      found?.identity === acknowledged.identity &&
      found.serial >= acknowledged.serial &&
      found.floor >= acknowledged.floor;
    if (isKept) continue;
    const [what, instead] = [acknowledged, found].map((device) => JSON.stringify(device));
    tally.blame('loss', `the disk: ${name} logged in as ${what}, and is ${instead}`);
  }
}

function blame(tally: Tally, where: string, differences: readonly Difference[]): void {
  for (const { fault, what } of differences) tally.blame(fault, `${where}: ${what}`);
}
