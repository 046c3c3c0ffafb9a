import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { DataDirectory } from '../../../storage/files/data-directory.js';
import { DISK } from '../../../storage/files/disk.js';
import { checksumOf } from '../../../storage/format/checksum.js';
import { ensureServerSeed, readServerSeed } from '../../../storage/text/server-identity.js';
import { openTextStore } from '../../../storage/text/text-store.js';
import { Random } from '../../helpers/random.js';
import { SimulatedFiles } from '../simulated-files.js';
import { temporaryDirectory } from '../temporary-directory.js';

test('the seed is made once, in a private file, and read back', async (t) => {
  const directory = new DataDirectory(DISK, await temporaryDirectory(t));
  t.is(await readServerSeed(directory), undefined);
  const seed = await ensureServerSeed(directory);
  t.is(seed.length, 32);
  t.deepEqual(await readServerSeed(directory), seed);
  t.deepEqual(await ensureServerSeed(directory), seed);
  t.is((await stat(directory.pathOf('identity.txt'))).mode & 0o777, 0o600);
  t.deepEqual((await readdir(directory.path)).sort(), ['identity.txt', 'lock.txt']);
});

test('the error of a damaged file names its path, and the file is not replaced', async (t) => {
  const directory = new DataDirectory(DISK, await temporaryDirectory(t));
  await ensureServerSeed(directory);
  const path = directory.pathOf('identity.txt');
  const whole = await readFile(path, 'latin1');
  for (const text of [
    '',
    whole.slice(0, -1),
    `${whole}\n`,
    whole.replace(/\n[^\n]/, '\n.'),
    'x'.repeat(5_000),
  ]) {
    await writeFile(path, text);
    await t.throwsAsync(ensureServerSeed(directory), {
      code: 'store.corrupt',
      message: /identity\.txt is damaged/,
    });
    t.is(await readFile(path, 'latin1'), text);
  }
  const format = 'im-identity 2';
  await writeFile(path, `${format} ${checksumOf(format)}\n`);
  await t.throwsAsync(readServerSeed(directory), { code: 'store.unusable', message: /'im-identity 2'/ });
});

test('no seed is made while another process uses the directory', async (t) => {
  const path = await temporaryDirectory(t);
  const store = await openTextStore(path);
  await t.throwsAsync(ensureServerSeed(new DataDirectory(DISK, path)), { code: 'lock.held' });
  t.false((await readdir(path)).includes('identity.txt'));
  await store.close();
});

test('a seed that was returned survives any power cut, and all starts return the same seed', async (t) => {
  const random = new Random(1);
  for (const kind of ['before', 'after', 'short'] as const) {
    for (let n = 1, isOver = false; !isOver; n++) {
      const files = new SimulatedFiles(random);
      files.appear('/data');
      files.failAt(n, kind);
      const seeds: string[] = [];
      for (let start = 0; start < 3; start++) {
        const seed = await ensureServerSeed(new DataDirectory(files, '/data')).catch(() => undefined);
        if (seed !== undefined) seeds.push(seed.toString('hex'));
      }
      isOver = files.count < n;
      t.true(seeds.length >= 2, `${kind} ${n}`);
      for (let cut = 0; cut < 10; cut++) {
        const left = new DataDirectory(files.powerCut(random), join('/data'));
        t.is((await readServerSeed(left))?.toString('hex'), seeds[0], `${kind} ${n}`);
      }
      t.is(new Set(seeds).size, 1);
    }
  }
});
