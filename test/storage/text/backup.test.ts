import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { DataDirectory } from '../../../storage/files/data-directory.js';
import { DISK } from '../../../storage/files/disk.js';
import type { Files } from '../../../storage/files/files.js';
import { checksumOf } from '../../../storage/format/checksum.js';
import type { Store } from '../../../storage/store.js';
import { backUp } from '../../../storage/text/backup.js';
import { ensureLockedServerSeed, readServerSeed } from '../../../storage/text/server-identity.js';
import { openTextStore, type TextStore } from '../../../storage/text/text-store.js';
import { Random } from '../../helpers/random.js';
import { changes, id } from '../changes.js';
import { type ErrorCode, type FaultKind, SimulatedFiles } from '../simulated-files.js';
import { temporaryDirectory } from '../temporary-directory.js';

/** Makes a new data directory, and a path for a backup beside it. */
async function begin(t: ExecutionContext) {
  const parent = await temporaryDirectory(t);
  const source = join(parent, 'data');
  const target = join(parent, 'backup');
  const store = await openTextStore(source);
  t.teardown(() => store.close());
  return { parent, source, target, store };
}

/** Opens a data directory, and returns the list of each user; `undefined` for an id without a user. */
async function listsIn(path: string, users: readonly string[], files: Files = DISK) {
  const store = await openTextStore(path, { files });
  const lists = users.map((user) => store.users.buddiesOf(id(user))?.join(' '));
  await store.close();
  return lists;
}

/** Commits changes, makes a snapshot, and commits more changes. */
async function fill(store: TextStore): Promise<void> {
  await store.commit(changes('REG alice', 'REG bob', 'ADD alice bob'));
  await store.compact();
  await store.commit(changes('REG carol', 'ADD carol bob'));
}

test('a backup of a database in use is a data directory with the same users and identity', async (t) => {
  const { source, target, store } = await begin(t);
  await fill(store);
  const seed = await ensureLockedServerSeed(new DataDirectory(DISK, source));
  const { scan, table } = await backUp({ files: DISK, source, target });
  t.is(scan.last, 5);
  t.is(table.countUsers(), 3);
  t.is((await stat(target)).mode & 0o777, 0o700);
  for (const name of await readdir(target)) t.is((await stat(join(target, name))).mode & 0o777, 0o600, name);
  t.deepEqual(await readServerSeed(new DataDirectory(DISK, target)), seed);
  t.deepEqual(await listsIn(target, ['alice', 'bob', 'carol']), ['bob', '', 'bob']);
  await store.commit(changes('DEL alice bob'));
  t.deepEqual(store.users.buddiesOf(id('alice')), []);
});

test('a backup can end at any change after the snapshot', async (t) => {
  const { source, target, store } = await begin(t);
  await store.commit(changes('REG alice', 'REG bob'));
  await store.compact();
  // The failing snapshots leave sealed journals.
  const users = ['carol', 'dave', 'erin', 'frank'];
  for (const user of users) {
    await store.commit(changes(`REG ${user}`));
    const name = join(source, `snapshot-${nextNumber(await readdir(source))}.txt`);
    await mkdir(name);
    await store.compact();
  }
  t.is((await readFile(join(source, 'manifest.txt'), 'latin1')).split('\njournal').length, 6);
  for (let until = 2; until <= 6; until++) {
    const made = await backUp({ files: DISK, source, target: `${target}-${until}`, until });
    t.is(made.scan.last, until);
    const expected = users.map((_, index) => (index < until - 2 ? '' : undefined));
    t.deepEqual(await listsIn(`${target}-${until}`, users), expected, String(until));
  }
  const early = await t.throwsAsync(backUp({ files: DISK, source, target, until: 1 }));
  t.regex(early?.message ?? '', /goes back only to change 2/);
  const late = await t.throwsAsync(backUp({ files: DISK, source, target, until: 7 }));
  t.is(late?.message, 'there is no change 7: the newest change is 6');
});

/** The number that the store gives to the snapshot of its next compaction. */
function nextNumber(names: readonly string[]): number {
  return 2 + Math.max(...names.map((name) => Number(/-(\d+)\.txt/.exec(name)?.[1] ?? 0)));
}

test('a backup of a database in the previous format keeps that format', async (t) => {
  const parent = await temporaryDirectory(t);
  const [source, target] = [join(parent, 'data'), join(parent, 'backup')];
  const records = ['1 0 REG alice', '2 1 REG bob', '3 2 ADD alice bob'];
  const journal = `im-journal 1\n${records.map((record) => `${record} ${checksumOf(record)}\n`).join('')}`;
  await mkdir(source);
  await writeFile(join(source, 'journal.txt'), journal);
  await backUp({ files: DISK, source, target });
  t.deepEqual(await listsIn(source, ['alice']), ['bob']);
  t.false((await readdir(source)).includes('journal.txt'), 'the store has upgraded the source');
  t.is(await readFile(join(target, 'journal.txt'), 'latin1'), journal);
  t.deepEqual((await readdir(target)).sort(), ['journal.txt', 'manifest.txt']);
});

test('a backup leaves out an interrupted write', async (t) => {
  const { source, target, store } = await begin(t);
  await fill(store);
  await store.close();
  const journal = (await readdir(source)).filter((name) => name.startsWith('journal')).at(-1) ?? '';
  await writeFile(join(source, journal), '6 5 REG da', { flag: 'a' });
  const { scan } = await backUp({ files: DISK, source, target });
  t.is(scan.last, 5);
  t.false((await readFile(join(target, journal), 'latin1')).includes('REG da'));
});

