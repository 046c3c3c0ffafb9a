import assert from 'node:assert/strict';
import {
  appendFile,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import type { UserId } from '../../../protocol/id.js';
import { DISK } from '../../../storage/files/disk.js';
import type { Files } from '../../../storage/files/files.js';
import { checksumOf } from '../../../storage/format/checksum.js';
import { newerFormatIn } from '../../../storage/format/manifest.js';
import { MAX_BUDDIES, type Store, StoreError, type StoreErrorCode } from '../../../storage/store.js';
import {
  openTextStore,
  type StoreReport,
  type TextStore,
  type TextStoreOptions,
} from '../../../storage/text/text-store.js';
import { anyBatches, changes, device, id } from '../changes.js';
import { IRREGULAR } from '../irregular.js';
import {
  decide,
  Model,
  modelAfter,
  stateOf,
  stateOfModel,
  wholeStateOf,
  wholeStateOfModel,
} from '../model.js';
import { builtModule, startScript } from '../node-script.js';
import { testStoreContract } from '../store-contract.js';
import { temporaryDirectory } from '../temporary-directory.js';

const RECORDS = `1 0 REG alice f0e841fe
2 0 REG bob 282fc211
3 2 ADD alice bob c037d4c7
`;
const SAMPLE = `im-journal 2 6ef737ee\n${RECORDS}`;

/** The longest wait for work in the background, in milliseconds. */
const PATIENCE_MS = 20_000;

/** The disk without syncs: the tests that use it cannot observe a sync. */
const UNSYNCED: Files = {
  ...DISK,
  async create(path) {
    return { ...(await DISK.create(path)), datasync: async () => {} };
  },
  syncDirectory: async () => {},
};

/** {@link UNSYNCED} without a process for each lock, for tests that open a store hundreds of times. */
const UNLOCKED: Files = {
  ...UNSYNCED,
  lock: async () => ({ isInPlace: async () => true, release: async () => {} }),
};

testStoreContract('text store', async (t) => openTextStore(await temporaryDirectory(t)));
testStoreContract('text store that compacts after every commit', async (t) =>
  openTextStore(await temporaryDirectory(t), { files: UNLOCKED, minCompactionBytes: 1 }),
);

/** A manifest with these lines. */
function manifestOf(...lines: readonly string[]): string {
  const body = ['im-manifest 1', ...lines, ''].join('\n');
  return `${body}checksum ${checksumOf(body)}\n`;
}

/** A line with a correct checksum. */
function sealed(body: string): string {
  return `${body} ${checksumOf(body)}\n`;
}

/** Opens a store, and closes it after the test. */
async function open(t: ExecutionContext, directory: string, options?: TextStoreOptions): Promise<Store> {
  const store = await openTextStore(directory, { files: UNSYNCED, ...options });
  t.teardown(() => store.close());
  return store;
}

/** Opens a store, passes it to `use`, and then closes the store, even after an error. */
async function withStore<TValue>(
  directory: string,
  use: (store: TextStore) => Promise<TValue>,
  options?: TextStoreOptions,
): Promise<TValue> {
  const store = await openTextStore(directory, { files: UNSYNCED, ...options });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/** The texts of a directory's files by name, without the lock file. */
async function textsIn(directory: string): Promise<Record<string, string>> {
  const names = (await readdir(directory)).filter((name) => name !== 'lock.txt').toSorted();
  const texts = await Promise.all(names.map((name) => readFile(join(directory, name), 'latin1')));
  return Object.fromEntries(names.map((name, index) => [name, texts[index] as string]));
}

async function directoryWith(t: ExecutionContext, texts: Record<string, string>): Promise<string> {
  const directory = await temporaryDirectory(t);
  for (const [name, text] of Object.entries(texts)) await writeFile(join(directory, name), text, 'latin1');
  return directory;
}

async function modeOf(path: string): Promise<number> {
  return (await stat(path)).mode & 0o777;
}

async function until(isDone: () => boolean): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; !isDone(); await sleep(2)) {
    if (performance.now() > end) throw new Error('the expected event did not happen');
  }
}

/** Collects the reports of a store, and can wait for them. */
function collectReports() {
  const reports: StoreReport[] = [];
  const count = (type: StoreReport['type']) => reports.filter((each) => each.type === type).length;
  return {
    reports,
    count,
    snapshots: () => reports.filter((each) => each.type === 'snapshot.made'),
    onReport: (each: StoreReport) => void reports.push(each),
    until: (type: StoreReport['type'], least = 1) => until(() => count(type) >= least),
  };
}

/** Asserts that opening fails with a code and a message, and changes no file. */
async function assertRefused(
  t: ExecutionContext,
  directory: string,
  code: StoreErrorCode,
  ...parts: readonly string[]
): Promise<void> {
  const before = await textsIn(directory);
  const error = await t.throwsAsync(openTextStore(directory), { instanceOf: StoreError, code }, parts.join());
  for (const part of parts) t.true(error?.message.includes(part), `'${error?.message}' without '${part}'`);
  t.deepEqual(await textsIn(directory), before);
  await t.throwsAsync(openTextStore(directory), { code }, 'the failure leaves no lock');
}

const damageOf = (path: string, line: number, byte: number) => [
  `${path} is damaged at line ${line}, byte ${byte} (`,
  '--repair',
];

// The files.

test('a new store has a manifest, a journal with only a header, and a lock file', async (t) => {
  const directory = await temporaryDirectory(t);
  await open(t, directory);
  t.deepEqual((await readdir(directory)).toSorted(), ['journal-1.txt', 'lock.txt', 'manifest.txt']);
  t.deepEqual(await textsIn(directory), {
    'journal-1.txt': 'im-journal 2 6ef737ee\n',
    'manifest.txt': manifestOf('journal journal-1.txt 1'),
  });
});

