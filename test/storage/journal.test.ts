/**
 * Failures of writing while a journal is open. The files are real: a disk of 64 KiB for want of
 * room, and devices put beneath the journal for what else cannot fail on demand.
 */

import { execFile } from 'node:child_process';
import { closeSync, openSync, readdirSync, readlinkSync } from 'node:fs';
import { readFile, realpath, rm, statfs, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import type { UserId } from '../../protocol/id.js';
import { Journal } from '../../storage/journal.js';
import { JOURNAL_FILE, openJournalStore } from '../../storage/journal-store.js';
import { type Store, StoreError, type StoreErrorCode } from '../../storage/store.js';
import type { EffectiveChange } from '../../storage/user-table.js';
import { changes, effects, id } from './changes.js';
import { temporaryDirectory } from './temporary-directory.js';

const run = promisify(execFile);

/** More than all of a small disk's pages that a test leaves free. */
const MANY_USERS = Array.from({ length: 600 }, (_, index) => id(`user-${index}`.padEnd(30, 'x')));
const MANY = changes(...MANY_USERS.map((user) => `REG ${user}`));

/** Where there is nothing of Linux's /proc, no device can be put beneath a journal. */
const onLinux = process.platform === 'linux' ? test.serial : test.serial.skip;

/** The descriptor under which this process holds a file open. */
async function descriptorOf(path: string): Promise<number> {
  const file = await realpath(path);
  for (const descriptor of readdirSync('/proc/self/fd')) {
    try {
      if (readlinkSync(`/proc/self/fd/${descriptor}`) === file) return Number(descriptor);
    } catch {
      // The one that listed the directory is gone by now.
    }
  }
  throw new Error(`${path} is not open`);
}

/**
 * Puts another file beneath whoever holds a descriptor. Serial tests only: nothing else may open a
 * file meanwhile, since what is opened next gets the lowest descriptor that is free.
 */
function replaceBeneath(descriptor: number, path: string): void {
  closeSync(descriptor);
  const spare: number[] = [];
  let opened = openSync(path, 'r+');
  for (; opened < descriptor; opened = openSync(path, 'r+')) spare.push(opened);
  for (const other of spare) closeSync(other);
  if (opened !== descriptor) throw new Error(`descriptor ${descriptor} was taken`);
}

async function openJournal(t: ExecutionContext, path: string) {
  const replayed: EffectiveChange[] = [];
  const journal = await Journal.open(path, (change) => replayed.push(change) > 0);
  t.teardown(() => journal.close());
  return { journal, replayed };
}

/** Mounts a disk of 64 KiB; says why, and returns `undefined`, where that is not permitted. */
async function smallDisk(t: ExecutionContext): Promise<string | undefined> {
  const disk = await temporaryDirectory(t);
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]);
  } catch (error) {
    t.log(`skipped, since no small disk can be mounted here: ${(error as Error).message}`);
    return undefined;
  }
  t.teardown(() => run('umount', ['--lazy', disk]));
  return disk;
}

/** Fills a disk, but for some pages. Returns what makes room again. */
async function fill(disk: string, freePages: number): Promise<() => Promise<void>> {
  const { bavail, bsize } = await statfs(disk);
  const filler = join(disk, 'filler');
  await writeFile(filler, Buffer.alloc((bavail - freePages) * bsize));
  return () => rm(filler);
}

/** Waits for a refusal, and returns what the system said. */
async function causeOf(
  t: ExecutionContext,
  refused: Promise<unknown>,
  code: StoreErrorCode,
): Promise<NodeJS.ErrnoException> {
  const error = await t.throwsAsync(refused, { instanceOf: StoreError, code });
  return error?.cause as NodeJS.ErrnoException;
}

async function openStore(t: ExecutionContext, directory: string): Promise<Store> {
  const store = await openJournalStore(directory, { onTornTail: () => t.fail('something was torn') });
  t.teardown(() => store.close());
  return store;
}

test('what was appended is replayed in its order', async (t) => {
  const path = join(await temporaryDirectory(t), 'journal');
  const first = await openJournal(t, path);
  const all = effects('REG alice', 'REG bob', 'ADD alice bob', 'DEL alice bob');
  await first.journal.append(all.slice(0, 3));
  await first.journal.append(all.slice(3));
  t.deepEqual(first.replayed, []);
  t.deepEqual((await openJournal(t, path)).replayed, all);
});

test('a full disk refuses commits, answers reads, and takes commits again once there is room', async (t) => {
  const disk = await smallDisk(t);
  if (disk === undefined) return t.pass();
  const path = join(disk, JOURNAL_FILE);
  const store = await openStore(t, disk);
  await store.commit(changes('REG alice', 'REG bob', 'ADD alice bob'));

  // With some pages free, a part of the group is written before the disk is full.
  for (const freePages of [0, 1, 3]) {
    const before = await readFile(path, 'latin1');
    const makeRoom = await fill(disk, freePages);
    for (const attempt of ['first', 'second']) {
      const commit = store.commit([...changes('DEL alice bob'), ...MANY]);
      t.is((await causeOf(t, commit, 'store.unavailable')).code, 'ENOSPC');
      t.is(await readFile(path, 'latin1'), before, `${attempt} attempt, ${freePages} pages free`);
      t.deepEqual(await store.buddiesOf(id('alice')), [id('bob')]);
      t.is(await store.buddiesOf(MANY_USERS[0] as UserId), undefined);
    }
    // What fits into the file's last page needs no room.
    t.deepEqual(await store.commit(changes(`REG small-${freePages}`)), [200]);
    await makeRoom();
  }

  t.deepEqual(new Set(await store.commit(MANY)), new Set([200]));
  await store.close();
  const again = await openStore(t, disk);
  t.deepEqual(await again.buddiesOf(id('alice')), [id('bob')]);
  const users = ['alice', 'bob', 'small-0', 'small-1', 'small-3', ...MANY_USERS];
  const known = await again.commit(changes(...users.map((user) => `REG ${user}`)));
  t.deepEqual(new Set(known), new Set([203]));
  t.is((await readFile(path, 'latin1')).split('\n').length - 1, 1 + users.length + 1);
});

