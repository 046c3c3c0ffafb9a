import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { DataDirectory } from '../../../storage/files/data-directory.js';
import { DISK } from '../../../storage/files/disk.js';
import type { Files } from '../../../storage/files/files.js';
import { describe, readDatabase } from '../../../storage/text/database-check.js';
import { openTextStore, type TextStore } from '../../../storage/text/text-store.js';
import { changes, id } from '../changes.js';
import { temporaryDirectory } from '../temporary-directory.js';

/** How often a database is read again, as inspection.ts has it. */
const MAX_READS = 10;

async function openStore(t: ExecutionContext, directory: string): Promise<TextStore> {
  const store = await openTextStore(directory);
  t.teardown(() => store.close());
  return store;
}

/** The disk, where something happens whenever a file of a kind is about to be opened. */
function diskThat(happens: () => Promise<void>, kind: string): Files {
  return {
    ...DISK,
    async open(path) {
      if (path.includes(kind)) await happens();
      return DISK.open(path);
    },
  };
}

test('a directory without a database is unusable', async (t) => {
  const directory = await temporaryDirectory(t);
  await t.throwsAsync(readDatabase(new DataDirectory(DISK, directory)), {
    code: 'store.unusable',
    message: `${directory} has no database`,
  });
});

test('a database in use is read as it is, and described file by file', async (t) => {
  const directory = await temporaryDirectory(t);
  const store = await openStore(t, directory);
  await store.commit(changes('REG alice', 'REG bob'));
  await store.compact();
  await store.commit(changes('ADD alice bob'));
  const database = await readDatabase(new DataDirectory(DISK, directory));
  t.deepEqual(database.table.buddiesOf(id('alice')), [id('bob')]);
  const { snapshot, active } = database.manifest;
  t.deepEqual(describe(new DataDirectory(DISK, directory), database), [
    `${join(directory, 'manifest.txt')}: good`,
    `${join(directory, snapshot?.name ?? 'none')}: good, up to record 2`,
    `${join(directory, active.name)}: good, records 3 to 3`,
    'users 2, buddies on their lists 1',
  ]);
});

test('a write that is under way is described as one, and is no damage', async (t) => {
  const directory = await temporaryDirectory(t);
  const store = await openStore(t, directory);
  await store.commit(changes('REG alice'));
  const { manifest, table, scan } = await readDatabase(new DataDirectory(DISK, directory));
  const torn = { ...scan, totalBytes: scan.goodBytes + 7 };
  t.is(
    describe(new DataDirectory(DISK, directory), { manifest, table, scan: torn }).at(-2),
    `${join(directory, manifest.active.name)}: good, records 1 to 1, and 7 bytes of a write that was interrupted or is under way`,
  );
});

test('a database whose files are replaced while it is read is read again', async (t) => {
  const directory = await temporaryDirectory(t);
  const store = await openStore(t, directory);
  await store.commit(changes('REG alice'));
  await store.compact();
  let compactions = 0;
  const files = diskThat(async () => {
    if (compactions++ > 0) return;
    await store.commit(changes('REG bob'));
    await store.compact();
  }, '/snapshot-');
  const { table } = await readDatabase(new DataDirectory(files, directory));
  t.is(table.size, 2);
  t.is(compactions, 2);
});

test('a database whose files are replaced each time is given up after ten times', async (t) => {
  const directory = await temporaryDirectory(t);
  const store = await openStore(t, directory);
  await store.commit(changes('REG alice'));
  await store.compact();
  let reads = 0;
  const files = diskThat(async () => {
    await store.commit(changes(`REG a${reads++}`));
    await store.compact();
  }, '/snapshot-');
  await t.throwsAsync(readDatabase(new DataDirectory(files, directory)), {
    code: 'store.corrupt',
    message: /is missing/,
  });
  t.is(reads, MAX_READS);
});

test('a file that is missing, and was not replaced, is damage at once', async (t) => {
  const directory = await temporaryDirectory(t);
  const store = await openStore(t, directory);
  await store.commit(changes('REG alice'));
  let reads = 0;
  const files = diskThat(async () => {
    reads += 1;
    throw Object.assign(new Error('it is gone'), { code: 'ENOENT' });
  }, '/journal-');
  await t.throwsAsync(readDatabase(new DataDirectory(files, directory)), {
    code: 'store.corrupt',
    message: /is missing/,
  });
  t.is(reads, 1);
});