test('the journal has a numbered line for each change', async (t) => {
  const directory = await temporaryDirectory(t);
  const store = await open(t, directory);
  await store.commit(changes('REG Alice', 'REG bob'));
  await store.commit(changes('ADD alice BOB'));
  const written = await readFile(join(directory, 'journal-1.txt'), 'latin1');
  t.is(written, SAMPLE, 'the change is written before the reply');
  await store.close();
  t.is(await readFile(join(directory, 'journal-1.txt'), 'latin1'), SAMPLE);
});

test('only changes with an effect are logged', async (t) => {
  const directory = await directoryWith(t, { 'journal.txt': SAMPLE });
  const store = await open(t, directory);
  const requests = [
    'REG bob',
    'ADD alice bob',
    'ADD bob stranger',
    'ADD bob bob',
    'ADD bob',
    'DEL bob alice',
  ];
  const without = changes(...requests);
  t.deepEqual(await store.commit(without), [203, 201, 202, 201, 201, 200]);
  t.is((await textsIn(directory))['journal-1.txt'], SAMPLE);
  t.deepEqual(
    await store.commit([...without, ...changes('DEL alice bob'), ...without.slice(0, 1)]),
    [203, 201, 202, 201, 201, 200, 200, 203],
  );
  t.is((await textsIn(directory))['journal-1.txt'], `${SAMPLE}4 3 DEL alice bob 65176d5d\n`);
});

test('the directory, its missing parents, and every file are private', async (t) => {
  const parent = join(await temporaryDirectory(t), 'missing');
  const directory = join(parent, 'data');
  const { until: untilReported, onReport } = collectReports();
  const store = await open(t, directory, { minCompactionBytes: 1, onReport });
  await store.commit(changes('REG alice'));
  await untilReported('snapshot.made');
  t.deepEqual(await Promise.all([parent, directory].map(modeOf)), [0o700, 0o700]);
  const names = (await readdir(directory)).toSorted();
  t.deepEqual(names, ['journal-2.txt', 'lock.txt', 'manifest.txt', 'snapshot-3.txt']);
  for (const name of names) t.is(await modeOf(join(directory, name)), 0o600, name);
});

test('an existing directory keeps its mode', async (t) => {
  const directory = join(await temporaryDirectory(t), 'data');
  await mkdir(directory, { mode: 0o750 });
  const before = await modeOf(directory);
  await withStore(directory, async () => {});
  t.is(await modeOf(directory), before);
});

test('a compaction leaves a snapshot of all users, and a journal of later changes', async (t) => {
  const directory = await temporaryDirectory(t);
  const { reports, snapshots, onReport, until: untilReported } = collectReports();
  const store = await open(t, directory, { minCompactionBytes: SAMPLE.length, onReport });
  await store.commit(changes('REG alice', 'REG bob'));
  await store.commit(changes('ADD alice bob'));
  t.deepEqual(reports, [], 'the journal is as long as the limit, not longer');
  await store.commit(changes('REG carol'));
  await untilReported('snapshot.made');
  const snapshot = [
    'im-snapshot 2 4d0b3cb9\n',
    sealed('alice bob'),
    sealed('bob'),
    sealed('carol'),
    sealed('# 3 lines, last record 4'),
  ].join('');
  const [made] = snapshots();
  t.deepEqual(reports, [{ type: 'snapshot.made', users: 3, bytes: snapshot.length, ms: made?.ms ?? -1 }]);
  t.true(Number.isInteger(made?.ms));
  t.deepEqual(await textsIn(directory), {
    'journal-2.txt': 'im-journal 2 6ef737ee\n',
    'manifest.txt': manifestOf(`snapshot snapshot-3.txt 4 ${snapshot.length}`, 'journal journal-2.txt 5'),
    'snapshot-3.txt': snapshot,
  });

  await store.commit(changes('ADD carol alice'));
  t.is(
    (await textsIn(directory))['journal-2.txt'],
    `im-journal 2 6ef737ee\n${sealed('5 4 ADD carol alice')}`,
  );
  await store.close();
  await withStore(directory, async (again) => {
    t.deepEqual(await stateOf(again, ['alice', 'bob', 'carol'].map(id)), [
      [id('alice'), [id('bob')]],
      [id('bob'), []],
      [id('carol'), [id('alice')]],
    ]);
    await again.commit(changes('REG dave'));
    const journal = `im-journal 2 6ef737ee\n${sealed('5 4 ADD carol alice')}${sealed('6 5 REG dave')}`;
    t.deepEqual(await textsIn(directory), {
      'journal-4.txt': journal,
      'manifest.txt': manifestOf(`snapshot snapshot-3.txt 4 ${snapshot.length}`, 'journal journal-4.txt 5'),
      'snapshot-3.txt': snapshot,
    });
  });
});

// Reopening.

for (const [name, settings] of [
  ['', {}],
  [', compacting after every commit', { minCompactionBytes: 1 }],
  [', compacting now and then', { minCompactionBytes: 150 }],
] as const) {
  test(`reopening restores every committed state${name}`, async (t) => {
    t.timeout(100_000);
    const parent = await temporaryDirectory(t);
    const options = { ...settings, files: UNLOCKED };
    let runs = 0;
    const property = fc.asyncProperty(
      anyBatches,
      fc.infiniteStream(fc.boolean()),
      async (batches, reopens) => {
        runs += 1;
        const directory = join(parent, `${runs}`);
        const model = new Model();
        let store = await openTextStore(directory, options);
        try {
          for (const batch of batches) {
            const replies = batch.map((change) => decide(model, change));
            assert.deepEqual(await store.commit(batch), replies);
            if (reopens.next().value) {
              await store.close();
              store = await openTextStore(directory, {
                ...options,
                onReport: ({ type }) => assert.equal(type, 'snapshot.made'),
              });
            }
            assert.deepEqual(wholeStateOf(store.users), wholeStateOfModel(model));
          }
          await store.close();
          store = await openTextStore(directory, options);
          assert.deepEqual(wholeStateOf(store.users), wholeStateOfModel(model));
        } finally {
          await store.close();
        }
      },
    );
    await t.notThrowsAsync(fc.assert(property, { numRuns: 80 }));
  });
}