test('where there is no room for a journal, the directory is unusable until there is', async (t) => {
  const disk = await smallDisk(t);
  if (disk === undefined) return t.pass();
  const makeRoom = await fill(disk, 0);
  const error = await t.throwsAsync(openJournalStore(disk), {
    instanceOf: StoreError,
    code: 'store.unusable',
  });
  t.true(error?.message.includes(`${disk} (no space left on device)`), error?.message);
  await makeRoom();
  const store = await openStore(t, disk);
  t.deepEqual(await store.commit(changes('REG alice')), [200]);
});

test('a torn end that there is no room to keep is not cut off', async (t) => {
  const disk = await smallDisk(t);
  if (disk === undefined) return t.pass();
  const path = join(disk, JOURNAL_FILE);
  const first = await openStore(t, disk);
  await first.commit(changes('REG alice', 'REG bob'));
  await first.close();
  await truncate(path, 'im-journal 1\n1 0 REG alice f0e841fe\n2 0 REG b'.length);
  const before = await readFile(path, 'latin1');

  const makeRoom = await fill(disk, 0);
  await t.throwsAsync(openJournalStore(disk), { instanceOf: StoreError, code: 'store.unusable' });
  t.is(await readFile(path, 'latin1'), before);

  await makeRoom();
  let torn = 0;
  const second = await openJournalStore(disk, { onTornTail: ({ bytes }) => (torn += bytes) });
  t.teardown(() => second.close());
  t.is(torn, '2 0 REG b'.length);
  t.deepEqual(await second.commit(changes('REG alice', 'REG bob')), [203, 200]);
});

// /dev/null takes every write and refuses every sync.
onLinux('after a failed sync the journal is broken, and stays so when syncing works again', async (t) => {
  const path = join(await temporaryDirectory(t), 'journal');
  const { journal } = await openJournal(t, path);
  await journal.append(effects('REG alice'));
  const before = await readFile(path, 'latin1');
  const descriptor = await descriptorOf(path);

  replaceBeneath(descriptor, '/dev/null');
  const cause = await causeOf(t, journal.append(effects('REG bob')), 'store.broken');
  t.is(cause.syscall, 'fdatasync');

  replaceBeneath(descriptor, path);
  await t.throwsAsync(journal.append(effects('REG bob')), { instanceOf: StoreError, code: 'store.broken' });
  t.is(await readFile(path, 'latin1'), before, 'a broken journal writes nothing');
});

// /dev/full refuses every write, and cannot be truncated.
onLinux('when a failed write cannot be cut back, the journal is broken, and stays so', async (t) => {
  const path = join(await temporaryDirectory(t), 'journal');
  const { journal } = await openJournal(t, path);
  await journal.append(effects('REG alice'));
  const before = await readFile(path, 'latin1');
  const descriptor = await descriptorOf(path);

  replaceBeneath(descriptor, '/dev/full');
  const cause = await causeOf(t, journal.append(effects('REG bob')), 'store.broken');
  t.is(cause.code, 'ENOSPC', 'what came first');

  replaceBeneath(descriptor, path);
  await t.throwsAsync(journal.append(effects('REG bob')), { instanceOf: StoreError, code: 'store.broken' });
  t.is(await readFile(path, 'latin1'), before, 'a broken journal writes nothing');
});

for (const device of ['/dev/null', '/dev/full']) {
  onLinux(
    `a store that broke on ${device} holds what was acknowledged, and is whole when opened anew`,
    async (t) => {
      const directory = await temporaryDirectory(t);
      const store = await openStore(t, directory);
      await store.commit(changes('REG alice', 'REG bob', 'ADD alice bob'));

      replaceBeneath(await descriptorOf(join(directory, JOURNAL_FILE)), device);
      const refused = { instanceOf: StoreError, code: 'store.broken' };
      // Taken back in any order but the reverse, these would leave carol registered.
      const batch = changes('REG carol', 'ADD carol bob', 'DEL alice bob', 'ADD bob carol');
      await t.throwsAsync(store.commit(batch), refused);
      await t.throwsAsync(store.commit(changes('REG carol')), refused, 'it refuses what comes after');
      for (const held of [store, await openStore(t, directory)]) {
        t.deepEqual(await held.buddiesOf(id('alice')), [id('bob')]);
        t.deepEqual(await held.buddiesOf(id('bob')), []);
        t.is(await held.buddiesOf(id('carol')), undefined);
      }
    },
  );
}
