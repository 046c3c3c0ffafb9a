import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { DataDirectory } from '../../../storage/files/data-directory.js';
import { DISK } from '../../../storage/files/disk.js';
import { type OpenFile, writeAll } from '../../../storage/files/files.js';
import { bytesFile } from '../bytes-file.js';
import { temporaryDirectory } from '../temporary-directory.js';

async function onDisk(t: ExecutionContext): Promise<DataDirectory> {
  return new DataDirectory(DISK, await temporaryDirectory(t));
}

test('a created file replaces an existing file, and stays open for writing', async (t) => {
  const directory = await onDisk(t);
  for (const content of ['a long one', 'short']) {
    const file = await directory.create('file', (to) => writeAll(to, Buffer.from(content), 0));
    await writeAll(file, Buffer.from('!'), content.length);
    await file.close();
    t.is(await readFile(directory.pathOf('file'), 'latin1'), `${content}!`);
  }
});

test('a created file is synced after it is filled, and closed after a failure', async (t) => {
  for (const failing of ['none', 'fill', 'datasync'] as const) {
    const calls: string[] = [];
    function call(name: string): void {
      calls.push(name);
      if (name === failing) throw new Error(name);
    }
    const file: OpenFile = {
      ...bytesFile(''),
      datasync: async () => call('datasync'),
      close: async () => {
        calls.push('close');
        throw new Error('close');
      },
    };
    const directory = new DataDirectory({ ...DISK, create: async () => file }, '/data');
    const filled = directory.create('file', async () => call('fill'));
    if (failing === 'none') t.is(await filled, file);
    else await t.throwsAsync(filled, { message: failing });
    const expected = {
      none: ['fill', 'datasync'],
      fill: ['fill', 'close'],
      datasync: ['fill', 'datasync', 'close'],
    };
    t.deepEqual(calls, expected[failing]);
  }
});

test('a part of a file can be copied to a new file, and a file is replaced as a whole', async (t) => {
  const directory = await onDisk(t);
  await directory.replace('from', Buffer.from('0123456789'));
  await (await directory.copy('from', 2, 5, 'part')).close();
  await (await directory.copy('from', 7, Number.POSITIVE_INFINITY, 'end')).close();
  t.is(await readFile(directory.pathOf('part'), 'latin1'), '234');
  t.is(await readFile(directory.pathOf('end'), 'latin1'), '789');
  await directory.replace('from', Buffer.from('new'));
  t.is(await readFile(directory.pathOf('from'), 'latin1'), 'new');
  t.deepEqual(await readdir(directory.path), ['end', 'from', 'part']);
});

test('find returns undefined for a missing file, and throws any other error', async (t) => {
  const directory = await onDisk(t);
  t.is(await directory.find('missing'), undefined);
  await writeFile(join(directory.path, 'file'), '');
  const inFile = new DataDirectory(DISK, join(directory.path, 'file'));
  await t.throwsAsync(inFile.find('name'), { code: 'ENOTDIR' });
  for (const code of ['EIO', 'EACCES', 'EMFILE', 'ELOOP']) {
    const open = async () => Promise.reject(Object.assign(new Error(code), { code }));
    await t.throwsAsync(new DataDirectory({ ...DISK, open }, '/data').find('name'), { code });
  }
});