test('opening copies the journal to a new file, and removes the old one', async (t) => {
  const directory = await temporaryDirectory(t);
  await withStore(directory, (store) => store.commit(changes('REG alice', 'REG bob')));
  await withStore(directory, async (store) => {
    t.deepEqual(Object.keys(await textsIn(directory)), ['journal-2.txt', 'manifest.txt']);
    await store.commit(changes('ADD alice bob'));
    t.deepEqual(await textsIn(directory), {
      'journal-2.txt': SAMPLE,
      'manifest.txt': manifestOf('journal journal-2.txt 1'),
    });
  });
  await withStore(directory, async (store) => {
    t.deepEqual(store.users.buddiesOf(id('alice')), [id('bob')]);
    t.deepEqual(await textsIn(directory), {
      'journal-3.txt': SAMPLE,
      'manifest.txt': manifestOf('journal journal-3.txt 1'),
    });
  });
});

test('if a journal has lost records, its copy from an interrupted start is used', async (t) => {
  const directory = await temporaryDirectory(t);
  const lines = SAMPLE.split(/(?<=\n)/);
  await writeFile(join(directory, 'journal-1.txt'), lines.slice(0, 2).join(''));
  await writeFile(join(directory, 'journal-2.txt'), lines.slice(0, 3).join(''));
  await writeFile(join(directory, 'journal-3.txt'), SAMPLE);
  await writeFile(join(directory, 'manifest.txt'), manifestOf('journal journal-1.txt 1'));
  await withStore(directory, async (store) => t.deepEqual(store.users.buddiesOf(id('alice')), [id('bob')]));
  t.deepEqual(await textsIn(directory), {
    'journal-4.txt': SAMPLE,
    'manifest.txt': manifestOf('journal journal-4.txt 1'),
  });
});

test('users keep their numbers when a snapshot or journal is read back', async (t) => {
  const directory = await temporaryDirectory(t);
  const ids = ['dora', 'alice', 'carl', 'bob'].map(id);
  const numbersIn = (store: Store) => ids.map((each) => store.users.numberOf(each));
  await withStore(directory, async (store) => {
    for (const each of ids.slice(0, 2)) await store.commit([{ op: 'REG', id: each }]);
    await store.compact();
    await store.commit(ids.slice(2).map((each) => ({ op: 'REG', id: each })));
    t.deepEqual(numbersIn(store), [0, 1, 2, 3]);
  });
  await withStore(directory, async (store) => {
    t.deepEqual(numbersIn(store), [0, 1, 2, 3]);
    await store.compact();
  });
  await withStore(directory, async (store) => t.deepEqual(numbersIn(store), [0, 1, 2, 3]));
});

test('a long journal and a long snapshot are read back whole', async (t) => {
  const directory = await temporaryDirectory(t);
  const buddies = Array.from({ length: MAX_BUDDIES }, (_, index) => `${index}`.padStart(64, 'x'));
  await withStore(directory, async (store) => {
    await store.commit(changes('REG alice', ...buddies.map((buddy) => `REG ${buddy}`)));
    await store.commit(changes(...buddies.map((buddy) => `ADD alice ${buddy}`)));
  });
  t.true((await stat(join(directory, 'journal-1.txt'))).size > 1_700_000);
  const { onReport, until: untilReported } = collectReports();
  await withStore(
    directory,
    async (store) => {
      t.deepEqual(store.users.buddiesOf(id('alice')), buddies.map(id));
      await store.commit(changes('REG late'));
      await untilReported('snapshot.made');
    },
    { minCompactionBytes: 1, onReport },
  );
  await withStore(directory, async (store) =>
    t.deepEqual(store.users.buddiesOf(id('alice')), buddies.map(id)),
  );
});

test('opening removes leftovers of the store, and keeps foreign files', async (t) => {
  const directory = await temporaryDirectory(t);
  await withStore(directory, (store) => store.commit(changes('REG alice', 'REG bob', 'ADD alice bob')));
  const leftovers = [
    'snapshot-7.txt',
    'journal-9.txt',
    'journal-2.txt',
    'snapshot-1.txt',
    'journal-123456789012345.txt',
  ];
  const foreign = {
    'README.md': 'mine',
    'journal-0.txt': 'mine',
    'journal-1.txt.13.broken': 'kept',
    'journal-1.txt~': 'mine',
    'journal-a.txt': 'mine',
    'my-journal-4.txt': 'mine',
    'snapshot.txt': 'mine',
  };
  for (const name of leftovers) await writeFile(join(directory, name), 'im-journal 9\na leftover\n');
  for (const [name, text] of Object.entries(foreign)) await writeFile(join(directory, name), text);
  await mkdir(join(directory, 'backups'));
  await writeFile(join(directory, 'backups', 'journal-5.txt'), 'mine');
  await withStore(directory, async (store) => t.deepEqual(store.users.buddiesOf(id('alice')), [id('bob')]));
  t.deepEqual((await readdir(directory)).toSorted(), [
    ...[
      'README.md',
      'backups',
      'journal-0.txt',
      'journal-1.txt.13.broken',
      'journal-1.txt~',
      'journal-2.txt',
    ],
    ...['journal-a.txt', 'lock.txt', 'manifest.txt', 'my-journal-4.txt', 'snapshot.txt'],
  ]);
  for (const [name, text] of Object.entries(foreign))
    t.is(await readFile(join(directory, name), 'latin1'), text);
  t.deepEqual(await readdir(join(directory, 'backups')), ['journal-5.txt']);
});

