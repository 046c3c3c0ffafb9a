import test from 'ava';
import { MAX_BUDDIES, type Store, StoreError } from '../../../storage/store.js';
import { openMemoryStore } from '../../../storage/tables/memory-store.js';
import type { ForeignUser } from '../../../storage/transfer/dump.js';
import { type ImportReport, importUsers } from '../../../storage/transfer/import.js';
import { id } from '../changes.js';

/** Most changes in a group, as import.ts has it. */
const GROUP_CHANGES = 8_192;

/** Users as a dump has them: the id, and then the buddies. */
function usersOf(...lines: readonly string[]): ForeignUser[] {
  return lines.map((line, index) => {
    const [name = '', ...buddies] = line.split(' ');
    return { id: name, buddies, at: `${index + 1}` };
  });
}

/** Imports users; what is skipped, and how far it was after each group, are handed out as well. */
async function imported(store: Store, users: readonly ForeignUser[]) {
  const skipped: string[] = [];
  const progress: string[] = [];
  const report = await importUsers(store, async (take) => take(users), {
    onSkip: (at, reason) => skipped.push(`${at}: ${reason}`),
    onProgress: (stage, done) => progress.push(`${stage} ${done}`),
  });
  return { report, skipped, progress };
}

function reportOf(...figures: readonly [number, number, number, number, number]): ImportReport {
  const [users, usersBefore, buddies, buddiesBefore, skipped] = figures;
  return { users, usersBefore, buddies, buddiesBefore, skipped };
}

test('a list may name a user who comes later', async (t) => {
  const store = openMemoryStore();
  const { report, progress } = await imported(store, usersOf('alice carol bob', 'bob', 'carol alice'));
  t.deepEqual(report, reportOf(3, 0, 3, 0, 0));
  t.deepEqual(progress, ['users 3', 'buddies 3']);
  t.deepEqual(store.users.buddiesOf(id('alice')), ['carol', 'bob'].map(id));
});

test('an import that is done again changes nothing', async (t) => {
  const store = openMemoryStore();
  const users = usersOf('alice bob', 'bob');
  await imported(store, users);
  t.deepEqual((await imported(store, users)).report, reportOf(0, 2, 0, 1, 0));
  t.deepEqual(store.users.buddiesOf(id('alice')), [id('bob')]);
});

test('an import that is done again turns no list into ids', async (t) => {
  const store = openMemoryStore();
  const buddies = Array.from({ length: MAX_BUDDIES + 1 }, (_, index) => `b${index}`);
  const users = usersOf('alice b1 b2 b3', ['bob', ...buddies].join(' '), ...buddies);
  await imported(store, users);
  let asked = 0;
  const counting: Store = {
    ...store,
    users: {
      settled: store.users.settled,
      numberOf: (each) => store.users.numberOf(each),
      listOf: (user) => store.users.listOf(user),
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

test('what cannot be taken over is skipped with its place and the reason, and the rest is taken over', async (t) => {
  const store = openMemoryStore();
  const { report, skipped } = await imported(
    store,
    usersOf('alice alice nobody b!d bob', 'b!d alice', 'bob'),
  );
  t.deepEqual(report, reportOf(2, 0, 1, 0, 4));
  t.deepEqual(skipped, [
    "2: 'b!d' is no id",
    "1: 'b!d' is no id",
    "1: 'alice' is the user, and nobody's own buddy",
    "1: 'nobody' is nobody's id",
  ]);
});

test('a line that the reader skips is counted once, though it reads everything twice', async (t) => {
  const skipped: string[] = [];
  const report = await importUsers(openMemoryStore(), async (_take, skip) => skip('7', 'too long'), {
    onSkip: (at, reason) => skipped.push(`${at}: ${reason}`),
    onProgress: () => {},
  });
  t.deepEqual(report, reportOf(0, 0, 0, 0, 1));
  t.deepEqual(skipped, ['7: too long']);
});

test('a list that is full takes no more buddies, and changes go to the store in groups', async (t) => {
  const store = openMemoryStore();
  const groups: number[] = [];
  const counting: Store = {
    ...store,
    commit(group) {
      groups.push(group.length);
      return store.commit(group);
    },
  };
  const buddies = Array.from({ length: MAX_BUDDIES + 1 }, (_, index) => `b${index}`);
  const users = usersOf(['alice', ...buddies].join(' '), ...buddies);
  const { report, skipped, progress } = await imported(counting, users);
  t.deepEqual(report, reportOf(MAX_BUDDIES + 2, 0, MAX_BUDDIES, 0, 1));
  t.deepEqual(skipped, [
    `1: 'b${MAX_BUDDIES}' would be one more than the ${MAX_BUDDIES} that a list has room for`,
  ]);
  const [usersLeft, buddiesLeft] = [users.length - GROUP_CHANGES, buddies.length - GROUP_CHANGES];
  t.deepEqual(groups, [GROUP_CHANGES, usersLeft, GROUP_CHANGES, buddiesLeft]);
  const stages = [`users ${GROUP_CHANGES}`, `users ${users.length}`];
  t.deepEqual(progress, [...stages, `buddies ${GROUP_CHANGES}`, `buddies ${MAX_BUDDIES}`]);
});

test('an import ends with the error of a store that cannot be written', async (t) => {
  const full: Store = {
    ...openMemoryStore(),
    commit: async () => {
      throw new StoreError('store.unavailable', 'the disk is full');
    },
  };
  const error = await t.throwsAsync(imported(full, usersOf('alice')), { instanceOf: StoreError });
  t.is(error?.message, 'the disk is full');
});

test('of a long token that is no id, the beginning is shown', async (t) => {
  const { skipped } = await imported(openMemoryStore(), usersOf(`alice ${'x'.repeat(300_000)}`));
  t.is(skipped.length, 1);
  t.true((skipped[0] ?? '').length < 200);
});
