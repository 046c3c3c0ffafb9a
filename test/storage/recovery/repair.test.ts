import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { DISK } from '../../../storage/files/disk.js';
import { type Store, StoreError } from '../../../storage/store.js';
import { openTextStore, type StoreNews } from '../../../storage/text/text-store.js';
import { changes, id } from '../changes.js';
import { temporaryDirectory } from '../temporary-directory.js';

const NO_LOCK = { isInPlace: async () => true, release: async () => {} };

const USERS = ['alice', 'bob', 'carol', 'dave'].map(id);

/** A good directory with a snapshot and a journal; `alice` has had `dave` as a buddy, and no longer has. */
async function filled(t: ExecutionContext): Promise<string> {
  const directory = await temporaryDirectory(t);
  let made: () => void = () => {};
  const snapshot = new Promise<void>((resolve) => {
    made = resolve;
  });
  const store = await openTextStore(directory, { minCompactionBytes: 60, onNews: () => made() });
  await store.commit(changes('REG alice', 'REG bob', 'REG dave', 'ADD alice dave', 'ADD alice bob'));
  await snapshot;
  await store.commit(changes('REG carol'));
  await store.commit(changes('ADD alice carol', 'DEL alice dave', 'ADD bob alice'));
  await store.close();
  return directory;
}

const WHOLE = [['bob', 'carol'], ['alice'], [], []];

async function listsOf(store: Store): Promise<readonly (readonly string[] | undefined)[]> {
  return Promise.all(USERS.map((user) => store.users.buddiesOf(user)));
}

/** Opens a directory with repair; tells what was dropped, as `file:line`, and what there is. */
async function repaired(t: ExecutionContext, directory: string) {
  const news: StoreNews[] = [];
  const store = await openTextStore(directory, { repair: true, onNews: (each) => news.push(each) });
  t.teardown(() => store.close());
  const dropped = news.flatMap((each) =>
    each.type === 'line.dropped' ? [`${each.path.slice(directory.length + 1)}:${each.line}`] : [],
  );
  return { dropped, lists: await listsOf(store), store, news };
}

async function change(path: string, edit: (text: string) => string): Promise<void> {
  await writeFile(path, edit(await readFile(path, 'latin1')), 'latin1');
}

/** The name of the file of a kind. */
async function nameOf(directory: string, kind: 'snapshot' | 'journal'): Promise<string> {
  const name = (await readdir(directory)).find((each) => each.startsWith(kind));
  if (name === undefined) throw new Error(`there is no ${kind}`);
  return name;
}

test('a good directory is left as it is', async (t) => {
  const directory = await filled(t);
  const { dropped, lists, news } = await repaired(t, directory);
  t.deepEqual(dropped, []);
  t.deepEqual(lists, WHOLE);
  t.deepEqual(news, []);
});

test('of a snapshot with a damaged line, that user is lost, and nobody else', async (t) => {
  const directory = await filled(t);
  const snapshot = await nameOf(directory, 'snapshot');
  const path = join(directory, snapshot);
  await change(path, (text) => text.replace('\nbob ', '\nbog '));
  const before = await readFile(path, 'latin1');
  const { dropped, lists, news } = await repaired(t, directory);
  // Bob's line, and what the journal asks of him.
  t.deepEqual(dropped, [`${snapshot}:3`, `${await journalDropped(news)}`]);
  t.deepEqual(lists, [['carol'], undefined, [], []]);
  t.is(await readFile(`${path}.broken`, 'latin1'), before);
});