test('a first start that was interrupted at any point is repeated', async (t) => {
  for (const texts of [
    { 'lock.txt': 'process 1 on elsewhere\n' },
    { 'journal-1.txt': '' },
    { 'journal-1.txt': 'im-jou' },
    { 'journal-1.txt': 'im-journal 2 6ef737ee\n' },
    { 'journal-1.txt': 'im-journal 2 6ef737ee\n', 'manifest.txt.new': 'im-mani' },
  ]) {
    const directory = await directoryWith(t, texts);
    await withStore(directory, async (store) => t.deepEqual(await store.commit(changes('REG alice')), [200]));
    await withStore(directory, async (store) => t.deepEqual(await store.commit(changes('REG alice')), [203]));
    t.deepEqual(Object.keys(await textsIn(directory)), ['journal-2.txt', 'manifest.txt']);
  }
});

test('the journal of an earlier version is copied, and then removed', async (t) => {
  const directory = await directoryWith(t, { 'journal.txt': SAMPLE });
  await withStore(directory, async (store) => {
    t.deepEqual(store.users.buddiesOf(id('alice')), [id('bob')]);
    await store.commit(changes('DEL alice bob'));
  });
  t.deepEqual(await textsIn(directory), {
    'journal-1.txt': `${SAMPLE}4 3 DEL alice bob 65176d5d\n`,
    'manifest.txt': manifestOf('journal journal-1.txt 1'),
  });
  await rm(join(directory, 'manifest.txt'));
  await assertRefused(t, directory, 'store.corrupt', 'manifest.txt is missing', '--repair');
});

test('copying an earlier journal is repeated after an interruption at any point', async (t) => {
  for (const texts of [
    { 'journal.txt': SAMPLE, 'journal-1.txt': '' },
    { 'journal.txt': SAMPLE, 'journal-1.txt': SAMPLE },
    { 'journal.txt': SAMPLE, 'journal-1.txt': SAMPLE, 'manifest.txt.new': 'im-mani' },
    { 'journal.txt': SAMPLE, 'journal-1.txt': SAMPLE, 'manifest.txt': manifestOf('journal journal-1.txt 1') },
  ]) {
    const directory = await directoryWith(t, texts);
    await withStore(directory, async (store) => t.deepEqual(store.users.buddiesOf(id('alice')), [id('bob')]));
    t.deepEqual(await readdir(directory).then((names) => names.includes('journal.txt')), false);
  }
});

// After a crash.

for (const [name, texts] of [
  ['journal.txt', {}],
  ['journal-8.txt', { 'manifest.txt': manifestOf('journal journal-8.txt 1') }],
] as const) {
  test(`a torn end of ${name} is moved to a separate file, and reported`, async (t) => {
    const second = SAMPLE.indexOf('2 0 REG');
    for (const [text, goodBytes] of [
      [SAMPLE.slice(0, -1), SAMPLE.indexOf('3 2 ADD')],
      [`${SAMPLE}\xff\0\n\nx`, SAMPLE.length],
      [SAMPLE.slice(0, second + 5), second],
      [`${SAMPLE}${'x'.repeat(2_500_000)}\n`, SAMPLE.length],
    ] as const) {
      const directory = await directoryWith(t, { ...texts, [name]: text });
      const keptIn = join(directory, `${name}.${goodBytes}.broken`);
      const { reports, onReport } = collectReports();
      const good = text.slice(0, goodBytes);
      await withStore(
        directory,
        async (store) => {
          t.deepEqual(reports, [{ type: 'tail.kept', bytes: text.length - goodBytes, keptIn }]);
          t.is(await readFile(keptIn, 'latin1'), text.slice(goodBytes));
          t.is(await modeOf(keptIn), 0o600);
          const journal = Object.keys(await textsIn(directory)).find((each) =>
            /^journal-[0-9]+\.txt$/.test(each),
          );
          t.is((await textsIn(directory))[journal as string], good);
          await store.commit(changes('REG late'));
        },
        { onReport },
      );
      const all = good
        .split('\n')
        .slice(1, -1)
        .map((line) => line.split(' ').slice(2, -1).join(' '));
      const model = modelAfter(changes(...all, 'REG late'));
      await withStore(
        directory,
        async (store) => {
          const ids = ['alice', 'bob', 'late'].map(id);
          t.deepEqual(await stateOf(store, ids), stateOfModel(model, ids));
          t.is(await readFile(keptIn, 'latin1'), text.slice(goodBytes), 'the file stays');
        },
        { onReport: () => t.fail('it is reported only once') },
      );
    }
  });
}

// Damage and other obstacles.

const SNAPSHOT = [
  'im-snapshot 2 4d0b3cb9\n',
  sealed('alice bob'),
  sealed('bob'),
  sealed('# 2 lines, last record 3'),
].join('');
const SEALED = ['im-journal 2 6ef737ee\n', sealed('4 3 REG carol'), sealed('5 3 REG dave')].join('');
const ACTIVE = ['im-journal 2 6ef737ee\n', sealed('6 5 ADD carol dave'), sealed('7 6 DEL alice bob')].join(
  '',
);
const WHOLE = {
  'journal-2.txt': SEALED,
  'journal-4.txt': ACTIVE,
  'manifest.txt': manifestOf(
    `snapshot snapshot-1.txt 3 ${SNAPSHOT.length}`,
    `journal journal-2.txt 4 5 ${SEALED.length}`,
    'journal journal-4.txt 6',
  ),
  'snapshot-1.txt': SNAPSHOT,
};

test('a snapshot, sealed journals and the active journal form one database', async (t) => {
  const directory = await directoryWith(t, WHOLE);
  await withStore(directory, async (store) => {
    t.deepEqual(await stateOf(store, ['alice', 'bob', 'carol', 'dave'].map(id)), [
      [id('alice'), []],
      [id('bob'), []],
      [id('carol'), [id('dave')]],
      [id('dave'), []],
    ]);
  });
  const manifest = WHOLE['manifest.txt'].replace('journal-4', 'journal-5').split('\n').slice(1, -2);
  const { 'journal-4.txt': journal, ...rest } = WHOLE;
  t.deepEqual(await textsIn(directory), {
    ...rest,
    'journal-5.txt': journal,
    'manifest.txt': manifestOf(...manifest),
  });
});

