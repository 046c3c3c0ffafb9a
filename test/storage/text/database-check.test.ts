import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { DataDirectory } from '../../../storage/files/data-directory.js';
import { DISK } from '../../../storage/files/disk.js';
import type { Files } from '../../../storage/files/files.js';
import { describe, readDatabase } from '../../../storage/text/database-check.js';
import { openTextStore, type TextStore } from '../../../storage/text/text-store.js';
import { changes, id } from '../changes.js';
import { temporaryDirectory } from '../temporary-directory.js';

/** The maximum number of attempts to read a database, as in database-check.ts. */
const MAX_READS = 10;

async function openStore(t: ExecutionContext, directory: string): Promise<TextStore> {
  const store = await openTextStore(directory);
  t.teardown(() => store.close());
  return store;
}

/** The disk, with a function that is called before a file whose path contains `kind` is opened. */
function diskWith(beforeOpen: () => Promise<void>, kind: string): Files {
  return {
    ...DISK,
    async open(path) {
      if (path.includes(kind)) await beforeOpen();
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

test('a database in use can be read, and is described file by file', async (t) => {
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

test('a write under way is described, and does not count as damage', async (t) => {
  const directory = await temporaryDirectory(t);
  const store = await openStore(t, directory);
  await store.commit(changes('REG alice'));
  const read = await readDatabase(new DataDirectory(DISK, directory));
  const { manifest, scan } = read;
  const torn = { ...scan, totalBytes: scan.goodBytes + 7 };
  const tail = 'and 7 bytes of a write that was interrupted or is under way';
  t.is(
    describe(new DataDirectory(DISK, directory), { ...read, scan: torn }).at(-2),
    `${join(directory, manifest.active.name)}: good, records 1 to 1, ${tail}`,
  );
});

test('reading starts again if the files are replaced meanwhile', async (t) => {
  const directory = await temporaryDirectory(t);
  const store = await openStore(t, directory);
  await store.commit(changes('REG alice'));
  await store.compact();
  let compactions = 0;
  const files = diskWith(async () => {
    if (compactions++ > 0) return;
    await store.commit(changes('REG bob'));
    await store.compact();
  }, '/snapshot-');
  const { table } = await readDatabase(new DataDirectory(files, directory));
  t.is(table.size, 2);
  t.is(compactions, 2);
});

test('reading fails if the files are replaced during each of ten attempts', async (t) => {
  const directory = await temporaryDirectory(t);
  const store = await openStore(t, directory);
  await store.commit(changes('REG alice'));
  await store.compact();
  let reads = 0;
  const files = diskWith(async () => {
    await store.commit(changes(`REG a${reads++}`));
    await store.compact();
  }, '/snapshot-');
  await t.throwsAsync(readDatabase(new DataDirectory(files, directory)), {
    code: 'store.corrupt',
    message: /is missing/,
  });
  t.is(reads, MAX_READS);
});

test('a missing file counts as damage at the first attempt, if the manifest still names it', async (t) => {
  const directory = await temporaryDirectory(t);
  const store = await openStore(t, directory);
  await store.commit(changes('REG alice'));
  let reads = 0;
  const files = diskWith(async () => {
    reads += 1;
    throw Object.assign(new Error('it is gone'), { code: 'ENOENT' });
  }, '/journal-');
  await t.throwsAsync(readDatabase(new DataDirectory(files, directory)), {
    code: 'store.corrupt',
    message: /is missing/,
  });
  t.is(reads, 1);
});
