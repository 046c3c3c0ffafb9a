import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { DataDirectory } from '../../../storage/files/data-directory.js';
import { DISK } from '../../../storage/files/disk.js';
import { isFileError } from '../../../storage/files/file-error.js';
import type { Files, OpenFile } from '../../../storage/files/files.js';
import { Journal } from '../../../storage/format/journal.js';
import { effects } from '../changes.js';
import { temporaryDirectory } from '../temporary-directory.js';

const SAMPLE = `im-journal 2 6ef737ee
1 0 REG alice f0e841fe
2 0 REG bob 282fc211
3 2 ADD alice bob c037d4c7
`;

/** Operations that a test can make fail. */
type Operation = 'write' | 'truncate' | 'datasync' | 'isInPlace';

/** The disk, with files that fail at the operations in a set. A failing write writes the first half. */
function failingFiles(): { files: Files; failing: Set<Operation>; calls: Operation[] } {
  const failing = new Set<Operation>();
  const calls: Operation[] = [];
  function call(operation: Operation): void {
    calls.push(operation);
    if (failing.has(operation)) throw new Error(operation);
  }
  function failingFile(file: OpenFile): OpenFile {
    return {
      ...file,
      async write(bytes, position) {
        if (failing.has('write')) await file.write(bytes.subarray(0, bytes.length / 2), position);
        call('write');
        return file.write(bytes, position);
      },
      async truncate(length) {
        call('truncate');
        await file.truncate(length);
      },
      async datasync() {
        call('datasync');
        await file.datasync();
      },
      async isInPlace() {
        call('isInPlace');
        return file.isInPlace();
      },
    };
  }
  return { files: { ...DISK, create: async (path) => failingFile(await DISK.create(path)) }, failing, calls };
}

async function newJournal(t: ExecutionContext, files: Files = DISK, first = 1) {
  const directory = await temporaryDirectory(t);
  const path = join(directory, 'journal-1.txt');
  const journal = await Journal.create(new DataDirectory(files, directory), 'journal-1.txt', first);
  t.teardown(() => journal.close().catch(() => {}));
  return { directory, path, journal };
}

const ours = async () => true;

test('a journal is a header and a numbered line for each change', async (t) => {
  const { path, journal } = await newJournal(t);
  t.is(await readFile(path, 'latin1'), 'im-journal 2 6ef737ee\n');
  t.deepEqual([journal.last, journal.bytes], [0, 22]);
  await journal.append(effects('REG Alice', 'REG bob'), ours);
  t.is(journal.last, 2);
  await journal.append(effects('ADD alice BOB'), ours);
  t.is(await readFile(path, 'latin1'), SAMPLE);
  t.deepEqual([journal.last, journal.bytes], [3, SAMPLE.length]);
  t.is((await stat(path)).mode & 0o777, 0o600);
});

test('the first record has the given number', async (t) => {
  const { path, journal } = await newJournal(t, DISK, 66);
  t.is(journal.last, 65);
  await journal.append(effects('REG alice'), ours);
  t.is((await readFile(path, 'latin1')).split(' ')[2], '6ef737ee\n66');
  t.is(journal.last, 66);
});

test('a resumed journal appends at its end', async (t) => {
  const path = join(await temporaryDirectory(t), 'journal-2.txt');
  const file = await DISK.create(path);
  await file.write(Buffer.from(SAMPLE), 0);
  const journal = Journal.resume(file, 3, SAMPLE.length);
  t.teardown(() => journal.close());
  t.deepEqual([journal.last, journal.bytes], [3, SAMPLE.length]);
  await journal.append(effects('DEL alice bob'), ours);
  t.is(await readFile(path, 'latin1'), `${SAMPLE}4 3 DEL alice bob 65176d5d\n`);
});