test('the error of damage in a snapshot or journal names file, line and byte', async (t) => {
  for (const [name, line] of [
    ['journal-2.txt', 2],
    ['journal-2.txt', 3],
    ['journal-4.txt', 2],
    ['snapshot-1.txt', 2],
    ['snapshot-1.txt', 3],
    ['snapshot-1.txt', 4],
  ] as const) {
    const lines = WHOLE[name].split('\n');
    const byte = lines.slice(0, line - 1).join('\n').length + 1;
    const damaged = lines.with(line - 1, (lines[line - 1] as string).replace(/[a-z]/, 'X')).join('\n');
    const directory = await directoryWith(t, { ...WHOLE, [name]: damaged });
    await assertRefused(t, directory, 'store.corrupt', ...damageOf(join(directory, name), line, byte));
  }
});

test('a sealed journal or a snapshot that is too short is damaged at its end', async (t) => {
  for (const [name, line] of [
    ['journal-2.txt', 3],
    ['snapshot-1.txt', 4],
  ] as const) {
    const directory = await directoryWith(t, WHOLE);
    const byte =
      WHOLE[name]
        .split('\n')
        .slice(0, line - 1)
        .join('\n').length + 1;
    await truncate(join(directory, name), byte);
    await assertRefused(t, directory, 'store.corrupt', ...damageOf(join(directory, name), line, byte));
  }
});

test('the error of a damaged manifest names the file', async (t) => {
  const text = WHOLE['manifest.txt'];
  for (const damaged of ['', text.slice(0, -5), text.replace('journal-2', 'journal-3'), 'nonsense\n']) {
    const directory = await directoryWith(t, { ...WHOLE, 'manifest.txt': damaged });
    await assertRefused(
      t,
      directory,
      'store.corrupt',
      `${join(directory, 'manifest.txt')} is damaged`,
      '--repair',
    );
  }
});

test('the error of a missing file names the file, even if it is the manifest', async (t) => {
  for (const name of Object.keys(WHOLE)) {
    const directory = await directoryWith(t, WHOLE);
    await rm(join(directory, name));
    await assertRefused(t, directory, 'store.corrupt', `${join(directory, name)} is missing`, '--repair');
  }
  const directory = await directoryWith(t, { 'journal-1.txt': SAMPLE });
  await assertRefused(
    t,
    directory,
    'store.corrupt',
    `${join(directory, 'manifest.txt')} is missing`,
    '--repair',
  );
});

/** The first line of a file in a newer format. */
function signed(format: string): string {
  return `${format} ${checksumOf(format)}\n`;
}

test('a damaged version number is not taken for a newer version', async (t) => {
  for (const name of ['manifest.txt', 'snapshot-1.txt', 'journal-2.txt', 'journal-4.txt'] as const) {
    const directory = await directoryWith(t, { ...WHOLE, [name]: WHOLE[name].replace(/ [12]\b/, ' 3') });
    await assertRefused(t, directory, 'store.corrupt', join(directory, name), '--repair');
  }
});

test('a file of a newer format is refused with the name of the format', async (t) => {
  for (const [name, format] of [
    ['manifest.txt', 'im-manifest 2'],
    ['snapshot-1.txt', 'im-snapshot 3'],
    ['journal-2.txt', 'im-journal 10'],
    ['journal-4.txt', 'im-journal 3'],
  ] as const) {
    const body = `${format}\nanything\n`;
    const text = name === 'manifest.txt' ? `${body}checksum ${checksumOf(body)}\n` : signed(format);
    const directory = await directoryWith(t, { ...WHOLE, [name]: text });
    const path = join(directory, name);
    const reason = `${path} was written by a newer im-server (its format is '${format}')`;
    await assertRefused(t, directory, 'store.unusable', reason);
  }
  const directory = await directoryWith(t, { 'journal.txt': signed('im-journal 3') });
  await assertRefused(t, directory, 'store.unusable', join(directory, 'journal.txt'), "'im-journal 3'");
});