test('a backup refuses a damaged database, and names the file and line of the source', async (t) => {
  const { parent, source, target, store } = await begin(t);
  await fill(store);
  await store.close();
  const [snapshot = ''] = (await readdir(source)).filter((name) => name.startsWith('snapshot'));
  const text = await readFile(join(source, snapshot), 'latin1');
  await writeFile(join(source, snapshot), text.replace('bob', 'bo_'));
  const error = await t.throwsAsync(backUp({ files: DISK, source, target }));
  t.true(error?.message.startsWith(`${join(source, snapshot)} is damaged at line 2`), error?.message);
  t.deepEqual(await readdir(parent), ['data']);
});

test('a backup refuses an existing target, a missing parent, and a missing database', async (t) => {
  const { parent, source, target } = await begin(t);
  await mkdir(target);
  const refusal = async (request: { source: string; target: string }) =>
    (await t.throwsAsync(backUp({ files: DISK, ...request })))?.message;
  t.is(await refusal({ source, target }), `${target} exists: choose another name`);
  t.is(
    await refusal({ source, target: join(parent, 'no/backup') }),
    `${join(parent, 'no')} is not a directory`,
  );
  t.is(await refusal({ source: target, target: `${target}-2` }), `${target} has no database`);
  t.deepEqual((await readdir(parent)).sort(), ['backup', 'data']);
});

test('a snapshot during the copying makes the backup begin again', async (t) => {
  const { source, target, store } = await begin(t);
  await fill(store);
  let isDue = true;
  const files: Files = {
    ...DISK,
    async open(path) {
      if (isDue && path.startsWith(source) && path.includes('snapshot-')) {
        isDue = false;
        await store.commit(changes('REG dave'));
        await store.compact();
      }
      return DISK.open(path);
    },
  };
  const { scan } = await backUp({ files, source, target });
  t.is(scan.last, 6);
  t.deepEqual(await listsIn(target, ['dave']), ['']);
});

test('a backup gives up after ten copies that ended in the middle of a write', async (t) => {
  const { parent, source, target, store } = await begin(t);
  for (let index = 0; index < 40; index++) await store.commit(changes(`REG user${index}`));
  await store.close();
  const name = (await readdir(source)).find((each) => each.startsWith('journal')) ?? '';
  const lines = (await readFile(join(source, name), 'latin1')).trimEnd().split('\n');
  let copies = 0;
  const files: Files = {
    ...DISK,
    async open(path) {
      // The last record lacks its LF.
      if (path === join(source, name)) await writeFile(path, lines.slice(0, 2 + ++copies).join('\n'));
      return DISK.open(path);
    },
  };
  const error = await t.throwsAsync(backUp({ files, source, target }));
  t.is(error?.message, `${source} was written during each of 10 copies: try again`);
  t.is(copies, 10);
  t.deepEqual(await readdir(parent), ['data']);
});

// Tests with the simulated file system.

const KINDS: readonly FaultKind[] = ['before', 'after', 'short'];
const CODES: readonly ErrorCode[] = ['EIO', 'ENOSPC', 'EMFILE', 'EROFS'];

async function simulated(): Promise<{ readonly files: SimulatedFiles; readonly store: Store }> {
  const files = new SimulatedFiles();
  files.appear('/');
  const store = await openTextStore('/data', { files });
  await fill(store);
  await ensureLockedServerSeed(new DataDirectory(files, '/data'));
  return { files, store };
}

const REQUEST = { source: '/data', target: '/backup' };

test('after any failed operation there is either no backup, or a complete one', async (t) => {
  const { files: first } = await simulated();
  const begun = first.count;
  await backUp({ files: first, ...REQUEST });
  const steps = first.count - begun;
  t.true(steps > 30);
  for (const kind of KINDS) {
    for (let step = 1; step <= steps; step++) {
      const { files } = await simulated();
      const before = files.contents();
      files.failAt(files.count + step, kind, CODES[step % CODES.length]);
      const error = await backUp({ files, ...REQUEST }).then(
        () => undefined,
        (reason: Error) => reason,
      );
      files.heal();
      const isMade = (await files.facts('/backup')) !== undefined;
      const what = `${kind} at step ${step}: ${error?.message}`;
      if (error === undefined) t.true(isMade, what);
      if (isMade) t.deepEqual(await listsIn('/backup', ['alice', 'carol'], files), ['bob', 'bob'], what);
      else t.is(files.contents(), before, what);
      t.is(files.openFiles, 1, `${what}: only the store's journal is open`);
    }
  }
});

test('a full disk makes the backup fail, and the backup leaves no files', async (t) => {
  const { files } = await simulated();
  const before = files.contents();
  files.failFrom(files.count, 'ENOSPC', ['write']);
  await t.throwsAsync(backUp({ files, ...REQUEST }), { code: 'ENOSPC' });
  t.is(files.contents(), before);
});

test('a power cut at any moment leaves no backup, or a complete one', async (t) => {
  const { files } = await simulated();
  const seed = await readServerSeed(new DataDirectory(files, '/data'));
  const random = new Random(1);
  const cuts: SimulatedFiles[] = [];
  const cut = () => cuts.push(...Array.from({ length: 8 }, () => files.powerCut(random)));
  files.beforeOperation = cut;
  await backUp({ files, ...REQUEST });
  files.beforeOperation = undefined;
  cut();
  let made = 0;
  for (const after of cuts) {
    if ((await after.facts('/backup')) === undefined) continue;
    made += 1;
    t.deepEqual(await readServerSeed(new DataDirectory(after, '/backup')), seed);
    t.deepEqual(await listsIn('/backup', ['alice', 'carol'], after), ['bob', 'bob']);
  }
  t.true(made >= 2, String(made));
});
