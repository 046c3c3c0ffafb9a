import { type FileHandle, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { copyTail, createDirectory, READ_BYTES, writeAll } from '../../storage/durable-files.js';
import { temporaryDirectory } from './temporary-directory.js';

test('all bytes are written, to their place, where each write takes only a few of them', async (t) => {
  const path = join(await temporaryDirectory(t), 'file');
  const file = await open(path, 'w');
  t.teardown(() => file.close());
  const stingy = {
    write: (bytes: Buffer, offset: number, length: number, position: number) =>
      file.write(bytes, offset, Math.min(length, 3), position),
  } as FileHandle;

  await writeAll(stingy, Buffer.from('0123456789'), 0);
  await writeAll(stingy, Buffer.from('abcdefgh'), 8);
  t.is(await readFile(path, 'latin1'), '01234567abcdefgh');
});

test('a write that fails after a short one is heard of', async (t) => {
  let writes = 0;
  const full = {
    async write() {
      writes += 1;
      if (writes === 2) throw new Error('no room');
      return { bytesWritten: 3 };
    },
  } as unknown as FileHandle;
  await t.throwsAsync(writeAll(full, Buffer.from('0123456789'), 0), { message: 'no room' });
});

test('a tail is copied whole, whatever its length', async (t) => {
  const directory = await temporaryDirectory(t);
  for (const length of [0, 1, READ_BYTES - 1, READ_BYTES, READ_BYTES + 1, 2 * READ_BYTES + 7]) {
    const tail = Buffer.alloc(length, 'abcdefghijk');
    await writeFile(join(directory, 'from'), Buffer.concat([Buffer.from('begin'), tail]));
    const from = await open(join(directory, 'from'), 'r');
    const to = await open(join(directory, 'to'), 'w');
    await copyTail(from, 'begin'.length, to);
    await Promise.all([from.close(), to.close()]);
    t.true(tail.equals(await readFile(join(directory, 'to'))), `${length} bytes`);
  }
});

test('a tail is copied whole where each read gives only a few bytes of it', async (t) => {
  const directory = await temporaryDirectory(t);
  await writeFile(join(directory, 'from'), '0123456789');
  const from = await open(join(directory, 'from'), 'r');
  const to = await open(join(directory, 'to'), 'w');
  const stingy = {
    read: (buffer: Buffer, offset: number, length: number, position: number) =>
      from.read(buffer, offset, Math.min(length, 3), position),
  } as FileHandle;
  await copyTail(stingy, 2, to);
  await Promise.all([from.close(), to.close()]);
  t.is(await readFile(join(directory, 'to'), 'latin1'), '23456789');
});

test('a directory that is there already is left alone', async (t) => {
  const directory = join(await temporaryDirectory(t), 'a', 'b');
  await createDirectory(directory);
  await writeFile(join(directory, 'file'), 'kept');
  await createDirectory(directory);
  t.is(await readFile(join(directory, 'file'), 'latin1'), 'kept');
});