/** The database of {@link WHOLE} in the previous format. */
const EARLIER = Object.fromEntries(
  Object.entries(WHOLE).map(([name, text]) => {
    const earlier = text.replace(/^(im-\w+) 2 \w+\n/, '$1 1\n').replace(/# 2 lines.*\n/, '');
    return [name, name.startsWith('snapshot') ? earlier + sealed('# 2 users, last record 3') : earlier];
  }),
);
const EARLIER_MANIFEST = manifestOf(
  `snapshot snapshot-1.txt 3 ${EARLIER['snapshot-1.txt']?.length}`,
  `journal journal-2.txt 4 5 ${EARLIER['journal-2.txt']?.length}`,
  'journal journal-4.txt 6',
);

test('a database of the previous format is rewritten at the start, and all ids are open', async (t) => {
  const directory = await directoryWith(t, { ...EARLIER, 'manifest.txt': EARLIER_MANIFEST });
  t.regex(EARLIER['journal-4.txt'] as string, /^im-journal 1\n/);
  const { reports, onReport } = collectReports();
  await withStore(
    directory,
    async (store) => {
      t.deepEqual(
        reports.map((each) => each.type === 'store.upgraded' && each.users),
        [4],
      );
      const texts = await textsIn(directory);
      const snapshot = [
        'im-snapshot 2 4d0b3cb9\n',
        ...['alice', 'bob', 'carol dave', 'dave', '# 4 lines, last record 7'].map(sealed),
      ].join('');
      t.deepEqual(texts, {
        'journal-7.txt': 'im-journal 2 6ef737ee\n',
        'manifest.txt': manifestOf(`snapshot snapshot-6.txt 7 ${snapshot.length}`, 'journal journal-7.txt 8'),
        'snapshot-6.txt': snapshot,
      });
      for (let user = 0; user < 4; user++) t.false(store.users.isKeyed(user));
      await store.commit([{ op: 'REG', id: id('eve'), device: device(7, 3) }]);
    },
    { onReport },
  );
  await withStore(
    directory,
    async (store) => t.deepEqual(store.users.deviceOf(store.users.numberOf(id('eve'))), device(7, 3)),
    { onReport: () => t.fail('the second start rewrites nothing') },
  );
});

test('a first start or a copy that an earlier version left unfinished is repeated', async (t) => {
  for (const texts of [
    { 'journal-1.txt': 'im-journal 1\n' },
    { 'journal.txt': `im-journal 1\n${RECORDS}`, 'journal-1.txt': `im-journal 1\n${RECORDS}` },
  ]) {
    const directory = await directoryWith(t, texts);
    await withStore(directory, (store) => store.commit(changes('REG late')));
    for (const text of Object.values(await textsIn(directory)))
      t.notRegex(text, /^im-(journal|snapshot) 1$/m);
  }
});

test('an earlier version can read the name of the current format from the headers', async (t) => {
  const directory = await temporaryDirectory(t);
  await withStore(directory, async (store) => {
    await store.commit(changes('REG alice'));
    await store.compact();
    await store.commit(changes('REG bob'));
  });
  const headers = Object.entries(await textsIn(directory))
    .filter(([name]) => name !== 'manifest.txt')
    .map(([, text]) => text.split('\n')[0] as string);
  t.is(headers.length, 2);
  for (const header of headers) {
    // Every version has this rule, so an earlier version applies it to formats that it does not know.
    const kind = header.startsWith('im-journal') ? 'im-journal' : 'im-snapshot';
    t.is(newerFormatIn(header, kind), `${kind} 2`);
  }
});

test('numbers of removed users are not used again, however often the store is reopened', async (t) => {
  const directory = await temporaryDirectory(t);
  const remove = (user: string) => ({ op: 'REMOVE', id: id(user), atMs: 1 }) as const;
  await withStore(directory, async (store) => {
    await store.commit([...changes('REG alice', 'REG bob', 'REG carol', 'ADD carol bob'), remove('bob')]);
    await store.commit([{ op: 'FREE', id: id('bob') }, remove('alice')]);
  });
  for (const compacts of [false, true, true, false]) {
    await withStore(directory, async (store) => {
      t.deepEqual(
        ['alice', 'bob', 'carol'].map((each) => store.users.numberOf(id(each))),
        [-1, -1, 2],
      );
      t.deepEqual(store.users.reservations(), [{ id: id('alice'), atMs: 1 }]);
      t.deepEqual([...store.users.listOf(2)], []);
      if (compacts) await store.compact();
    });
  }
  await withStore(directory, async (store) => {
    t.deepEqual(await store.commit(changes('REG alice', 'REG bob')), [203, 200]);
    t.is(store.users.numberOf(id('bob')), 3);
  });
});

test('a file in place of the directory is refused, and the error has the path and reason', async (t) => {
  const directory = join(await temporaryDirectory(t), 'data');
  await writeFile(directory, 'in the way');
  const error = await t.throwsAsync(openTextStore(directory), {
    instanceOf: StoreError,
    code: 'store.unusable',
  });
  t.true(error?.message.includes(`${directory} (not a directory)`), error?.message);
  t.true(error?.message.includes('--data'));
  t.is(await readFile(directory, 'latin1'), 'in the way');
});

for (const [what, put] of Object.entries(IRREGULAR)) {
  test(`a store refuses ${what} in place of a file, and names the path`, async (t) => {
    for (const name of [...Object.keys(WHOLE), 'lock.txt']) {
      const directory = await directoryWith(t, { ...WHOLE, 'lock.txt': 'kept\n' });
      await put(t, join(directory, name));
      for (const repair of [false, true]) {
        const error = await t.throwsAsync(
          openTextStore(directory, { repair }),
          { instanceOf: StoreError, code: 'store.unusable' },
          name,
        );
        const path = join(directory, name);
        t.is(error?.message, `cannot use the data directory ${directory}: ${path} is not a regular file`);
        t.like(error?.cause, { code: 'file.irregular' });
      }
    }
  });
}

// PATH is shared by the whole process: no other test may start a command meanwhile.
test.serial('without the command flock, the store is unusable, and the message names flock', async (t) => {
  const directory = await temporaryDirectory(t);
  const before = process.env['PATH'];
  process.env['PATH'] = directory;
  try {
    const error = await t.throwsAsync(openTextStore(directory), {
      instanceOf: StoreError,
      code: 'store.unusable',
    });
    t.true(error?.message.includes(directory), error?.message);
    t.true(error?.message.includes('flock'), error?.message);
  } finally {
    process.env['PATH'] = before;
  }
});

// One process at a time.

test('a directory in use is refused until its store is closed, and the process is named', async (t) => {
  const directory = await temporaryDirectory(t);
  const first = await open(t, directory);
  await first.commit(changes('REG alice'));
  const before = await textsIn(directory);
  const error = await t.throwsAsync(openTextStore(directory), {
    instanceOf: StoreError,
    code: 'store.unusable',
  });
  t.true(error?.message.includes(`${directory} is in use by process ${process.pid} on `), error?.message);
  t.true(error?.message.includes('--data'));
  t.deepEqual(await textsIn(directory), before);
  t.deepEqual(await first.commit(changes('REG bob')), [200], 'the refusal does not harm the first store');
  await first.close();
  const second = await open(t, directory);
  t.deepEqual(await second.commit(changes('REG alice', 'REG bob')), [203, 203]);
});

test('a directory stays locked until the process that uses it is killed, and commits are kept', async (t) => {
  const directory = await temporaryDirectory(t);
  const holder = startScript(
    t,
    `
      import { openTextStore } from '${builtModule('storage/text/text-store')}';
      const store = await openTextStore(${JSON.stringify(directory)}, { minCompactionBytes: 1 });
      await store.commit([{ op: 'REG', id: 'alice' }, { op: 'REG', id: 'bob' }]);
      await store.commit([{ op: 'ADD', id: 'alice', buddy: 'bob' }]);
      console.log('committed');
      for (let number = 0; ; number++) await store.commit([{ op: 'REG', id: 'user-' + number }]);
    `,
  );
  t.is(await holder.firstLine, 'committed');
  const error = await t.throwsAsync(openTextStore(directory), {
    instanceOf: StoreError,
    code: 'store.unusable',
  });
  t.true(error?.message.includes(`in use by process ${holder.process.pid} on `), error?.message);
  await sleep(50);
  holder.process.kill('SIGKILL');
  await holder.ended;
  const store = await open(t, directory);
  t.deepEqual(store.users.buddiesOf(id('alice')), [id('bob')]);
});

test('a process that has closed its store can end by itself', async (t) => {
  const directory = await temporaryDirectory(t);
  const { ended, firstLine } = startScript(
    t,
    `
      import { openTextStore } from '${builtModule('storage/text/text-store')}';
      const store = await openTextStore(${JSON.stringify(directory)}, { minCompactionBytes: 1 });
      await store.commit([{ op: 'REG', id: 'alice' }]);
      await store.close();
      console.log('closed');
    `,
  );
  t.is(await firstLine, 'closed');
  t.deepEqual(await ended, [0, null]);
});

// Compaction.

/** Changes that register users. Each user gets the user who was registered just before as a buddy. */
function registrations(users: number, from = 0): ReturnType<typeof changes> {
  const lines = Array.from({ length: users }, (_, index) => [
    `REG user-${from + index}`,
    `ADD user-${from + index} user-${Math.max(0, from + index - 1)}`,
  ]);
  return changes(...lines.flat());
}

test('a snapshot is made when the journals outgrow both the limit and half the last snapshot', async (t) => {
  const directory = await temporaryDirectory(t);
  const { snapshots, count, onReport, until: untilReported } = collectReports();
  const limit = 300;
  const store = await open(t, directory, { minCompactionBytes: limit, onReport });
  let expected = 0;
  let snapshotBytes = 0;
  let journalBytes = 'im-journal 2 6ef737ee\n'.length;
  let record = 0;
  for (let user = 0; user < 120; user++) {
    record += 1;
    await store.commit(changes(`REG user-${user}`));
    journalBytes += sealed(`${record} ${record - 1} REG user-${user}`).length;
    if (journalBytes > Math.max(limit, snapshotBytes / 2)) {
      expected += 1;
      await untilReported('snapshot.made', expected);
      snapshotBytes = snapshots().at(-1)?.bytes ?? 0;
      journalBytes = 'im-journal 2 6ef737ee\n'.length;
      const names = Object.keys(await textsIn(directory));
      t.is(names.length, 3, `the files that it replaces are gone: ${names}`);
    }
    t.is(count('snapshot.made'), expected, `user ${user}`);
  }
  t.true(expected > 2 && expected < 20, `${expected}`);
  t.true(snapshotBytes > 2 * limit, 'both limits applied');
});

test('commits during a snapshot are not lost', async (t) => {
  const directory = await temporaryDirectory(t);
  const { reports, onReport, until: untilReported } = collectReports();
  const model = new Model();
  async function commit(store: Store, batch: ReturnType<typeof changes>): Promise<void> {
    t.deepEqual(
      await store.commit(batch),
      batch.map((change) => decide(model, change)),
    );
  }
  await withStore(
    directory,
    async (store) => {
      await commit(store, registrations(30_000));
      let commits = 0;
      for (; reports.length === 0; commits++) {
        const user = (commits * 7919) % 30_000;
        await commit(
          store,
          changes(
            `DEL user-${user} user-${Math.max(0, user - 1)}`,
            `ADD user-${user} user-${commits}`,
            `REG late-${commits}`,
            `ADD late-${commits} user-0`,
            `ADD user-29999 late-${commits}`,
          ),
        );
      }
      await untilReported('snapshot.made');
      t.true(commits > 3, `${commits} were committed meanwhile`);
      t.deepEqual(
        reports.map(({ type }) => type),
        ['snapshot.made'],
      );
    },
    { minCompactionBytes: 1_000_000, onReport },
  );
  const ids = [...model.keys()];
  await withStore(directory, async (store) =>
    t.deepEqual(await stateOf(store, ids), stateOfModel(model, ids)),
  );
});

test('closing a store at any moment of a snapshot loses no change', async (t) => {
  for (const waitMs of [0, 1, 2, 4, 8, 16, 32, 64]) {
    const directory = await temporaryDirectory(t);
    const { count, onReport } = collectReports();
    const store = await openTextStore(directory, { files: UNSYNCED, minCompactionBytes: 1, onReport });
    const batch = registrations(8_000);
    await store.commit(batch);
    if (waitMs > 0) await sleep(waitMs);
    await store.close();
    const before = await textsIn(directory);
    await sleep(20);
    t.deepEqual(await textsIn(directory), before, 'a closed store changes no file');
    t.is(count('snapshot.failed'), 0);
    const model = modelAfter(batch);
    const ids = [...model.keys()];
    await withStore(directory, async (again) =>
      t.deepEqual(await stateOf(again, ids), stateOfModel(model, ids)),
    );
    const names = Object.keys(await textsIn(directory));
    t.true(names.length <= 4, `${names}`);
  }
});

test('a snapshot that cannot be written is reported, and retried later', async (t) => {
  const directory = await temporaryDirectory(t);
  const { reports, count, onReport, until: untilReported } = collectReports();
  let isFailing = true;
  const files: Files = {
    ...DISK,
    async create(path) {
      if (isFailing && path.includes('snapshot-')) throw new Error('no room');
      return DISK.create(path);
    },
  };
  const store = await open(t, directory, { minCompactionBytes: 1, files, onReport });
  await store.commit(changes('REG user-0'));
  await untilReported('snapshot.failed');
  for (let user = 1; user < 10; user++) t.deepEqual(await store.commit(changes(`REG user-${user}`)), [200]);
  t.true(reports.length < 5, `the store waits until the journals have doubled: ${reports.length}`);
  for (const each of reports) t.deepEqual(each, { type: 'snapshot.failed', error: new Error('no room') });
  isFailing = false;
  for (let user = 10; count('snapshot.made') === 0; user++) {
    await store.commit(changes(`REG user-${user}`));
    await sleep(50);
  }
  const names = Object.keys(await textsIn(directory)).map((name) => name.replace(/[0-9]+/, 'N'));
  t.deepEqual(new Set(names), new Set(['journal-N.txt', 'manifest.txt', 'snapshot-N.txt']));
  await store.close();
  await withStore(directory, async (again) => {
    const known = await again.commit(changes(...Array.from({ length: 11 }, (_, user) => `REG user-${user}`)));
    t.deepEqual(new Set(known), new Set([203]));
  });
});

test('a commit that cannot be appended has no effect, and can be retried', async (t) => {
  const directory = await temporaryDirectory(t);
  const full = new Set<string>();
  const files: Files = {
    ...DISK,
    async create(path) {
      const file = await DISK.create(path);
      return {
        ...file,
        async write(bytes, position) {
          if (full.has('disk')) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
          return file.write(bytes, position);
        },
      };
    },
  };
  const store = await open(t, directory, { files });
  await store.commit(changes('REG alice', 'REG bob', 'ADD alice bob'));
  // The state is restored only if these changes are undone in reverse order.
  const batch = changes(
    'REG carol',
    'ADD carol bob',
    'DEL alice bob',
    'ADD alice carol',
    'ADD alice bob',
    'ADD bob carol',
  );
  const ids = ['alice', 'bob', 'carol'].map(id);
  const before = await stateOf(store, ids);
  full.add('disk');
  for (const _ of [1, 2]) {
    const error = await t.throwsAsync(store.commit(batch), {
      instanceOf: StoreError,
      code: 'store.unavailable',
    });
    t.like(error?.cause, { code: 'ENOSPC' });
    t.deepEqual(await stateOf(store, ids), before);
  }
  full.clear();
  t.deepEqual(new Set(await store.commit(batch)), new Set([200]));
  await store.close();
  await withStore(directory, async (again) => {
    t.deepEqual(await stateOf(again, ids), [
      [id('alice'), ['carol', 'bob'].map(id)],
      [id('bob'), [id('carol')]],
      [id('carol'), [id('bob')]],
    ]);
  });
});

test('a store whose journal was deleted writes a new database', async (t) => {
  const directory = await temporaryDirectory(t);
  const { reports, onReport } = collectReports();
  const store = await open(t, directory, { onReport });
  await store.commit(changes('REG alice', 'REG bob', 'ADD alice bob'));
  await rm(join(directory, 'journal-1.txt'));
  await t.throwsAsync(store.commit(changes('REG carol')), {
    instanceOf: StoreError,
    code: 'store.unavailable',
  });
  t.is(store.users.buddiesOf(id('carol')), undefined);
  t.deepEqual(await store.commit(changes('REG carol')), [200]);
  t.deepEqual(
    reports.map(({ type }) => type),
    ['store.renewed'],
  );
  const texts = await textsIn(directory);
  t.is(texts['snapshot-2.txt'], SNAPSHOT);
  t.is(texts['journal-3.txt'], `im-journal 2 6ef737ee\n${sealed('4 3 REG carol')}`);
  t.is(
    texts['manifest.txt'],
    manifestOf(`snapshot snapshot-2.txt 3 ${SNAPSHOT.length}`, 'journal journal-3.txt 4'),
  );
  t.is(Object.keys(texts).length, 3);
});

test('a store whose directory was replaced locks and fills the new directory', async (t) => {
  const directory = join(await temporaryDirectory(t), 'data');
  const store = await open(t, directory);
  await store.commit(changes('REG alice', 'REG bob', 'ADD alice bob'));
  await rename(directory, `${directory}.old`);
  await mkdir(directory);
  await t.throwsAsync(store.commit(changes('REG carol')), { code: 'store.unavailable' });
  t.deepEqual(await store.commit(changes('REG carol')), [200]);
  await t.throwsAsync(openTextStore(directory), { message: /in use by process/ });
  const old = await openTextStore(`${directory}.old`);
  await old.close();
  await store.close();
  await withStore(directory, async (again) => {
    t.deepEqual(await stateOf(again, ['alice', 'bob', 'carol'].map(id)), [
      [id('alice'), [id('bob')]],
      [id('bob'), []],
      [id('carol'), []],
    ]);
  });
});

// Refusals.

test('during a snapshot, a simultaneous second commit or a commit after `close` is refused', async (t) => {
  const directory = await temporaryDirectory(t);
  const store = await open(t, directory, { minCompactionBytes: 1 });
  const first = store.commit(registrations(5_000));
  await t.throwsAsync(store.commit(changes('REG alice')), { instanceOf: StoreError, code: 'store.busy' });
  await first;
  t.deepEqual(await store.commit(changes('REG alice')), [200]);
  const closed = store.close();
  await t.throwsAsync(store.commit(changes('REG bob')), { instanceOf: StoreError, code: 'store.closed' });
  await closed;
  await t.throwsAsync(store.commit([]), { instanceOf: StoreError, code: 'store.closed' });
  await withStore(directory, async (again) =>
    t.deepEqual(await again.commit(changes('REG alice', 'REG bob')), [203, 200]),
  );
});

test('a record that another program appended to a sealed journal is ignored', async (t) => {
  const directory = await directoryWith(t, WHOLE);
  await appendFile(join(directory, 'journal-2.txt'), sealed('6 5 REG eve'));
  await withStore(directory, async (store) => {
    t.is(store.users.buddiesOf('eve' as UserId), undefined);
    t.deepEqual(store.users.buddiesOf(id('carol')), [id('dave')]);
  });
});
