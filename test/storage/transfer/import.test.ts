import test from 'ava';
import { MAX_BUDDIES, type Store, StoreError } from '../../../storage/store.js';
import { openMemoryStore } from '../../../storage/tables/memory-store.js';
import type { ForeignEntry, ForeignUser } from '../../../storage/transfer/dump.js';
import { type ImportReport, importUsers } from '../../../storage/transfer/import.js';
import { changes, device, id, KEYS } from '../changes.js';

/** Changes in a full batch, as in import.ts. */
const BATCH_CHANGES = 8_192;

/** Users from lines like those of a dump: the id, then the buddies. */
function usersOf(...lines: readonly string[]): ForeignUser[] {
  return lines.map((line, index) => {
    const [name = '', ...buddies] = line.split(' ');
    return { id: name, buddies, source: `${index + 1}` };
  });
}

/** Imports users; also returns what was skipped, and the progress after each batch. */
async function imported(store: Store, users: readonly ForeignEntry[]) {
  const skipped: string[] = [];
  const progress: string[] = [];
  const report = await importUsers(store, async (importSome) => importSome(users), {
    onSkip: (source, reason) => skipped.push(`${source}: ${reason}`),
    onProgress: (stage, done) => progress.push(`${stage} ${done}`),
  });
  return { report, skipped, progress };
}

function reportOf(...figures: readonly [number, number, number, number, number]): ImportReport {
  const [users, usersBefore, buddies, buddiesBefore, skipped] = figures;
  return { users, usersBefore, buddies, buddiesBefore, reserved: 0, bans: 0, skipped };
}

test('a list may name a user whose line comes later', async (t) => {
  const store = openMemoryStore();
  const { report, progress } = await imported(store, usersOf('alice carol bob', 'bob', 'carol alice'));
  t.deepEqual(report, reportOf(3, 0, 3, 0, 0));
  t.deepEqual(progress, ['users 3', 'buddies 3']);
  t.deepEqual(store.users.buddiesOf(id('alice')), ['carol', 'bob'].map(id));
});

test('a repeated import changes nothing', async (t) => {
  const store = openMemoryStore();
  const users = usersOf('alice bob', 'bob');
  await imported(store, users);
  t.deepEqual((await imported(store, users)).report, reportOf(0, 2, 0, 1, 0));
  t.deepEqual(store.users.buddiesOf(id('alice')), [id('bob')]);
});

test('a repeated import does not convert the stored lists to ids', async (t) => {
  const store = openMemoryStore();
  const buddies = Array.from({ length: MAX_BUDDIES + 1 }, (_, index) => `b${index}`);
  const users = usersOf('alice b1 b2 b3', ['bob', ...buddies].join(' '), ...buddies);
  await imported(store, users);
  let asked = 0;
  const counting: Store = {
    ...store,
    users: {
      committed: store.users.committed,
      numberOf: (each) => store.users.numberOf(each),
      listOf: (user) => store.users.listOf(user),
      countUsers: () => store.users.countUsers(),
      isKeyed: (user) => store.users.isKeyed(user),
      deviceOf: (user) => store.users.deviceOf(user),
      reservedSince: (each) => store.users.reservedSince(each),
      reservations: () => store.users.reservations(),
      countReservations: () => store.users.countReservations(),
      bans: () => store.users.bans(),
      countBans: () => store.users.countBans(),
      endedBans: (nowMs, limit) => store.users.endedBans(nowMs, limit),
      banOfId: (each, nowMs) => store.users.banOfId(each, nowMs),
      banOfAddress: (address, nowMs) => store.users.banOfAddress(address, nowMs),
      isExpelled: (user, nowMs) => store.users.isExpelled(user, nowMs),
      isClosed: false,
      countKeys: () => store.users.countKeys(),
      recordOf: (user) => store.users.recordOf(user),
      copyId: (target, at, user) => store.users.copyId(target, at, user),
      buddiesOf: (each) => {
        asked += 1;
        return store.users.buddiesOf(each);
      },
    },
  };
  const { report, skipped } = await imported(counting, users);
  t.deepEqual(report, reportOf(0, MAX_BUDDIES + 3, 0, MAX_BUDDIES + 3, 1));
  t.is(skipped.length, 1);
  t.is(asked, 0);
});

test('invalid entries are skipped with source and reason, and the rest is imported', async (t) => {
  const store = openMemoryStore();
  const { report, skipped } = await imported(
    store,
    usersOf('alice alice stranger b!d bob', 'b!d alice', 'bob'),
  );
  t.deepEqual(report, reportOf(2, 0, 1, 0, 4));
  t.deepEqual(skipped, [
    "2: 'b!d' is not a valid id",
    "1: 'b!d' is not a valid id",
    "1: 'alice' cannot be on its own buddy list",
    "1: 'stranger' is not registered",
  ]);
});

test('a line that the reader skips is counted once, although the import reads twice', async (t) => {
  const skipped: string[] = [];
  const report = await importUsers(openMemoryStore(), async (_importSome, skip) => skip('7', 'too long'), {
    onSkip: (source, reason) => skipped.push(`${source}: ${reason}`),
    onProgress: () => {},
  });
  t.deepEqual(report, reportOf(0, 0, 0, 0, 1));
  t.deepEqual(skipped, ['7: too long']);
});

