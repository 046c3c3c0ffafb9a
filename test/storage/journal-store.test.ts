import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { JOURNAL_FILE, openJournalStore } from '../../storage/journal-store.js';
import { MAX_BUDDIES, StoreError } from '../../storage/store.js';
import { anyBatches, changes, id } from './changes.js';
import { decide, type Model, stateOf, stateOfModel } from './model.js';
import { testStoreContract } from './store-contract.js';
import { temporaryDirectory } from './temporary-directory.js';

const SAMPLE = `im-journal 1
1 0 REG alice f0e841fe
2 0 REG bob 282fc211
3 2 ADD alice bob c037d4c7
`;

testStoreContract('journal store', async (t) => openJournalStore(await temporaryDirectory(t)));

function modeOf(path: string): Promise<number> {
  return stat(path).then(({ mode }) => mode & 0o777);
}

test('the file is a header and a line for each change, numbered, each naming the last durable before it', async (t) => {
  const directory = await temporaryDirectory(t);
  const store = await openJournalStore(directory);
  await store.commit(changes('REG Alice', 'REG bob'));
  await store.commit(changes('ADD alice BOB'));
  await store.close();
  t.is(await readFile(join(directory, JOURNAL_FILE), 'latin1'), SAMPLE);
});

test('a new store has a journal of nothing but the header', async (t) => {
  const directory = await temporaryDirectory(t);
  const store = await openJournalStore(directory);
  t.teardown(() => store.close());
  t.is(await readFile(join(directory, JOURNAL_FILE), 'latin1'), 'im-journal 1\n');
  t.deepEqual(await readdir(directory), [JOURNAL_FILE]);
});

test('numbers go on where they ended when the store is opened again', async (t) => {
  const directory = await temporaryDirectory(t);
  const path = join(directory, JOURNAL_FILE);
  await writeFile(path, SAMPLE);
  const store = await openJournalStore(directory);
  await store.commit(changes('DEL alice bob'));
  await store.close();
  t.is(await readFile(path, 'latin1'), `${SAMPLE}4 3 DEL alice bob 65176d5d\n`);
});

test('only changes that change something are logged', async (t) => {
  const directory = await temporaryDirectory(t);
  const path = join(directory, JOURNAL_FILE);
  await writeFile(path, SAMPLE);
  const store = await openJournalStore(directory);
  t.teardown(() => store.close());

  const without = changes(
    'REG bob',
    'ADD alice bob',
    'ADD bob nobody',
    'ADD bob bob',
    'ADD bob',
    'DEL bob alice',
  );
  t.deepEqual(await store.commit(without), [203, 201, 202, 201, 201, 200]);
  t.is(await readFile(path, 'latin1'), SAMPLE);

  t.deepEqual(await store.commit([...without, ...changes('DEL alice bob'), ...without.slice(0, 1)]), [
    ...[203, 201, 202, 201, 201, 200],
    ...[200, 203],
  ] as const);
  t.is(await readFile(path, 'latin1'), `${SAMPLE}4 3 DEL alice bob 65176d5d\n`);
});

test('a commit is in the file when it is answered', async (t) => {
  const directory = await temporaryDirectory(t);
  const store = await openJournalStore(directory);
  t.teardown(() => store.close());
  await store.commit(changes('REG alice'));
  t.is(await readFile(join(directory, JOURNAL_FILE), 'latin1'), 'im-journal 1\n1 0 REG alice f0e841fe\n');
});

test('opening again gives back every committed state', async (t) => {
  const parent = await temporaryDirectory(t);
  let runs = 0;
  const property = fc.asyncProperty(anyBatches, fc.infiniteStream(fc.boolean()), async (batches, reopens) => {
    runs += 1;
    const directory = join(parent, `${runs}`);
    const model: Model = new Map();
    let store = await openJournalStore(directory);
    try {
      for (const batch of batches) {
        const replies = batch.map((change) => decide(model, change));
        assert.deepEqual(await store.commit(batch), replies);
        if (reopens.next().value) {
          await store.close();
          store = await openJournalStore(directory);
        }
        assert.deepEqual(await stateOf(store), stateOfModel(model));
      }
      await store.close();
      store = await openJournalStore(directory);
      assert.deepEqual(await stateOf(store), stateOfModel(model));
    } finally {
      await store.close();
    }
  });
  await t.notThrowsAsync(fc.assert(property));
});

test('a journal far longer than one read is read back whole', async (t) => {
  const directory = await temporaryDirectory(t);
  const first = await openJournalStore(directory);
  const buddies = Array.from({ length: MAX_BUDDIES }, (_, index) => `${index}`.padStart(64, 'x'));
  await first.commit(changes('REG alice', ...buddies.map((buddy) => `REG ${buddy}`)));
  await first.commit(changes(...buddies.map((buddy) => `ADD alice ${buddy}`)));
  await first.close();
  t.true((await stat(join(directory, JOURNAL_FILE))).size > 1_700_000);

  const second = await openJournalStore(directory, { onTornTail: () => t.fail() });
  t.teardown(() => second.close());
  t.deepEqual(await second.buddiesOf(id('alice')), buddies.map(id));
});

test('opening alone never alters a journal', async (t) => {
  const directory = await temporaryDirectory(t);
  await writeFile(join(directory, JOURNAL_FILE), SAMPLE);
  const store = await openJournalStore(directory, { onTornTail: () => t.fail() });
  t.deepEqual(await store.buddiesOf(id('alice')), [id('bob')]);
  await store.close();
  t.is(await readFile(join(directory, JOURNAL_FILE), 'latin1'), SAMPLE);
  t.deepEqual(await readdir(directory), [JOURNAL_FILE]);
});

test('the directory and its missing parents are made for their owner alone, and so is the journal', async (t) => {
  const parent = join(await temporaryDirectory(t), 'missing');
  const directory = join(parent, 'data');
  const store = await openJournalStore(directory);
  await store.close();
  t.deepEqual(await Promise.all([parent, directory].map(modeOf)), [0o700, 0o700]);
  t.is(await modeOf(join(directory, JOURNAL_FILE)), 0o600);
});

test('a directory that was there keeps its mode', async (t) => {
  const directory = join(await temporaryDirectory(t), 'data');
  await mkdir(directory, { mode: 0o750 });
  const before = await modeOf(directory);
  const store = await openJournalStore(directory);
  await store.close();
  t.is(await modeOf(directory), before);
});

test('a creation that a crash interrupted is begun anew', async (t) => {
  const directory = await temporaryDirectory(t);
  await writeFile(join(directory, `${JOURNAL_FILE}.new`), 'im-journal 1\nlong leftovers');
  const store = await openJournalStore(directory);
  t.teardown(() => store.close());
  t.deepEqual(await readdir(directory), [JOURNAL_FILE]);
  t.is(await readFile(join(directory, JOURNAL_FILE), 'latin1'), 'im-journal 1\n');
});

test('a file in the directory’s place makes it unusable, and the message names it and why', async (t) => {
  const directory = join(await temporaryDirectory(t), 'data');
  await writeFile(directory, 'in the way');
  const error = await t.throwsAsync(openJournalStore(directory), {
    instanceOf: StoreError,
    code: 'store.unusable',
  });
  t.true(error?.message.includes(`${directory} (not a directory)`), error?.message);
  t.is(await readFile(directory, 'latin1'), 'in the way');
});

test('a directory in the journal’s place makes the store unusable', async (t) => {
  const directory = await temporaryDirectory(t);
  await mkdir(join(directory, JOURNAL_FILE));
  await t.throwsAsync(openJournalStore(directory), { instanceOf: StoreError, code: 'store.unusable' });
});
