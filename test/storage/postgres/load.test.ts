import anyTest, { type ExecutionContext } from 'ava';
import { openPostgresStore } from '../../../storage/postgres/postgres-store.js';
import type { StoreChange } from '../../../storage/store.js';
import { Postgres } from '../../helpers/postgres.js';
import { teardownOfFile, withPostgres } from '../../helpers/with-postgres.js';
import { changes, device, id } from '../changes.js';

// The tests run one at a time, because each test may use the database of the previous test.
const test = anyTest.serial;

const SAMPLE: readonly StoreChange[] = [
  ...changes('REG alice', 'REG bob', 'REG carol', 'ADD alice carol', 'ADD alice bob'),
  { op: 'REG', id: id('dave'), device: device(5, 3) },
  { op: 'REMOVE', id: id('carol'), atMs: 17 },
  { op: 'RESERVE', id: id('erin'), atMs: 18 },
  { op: 'FREE', id: id('erin') },
  { op: 'BAN', ban: { kind: 'address', name: '192.0.2.7', untilMs: 19 } },
  { op: 'BAN', ban: { kind: 'id', name: id('mallory') } },
];

withPostgres(() => {
  const servers = teardownOfFile();
  let postgres: Postgres;
  test.before(async () => {
    postgres = await Postgres.start(servers);
  });

  async function makeSample(t: ExecutionContext): Promise<string> {
    const url = await postgres.makeDirectory(t);
    const store = await openPostgresStore(url, { alone: true });
    await store.commit(SAMPLE);
    await store.close();
    return url;
  }

  test('users, keys, lists, reserved ids and bans are loaded', async (t) => {
    const store = await openPostgresStore(await makeSample(t), { alone: true });
    t.teardown(() => store.close());
    const { users } = store;
    t.deepEqual(
      ['alice', 'bob', 'carol', 'dave', 'erin'].map((name) => users.numberOf(id(name))),
      [0, 1, -1, 3, -1],
    );
    t.is(users.committed, 5);
    t.deepEqual(users.buddiesOf(id('alice')), [id('bob')]);
    t.deepEqual(users.deviceOf(3), device(5, 3));
    t.deepEqual(users.reservations(), [{ id: id('carol'), atMs: 17 }]);
    t.deepEqual(users.bans(), [
      { kind: 'address', name: '192.0.2.7', untilMs: 19 },
      { kind: 'id', name: id('mallory') },
    ]);
    t.deepEqual(await store.commit(changes('REG carol', 'REG erin', 'ADD erin bob')), [203, 200, 200]);
  });

  const DAMAGE = {
    'a user is missing': 'delete from im_user where num = 1',
    'the last user is missing': 'delete from im_user where num = 4',
    'there is a user too many': "insert into im_user values (5, 'frank', null, null, null, null, '{}')",
    'an id is not valid': "update im_user set id = 'Bob' where num = 1",
    'a key is not valid': "update im_user set key = 'x' where num = 3",
    'a key has no serial': 'update im_user set serial = null where num = 3',
    'a floor is above the serial': 'update im_user set floor = 6 where num = 3',
    'a time is not valid': 'update im_user set removed = -2 where num = 2',
    'a buddy is not a user': "update im_user set buddies = '{9}' where num = 0",
    'a buddy is a removed user': "update im_user set buddies = '{2}' where num = 0",
    'a buddy is negative': "update im_user set buddies = '{-1}' where num = 0",
    'a user has a buddy twice': "update im_user set buddies = '{1,1}' where num = 0",
    'a user is on their own list': "update im_user set buddies = '{0}' where num = 0",
    'a removed user has a list': "update im_user set buddies = '{0}' where num = 2",
    'a list is too long':
      'update im_user set buddies = array(select generate_series(0, 10000)) where num = 0',
    'a ban is not valid': "update im_ban set name = '192.0.2.777' where kind = 'address'",
    'the log lacks its last row': 'delete from im_log',
    'the head is missing': 'delete from im_head',
  };

  for (const [what, sql] of Object.entries(DAMAGE)) {
    test(`a directory is damaged when ${what}`, async (t) => {
      const url = await makeSample(t);
      await postgres.sqlIn(url, sql);
      await t.throwsAsync(openPostgresStore(url, { alone: true }), { code: 'store.corrupt' });
    });
  }
});