test('a full list takes no more buddies, and changes are committed in batches', async (t) => {
  const store = openMemoryStore();
  const batches: number[] = [];
  const counting: Store = {
    ...store,
    commit(batch) {
      batches.push(batch.length);
      return store.commit(batch);
    },
  };
  const buddies = Array.from({ length: MAX_BUDDIES + 1 }, (_, index) => `b${index}`);
  const users = usersOf(['alice', ...buddies].join(' '), ...buddies);
  const { report, skipped, progress } = await imported(counting, users);
  t.deepEqual(report, reportOf(MAX_BUDDIES + 2, 0, MAX_BUDDIES, 0, 1));
  t.deepEqual(skipped, [`1: 'b${MAX_BUDDIES}' does not fit: a list has at most ${MAX_BUDDIES} buddies`]);
  const [usersLeft, buddiesLeft] = [users.length - BATCH_CHANGES, buddies.length - BATCH_CHANGES];
  t.deepEqual(batches, [BATCH_CHANGES, usersLeft, BATCH_CHANGES, buddiesLeft]);
  const stages = [`users ${BATCH_CHANGES}`, `users ${users.length}`];
  t.deepEqual(progress, [...stages, `buddies ${BATCH_CHANGES}`, `buddies ${MAX_BUDDIES}`]);
});

test('an import fails with the error of a store that cannot be written', async (t) => {
  const full: Store = {
    ...openMemoryStore(),
    commit: async () => {
      throw new StoreError('store.unavailable', 'the disk is full');
    },
  };
  const error = await t.throwsAsync(imported(full, usersOf('alice')), { instanceOf: StoreError });
  t.is(error?.message, 'the disk is full');
});

test('a message shows only the beginning of a long invalid id', async (t) => {
  const { skipped } = await imported(openMemoryStore(), usersOf(`alice ${'x'.repeat(300_000)}`));
  t.is(skipped.length, 1);
  t.true((skipped[0] ?? '').length < 200);
});

test('keys, reserved ids and bans are imported, and lists of keyed ids too', async (t) => {
  const store = openMemoryStore();
  const token = `key:${KEYS[0]}:7:3`;
  const entries = [
    { id: 'alice', key: token, buddies: ['bob'], source: '1' },
    { id: 'bob', buddies: ['alice'], source: '2' },
    { mark: '-', fields: ['carol', '17'], source: '3' },
    { mark: '!', fields: ['id', 'mallory'], source: '4' },
  ] as const;
  const expected = { ...reportOf(2, 0, 2, 0, 0), reserved: 1, bans: 1 };
  t.deepEqual((await imported(store, entries)).report, expected);
  t.deepEqual(store.users.deviceOf(0), device(7, 3));
  t.deepEqual(store.users.buddiesOf(id('alice')), [id('bob')]);
  t.deepEqual(store.users.reservations(), [{ id: id('carol'), atMs: 17 }]);
  t.deepEqual(store.users.bans(), [{ kind: 'id', name: id('mallory') }]);
  const again = await imported(store, entries);
  t.deepEqual(again.report, { ...reportOf(0, 2, 0, 2, 0), reserved: 0, bans: 1 });
  t.deepEqual(again.skipped, []);
});

test('users with a different or an invalid key, and conflicting entries, are skipped', async (t) => {
  const store = openMemoryStore();
  await store.commit([
    { op: 'REG', id: id('alice'), device: device(1) },
    ...changes('REG bob', 'REG carol'),
    { op: 'RESERVE', id: id('dora'), atMs: 1 },
  ]);
  const { report, skipped } = await imported(store, [
    { id: 'alice', key: `key:${KEYS[1]}:7:3`, buddies: ['bob'], source: '1' },
    { id: 'alice', buddies: ['bob'], source: '2' },
    { id: 'bob', key: `key:${KEYS[1]}:7:3`, buddies: ['carol'], source: '3' },
    { id: 'eve', key: 'key:x:7:3', buddies: ['carol'], source: '4' },
    { id: 'dora', buddies: ['carol'], source: '5' },
    { mark: '-', fields: ['carol', '1'], source: '6' },
    { mark: '!', fields: ['id', 'Mallory'], source: '7' },
  ]);
  t.deepEqual(report, reportOf(0, 0, 0, 0, 7));
  t.deepEqual(
    skipped.map((line) => line.replace(/:.*'(\S*)' /, ': $1 ')),
    [
      '4: key:x:7:3 is not a valid key',
      ...['1: alice', '2: alice', '3: bob'].map(
        (user) => `${user} exists, and its key differs from the imported key (one of them may have no key)`,
      ),
      '5: dora is reserved',
      '7: it is not a reserved id or a ban',
      '6: carol is registered',
    ],
  );
  t.is(store.users.numberOf(id('eve')), -1, 'without the key, the id would be open to everyone');
  for (const user of ['alice', 'bob']) t.deepEqual(store.users.buddiesOf(id(user)), []);
});
