import test from 'ava';
import { EndedBans, MAX_DROPPED } from '../../../actors/server/ended-bans.js';
import type { StoreChange, Users } from '../../../storage/store.js';
import { MAX_BANS } from '../../../storage/store.js';
import { openMemoryStore } from '../../../storage/tables/memory-store.js';
import { operate } from '../../helpers/operator.js';
import { serve } from '../../helpers/server.js';
import { changes, id } from '../../storage/changes.js';

const ban = (name: string, untilMs?: number): StoreChange => ({
  op: 'BAN',
  ban: { kind: 'id', name: id(name), ...(untilMs !== undefined && { untilMs }) },
});

const bansOf = (count: number, untilMs?: number) =>
  Array.from({ length: count }, (_, index) => ban(`user${index}`, untilMs));

test('when a running server makes a new ban, it drops the bans that have ended', async (t) => {
  let now = 1_000;
  const store = openMemoryStore();
  await store.commit([...bansOf(999, 2_000), ban('forever')]);
  const server = await serve(t, { openStore: async () => store, wallClock: () => now });
  t.is(await operate(server, ban('first', 5_000)), 200);
  t.is(store.users.countBans(), 1_001, 'none has ended');
  now = 2_000;
  const replies = await Promise.all(
    [...bansOf(2_000, 9_000), ...changes('REG alice')].map((change) => operate(server, change)),
  );
  t.deepEqual(new Set(replies), new Set([200]));
  now = 9_000;
  t.is(await operate(server, ban('last')), 200);
  t.deepEqual(
    store.users.bans().map(({ name }) => name),
    [id('forever'), id('last')],
  );
});

test('a new ban causes a search for ended bans if the bans have doubled or the table is full', (t) => {
  let count = 0;
  let [searches, found] = [0, 0];
  const users = {
    countBans: () => count,
    endedBans: (_nowMs: number, limit: number) => {
      searches += 1;
      return Array.from({ length: Math.min(found, limit) }, () => ({ kind: 'id', name: id('a') }) as const);
    },
  } as unknown as Users;
  const bans = new EndedBans();
  const drops = (at: number, requested = [ban('a')]) => {
    count = at;
    return bans.dropsFor(requested, users, 0).length;
  };
  t.is(drops(999), 0);
  t.is(drops(5_000, changes('REG alice') as StoreChange[]), 0);
  t.is(searches, 0, 'there were few bans, or no new ban was requested');
  found = 1_000;
  t.is(drops(5_000), 1_000);
  t.is(drops(7_999), 0);
  t.is(searches, 1);
  found = 100_000;
  t.is(drops(8_000), MAX_DROPPED);
  t.is(drops(8_000), MAX_DROPPED, 'there may be more');
  found = 0;
  for (let full = 0; full < 3; full++) t.is(drops(MAX_BANS), 0);
  t.is(searches, 6);
});