test('a manifest of an earlier time is refused, and repair saves what came later', async (t) => {
  const directory = await temporaryDirectory(t);
  const manifest = join(directory, 'manifest.txt');
  const first = await openTextStore(directory);
  await first.commit(changes('REG alice'));
  const early = await readFile(manifest);
  await first.commit(changes('REG bob', 'ADD alice bob'));
  await first.compact();
  await first.commit(changes('REG carol', 'ADD alice carol'));
  await first.close();
  await writeFile(manifest, early);
  await t.throwsAsync(openTextStore(directory), { code: 'store.corrupt', message: /--repair/ });
  const { lists, store } = await repaired(t, directory);
  t.deepEqual(lists, [['bob', 'carol'], [], [], undefined]);
  await store.close();
  const kept = (await readdir(directory)).filter((name) => name.endsWith('.broken'));
  t.is(kept.length, 3, `the manifest, a snapshot and a journal: ${kept}`);
});

test('a manifest whose files are there, but not the latest, is refused', async (t) => {
  const directory = await temporaryDirectory(t);
  const manifest = join(directory, 'manifest.txt');
  const files = { ...DISK, create: (path: string) => refuseSnapshots(path) };
  const store = await openTextStore(directory, { files, minCompactionBytes: 1 });
  const early = await readFile(manifest);
  // A journal is sealed, and no snapshot made.
  await store.commit(changes('REG alice'));
  await store.commit(changes('REG bob', 'ADD alice bob'));
  await store.close();
  await writeFile(manifest, early);
  await t.throwsAsync(openTextStore(directory), {
    code: 'store.corrupt',
    message: /manifest\.txt is older than journal-2\.txt/,
  });
  t.deepEqual((await repaired(t, directory)).lists, [['bob'], [], undefined, undefined]);
});

async function refuseSnapshots(path: string): ReturnType<typeof DISK.create> {
  if (path.includes('snapshot')) throw new Error('there is no room');
  return DISK.create(path);
}

test('a snapshot that was not finished is not taken for the latest', async (t) => {
  const directory = await filled(t);
  const snapshot = await readFile(join(directory, await nameOf(directory, 'snapshot')), 'latin1');
  await writeFile(join(directory, 'snapshot-99.txt'), snapshot.slice(0, 40));
  await rm(join(directory, 'manifest.txt'));
  t.deepEqual((await repaired(t, directory)).lists, WHOLE);
});

test('an earliest journal beside other files is no database without their manifest', async (t) => {
  const directory = await filled(t);
  await rm(join(directory, 'manifest.txt'));
  await writeFile(join(directory, 'journal.txt'), 'im-journal 1\n');
  await t.throwsAsync(openTextStore(directory), { code: 'store.corrupt' });
  t.deepEqual((await repaired(t, directory)).lists, WHOLE);
});

test('files that only have such a name are left alone', async (t) => {
  const directory = await filled(t);
  await writeFile(join(directory, 'journal-7.txt'), 'bob\n');
  await (await openTextStore(directory)).close();
  t.is(await readFile(join(directory, 'journal-7.txt'), 'latin1'), 'bob\n');
});

async function journalDropped(news: readonly StoreNews[]): Promise<string> {
  const lines = news.flatMap((each) =>
    each.type === 'line.dropped' && each.reason === 'it has no effect any more'
      ? [`${each.path.split('/').at(-1)}:${each.line}`]
      : [],
  );
  return lines.join();
}

test('of a journal with a damaged line, that change is lost, and what needs it', async (t) => {
  const directory = await filled(t);
  const journal = await nameOf(directory, 'journal');
  await change(join(directory, journal), (text) => text.replace('REG carol', 'REG karol'));
  const { dropped, lists } = await repaired(t, directory);
  t.deepEqual(dropped, [`${journal}:2`, `${journal}:3`]);
  t.deepEqual(lists, [['bob'], ['alice'], undefined, []]);
});

test('a manifest that is damaged or missing costs nothing', async (t) => {
  for (const damage of [() => 'x', undefined]) {
    const directory = await filled(t);
    const path = join(directory, 'manifest.txt');
    if (damage === undefined) await rm(path);
    else await change(path, damage);
    await t.throwsAsync(openTextStore(directory), { instanceOf: StoreError, code: 'store.corrupt' });
    const { lists, dropped } = await repaired(t, directory);
    t.deepEqual(lists, WHOLE);
    t.deepEqual(dropped, damage === undefined ? [] : ['manifest.txt:1']);
  }
});