test('a new journal replaces an existing file', async (t) => {
  const directory = await temporaryDirectory(t);
  const path = join(directory, 'journal-1.txt');
  await writeFile(path, 'a long leftover of an interrupted start', { mode: 0o644 });
  const journal = await Journal.create(new DataDirectory(DISK, directory), 'journal-1.txt', 1);
  t.teardown(() => journal.close());
  t.is(await readFile(path, 'latin1'), 'im-journal 2 6ef737ee\n');
  t.is((await stat(path)).mode & 0o777, 0o600);
});

test('an append writes, then syncs, then checks that the file is in place', async (t) => {
  const { files, calls } = failingFiles();
  const { journal } = await newJournal(t, files);
  calls.length = 0;
  await journal.append(effects('REG alice', 'REG bob'), ours);
  t.deepEqual(calls, ['write', 'datasync', 'isInPlace']);
});

test('a partly written append is truncated, and can be retried', async (t) => {
  const { files, failing } = failingFiles();
  const { path, journal } = await newJournal(t, files);
  await journal.append(effects('REG alice', 'REG bob'), ours);
  const before = await readFile(path, 'latin1');
  failing.add('write');
  for (const _ of [1, 2]) {
    const error = await t.throwsAsync(journal.append(effects('ADD alice bob'), ours), { message: 'write' });
    t.false(isFileError(error, 'journal.broken'));
    t.is(await readFile(path, 'latin1'), before);
    t.deepEqual([journal.last, journal.bytes], [2, before.length]);
  }
  failing.clear();
  await journal.append(effects('ADD alice bob'), ours);
  t.is(await readFile(path, 'latin1'), SAMPLE);
});

test('a journal that cannot be truncated after a failed write is broken', async (t) => {
  const { files, failing } = failingFiles();
  const { journal } = await newJournal(t, files);
  failing.add('write').add('truncate');
  const error = await t.throwsAsync(journal.append(effects('REG alice'), ours), { code: 'journal.broken' });
  t.like(error?.cause, { message: 'write' }, 'the first error');
});

for (const operation of ['datasync', 'isInPlace'] as const) {
  test(`a journal whose ${operation} fails is broken`, async (t) => {
    const { files, failing } = failingFiles();
    const { journal } = await newJournal(t, files);
    failing.add(operation);
    const error = await t.throwsAsync(journal.append(effects('REG alice'), ours), {
      code: 'journal.broken',
    });
    t.like(error?.cause, { message: operation });
  });
}

test('a journal is broken if it was deleted, moved or replaced, or its directory was moved', async (t) => {
  const harms: Record<string, (directory: string, path: string) => Promise<unknown>> = {
    deleted: (_directory, path) => rm(path),
    moved: (_directory, path) => rename(path, `${path}.old`),
    replaced: async (_directory, path) => {
      await rename(path, `${path}.old`);
      await writeFile(path, 'im-journal 2 6ef737ee\n');
    },
    'directory moved': (directory) => rename(directory, `${directory}.old`),
  };
  for (const [what, harm] of Object.entries(harms)) {
    const { directory, path, journal } = await newJournal(t);
    t.teardown(() => rm(`${directory}.old`, { recursive: true, force: true }));
    await journal.append(effects('REG alice'), ours);
    await harm(directory, path);
    await t.throwsAsync(journal.append(effects('REG bob'), ours), { code: 'journal.broken' }, what);
  }
});

test('a journal that cannot be created causes the system’s error', async (t) => {
  const directory = new DataDirectory(DISK, join(await temporaryDirectory(t), 'missing'));
  await t.throwsAsync(Journal.create(directory, 'journal-1.txt', 1), { code: 'ENOENT' });
});

test('an append fails if the directory may belong to another process', async (t) => {
  const directory = new DataDirectory(DISK, await temporaryDirectory(t));
  const journal = await Journal.create(directory, 'journal-1.txt', 1);
  t.teardown(() => journal.close());
  await t.throwsAsync(
    journal.append(effects('REG alice'), async () => false),
    { code: 'journal.broken' },
  );
});
