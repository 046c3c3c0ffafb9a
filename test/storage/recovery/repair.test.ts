import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { DISK } from '../../../storage/files/disk.js';
import { type Store, StoreError } from '../../../storage/store.js';
import { openTextStore, type StoreReport } from '../../../storage/text/text-store.js';
import { changes, id } from '../changes.js';
import { temporaryDirectory } from '../temporary-directory.js';

const NO_LOCK = { isInPlace: async () => true, release: async () => {} };

const USERS = ['alice', 'bob', 'carol', 'dave'].map(id);

/** Makes a good directory with a snapshot and a journal. `alice` no longer has `dave` as a buddy. */
async function filled(t: ExecutionContext): Promise<string> {
  const directory = await temporaryDirectory(t);
  let made: () => void = () => {};
  const snapshot = new Promise<void>((resolve) => {
    made = resolve;
  });
  const store = await openTextStore(directory, { minCompactionBytes: 60, onReport: () => made() });
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

/** Opens a directory with repair; returns the dropped lines, as `file:line`, and the lists. */
async function repaired(t: ExecutionContext, directory: string) {
  const reports: StoreReport[] = [];
  const store = await openTextStore(directory, { repair: true, onReport: (each) => reports.push(each) });
  t.teardown(() => store.close());
  const dropped = reports.flatMap((each) =>
    each.type === 'line.dropped' ? [`${each.path.slice(directory.length + 1)}:${each.line}`] : [],
  );
  return { dropped, lists: await listsOf(store), store, reports };
}

async function change(path: string, edit: (text: string) => string): Promise<void> {
  await writeFile(path, edit(await readFile(path, 'latin1')), 'latin1');
}

/** The name of the first file of a kind. */
async function nameOf(directory: string, kind: 'snapshot' | 'journal'): Promise<string> {
  const name = (await readdir(directory)).find((each) => each.startsWith(kind));
  if (name === undefined) throw new Error(`there is no ${kind}`);
  return name;
}

test('repair does not change a good directory', async (t) => {
  const directory = await filled(t);
  const { dropped, lists, reports } = await repaired(t, directory);
  t.deepEqual(dropped, []);
  t.deepEqual(lists, WHOLE);
  t.deepEqual(reports, []);
});

test('if a line of a snapshot is damaged, repair loses only the user of that line', async (t) => {
  const directory = await filled(t);
  const snapshot = await nameOf(directory, 'snapshot');
  const path = join(directory, snapshot);
  await change(path, (text) => text.replace('\nbob ', '\nbog '));
  const before = await readFile(path, 'latin1');
  const { dropped, lists, reports } = await repaired(t, directory);
  // The dropped lines are Bob's line in the snapshot, and the change of his list in the journal.
  t.deepEqual(dropped, [`${snapshot}:3`, `${await journalDropped(reports)}`]);
  t.deepEqual(lists, [['carol'], undefined, [], []]);
  t.is(await readFile(`${path}.broken`, 'latin1'), before);
});

test('an outdated manifest is refused, and repair recovers the changes after it', async (t) => {
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

test('an outdated manifest is refused even if all its files exist', async (t) => {
  const directory = await temporaryDirectory(t);
  const manifest = join(directory, 'manifest.txt');
  const files = { ...DISK, create: (path: string) => refuseSnapshots(path) };
  const store = await openTextStore(directory, { files, minCompactionBytes: 1 });
  const early = await readFile(manifest);
  // The store seals a journal, but cannot write a snapshot.
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

test('repair does not use an unfinished snapshot if there is a finished one', async (t) => {
  const directory = await filled(t);
  const snapshot = await readFile(join(directory, await nameOf(directory, 'snapshot')), 'latin1');
  await writeFile(join(directory, 'snapshot-99.txt'), snapshot.slice(0, 40));
  await rm(join(directory, 'manifest.txt'));
  t.deepEqual((await repaired(t, directory)).lists, WHOLE);
});

test('a missing manifest counts as damage even if the earliest journal exists', async (t) => {
  const directory = await filled(t);
  await rm(join(directory, 'manifest.txt'));
  await writeFile(join(directory, 'journal.txt'), 'im-journal 2 6ef737ee\n');
  await t.throwsAsync(openTextStore(directory), { code: 'store.corrupt' });
  t.deepEqual((await repaired(t, directory)).lists, WHOLE);
});

test('a file with the name of a journal but another header is kept', async (t) => {
  const directory = await filled(t);
  await writeFile(join(directory, 'journal-7.txt'), 'bob\n');
  await (await openTextStore(directory)).close();
  t.is(await readFile(join(directory, 'journal-7.txt'), 'latin1'), 'bob\n');
});

async function journalDropped(reports: readonly StoreReport[]): Promise<string> {
  const lines = reports.flatMap((each) =>
    each.type === 'line.dropped' && each.reason === 'it no longer has an effect'
      ? [`${each.path.split('/').at(-1)}:${each.line}`]
      : [],
  );
  return lines.join();
}

test('if a line of a journal is damaged, repair loses its change and those that depend on it', async (t) => {
  const directory = await filled(t);
  const journal = await nameOf(directory, 'journal');
  await change(join(directory, journal), (text) => text.replace('REG carol', 'REG karol'));
  const { dropped, lists } = await repaired(t, directory);
  t.deepEqual(dropped, [`${journal}:2`, `${journal}:3`]);
  t.deepEqual(lists, [['bob'], ['alice'], undefined, []]);
});

test('repair loses no data if only the manifest is damaged or missing', async (t) => {
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

test('if the snapshot is missing, repair uses the journal alone', async (t) => {
  const directory = await filled(t);
  await rm(join(directory, await nameOf(directory, 'snapshot')));
  const { lists, dropped } = await repaired(t, directory);
  t.is(dropped[0], 'manifest.txt:1');
  t.deepEqual(lists, [undefined, undefined, [], undefined]);
});

test('repair reads lines that end with CR LF', async (t) => {
  const directory = await filled(t);
  for (const name of (await readdir(directory)).filter((name) => name !== 'lock.txt')) {
    await change(join(directory, name), (text) => text.replaceAll('\n', '\r\n'));
  }
  await t.throwsAsync(openTextStore(directory), { code: 'store.corrupt' });
  t.deepEqual((await repaired(t, directory)).lists, WHOLE);
});

test('a repaired database is good afterwards, and accepts changes', async (t) => {
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

test('repair opens files with any damage, and invents no data', async (t) => {
  const good = await filled(t);
  // Syncs and locks are slow, and do not matter here.
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
  const offset = Math.floor(bytes.length * at);
  const [before, after] = [bytes.subarray(0, offset), bytes.subarray(offset)];
  const parts = {
    flip: [before, Buffer.from([byte]), after.subarray(1)],
    cut: [before],
    insert: [before, Buffer.from([byte]), after],
    double: [bytes, after],
  }[how];
  await writeFile(path, Buffer.concat(parts ?? []));
}

test('repair saves the last line of each file even if its LF is missing', async (t) => {
  for (const kind of ['manifest', 'snapshot', 'journal'] as const) {
    const directory = await filled(t);
    const name = (await readdir(directory)).filter((each) => each.startsWith(kind)).at(-1) ?? '';
    await change(join(directory, name), (text) => text.slice(0, -1));
    const { lists, reports } = await repaired(t, directory);
    t.deepEqual(lists, WHOLE, name);
    t.true(
      reports.some(({ type }) => type === 'store.repaired'),
      name,
    );
  }
});