test('without its snapshot, the journal is all there is', async (t) => {
  const directory = await filled(t);
  await rm(join(directory, await nameOf(directory, 'snapshot')));
  const { lists, dropped } = await repaired(t, directory);
  t.is(dropped[0], 'manifest.txt:1');
  t.deepEqual(lists, [undefined, undefined, [], undefined]);
});

test('lines that an editor ended in its own way are saved all the same', async (t) => {
  const directory = await filled(t);
  for (const name of (await readdir(directory)).filter((name) => name !== 'lock.txt')) {
    await change(join(directory, name), (text) => text.replaceAll('\n', '\r\n'));
  }
  await t.throwsAsync(openTextStore(directory), { code: 'store.corrupt' });
  t.deepEqual((await repaired(t, directory)).lists, WHOLE);
});

test('what is repaired is good from then on, and takes changes', async (t) => {
  const directory = await filled(t);
  await change(join(directory, await nameOf(directory, 'snapshot')), (text) =>
    text.replace('\nbob ', '\nbog '),
  );
  const { store } = await repaired(t, directory);
  t.deepEqual(await store.commit(changes('REG bob', 'ADD bob carol')), [200, 200]);
  await store.close();
  const again = await openTextStore(directory);
  t.deepEqual(await listsOf(again), [['carol'], ['carol'], [], []]);
  await again.close();
});

test('whatever is done to the files, repair opens them, and nothing is there that never was', async (t) => {
  const good = await filled(t);
  // The rest is slow, and has nothing to do with it.
  const files = { ...DISK, syncDirectory: async () => {}, lock: async () => NO_LOCK };
  const names = (await readdir(good)).filter((name) => name !== 'lock.txt');
  const everListed = new Map(Object.entries({ alice: ['bob', 'carol', 'dave'], bob: ['alice'] }));
  const anyDamage = fc.array(
    fc.record({
      file: fc.constantFrom(...names),
      how: fc.constantFrom('flip', 'cut', 'insert', 'remove', 'double'),
      at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      byte: fc.nat(255),
    }),
    { minLength: 1, maxLength: 4 },
  );
  await fc.assert(
    fc.asyncProperty(anyDamage, async (damages) => {
      const directory = join(await temporaryDirectory(t), 'data');
      await mkdir(directory);
      for (const name of names) await copyFile(join(good, name), join(directory, name));
      for (const { file, how, at, byte } of damages) await harm(join(directory, file), how, at, byte);
      const store = await openTextStore(directory, { files, repair: true });
      for (const [index, list] of (await listsOf(store)).entries()) {
        const known = everListed.get(USERS[index] as string) ?? [];
        t.true((list ?? []).every((buddy) => known.includes(buddy)));
      }
      await store.close();
    }),
    { numRuns: 60 },
  );
});

async function harm(path: string, how: string, at: number, byte: number): Promise<void> {
  if (how === 'remove') return rm(path, { force: true });
  const bytes = await readFile(path).catch(() => Buffer.alloc(0));
  const place = Math.floor(bytes.length * at);
  const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)];
  const parts = {
    flip: [before, Buffer.from([byte]), after.subarray(1)],
    cut: [before],
    insert: [before, Buffer.from([byte]), after],
    double: [bytes, after],
  }[how];
  await writeFile(path, Buffer.concat(parts ?? []));
}

test('a last line that lost its LF is refused or mended, in each file', async (t) => {
  for (const kind of ['manifest', 'snapshot', 'journal'] as const) {
    const directory = await filled(t);
    const name = (await readdir(directory)).filter((each) => each.startsWith(kind)).at(-1) ?? '';
    await change(join(directory, name), (text) => text.slice(0, -1));
    const { lists, news } = await repaired(t, directory);
    t.deepEqual(lists, WHOLE, name);
    t.true(
      news.some(({ type }) => type === 'store.repaired'),
      name,
    );
  }
});
