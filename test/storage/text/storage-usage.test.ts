import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import type { UserId } from '../../../protocol/id.js';
import { DataDirectory } from '../../../storage/files/data-directory.js';
import { DISK } from '../../../storage/files/disk.js';
import { DiskQuestion, measureUsage, WriteProbe } from '../../../storage/text/storage-usage.js';
import { openTextStore } from '../../../storage/text/text-store.js';
import { mountMemory, needs, remount } from '../../helpers/faults.js';
import { temporaryDirectory } from '../../helpers/programs.js';

test('the sizes of journals and snapshots and the space on the disk are measured', async (t) => {
  const path = await temporaryDirectory(t);
  const directory = new DataDirectory(DISK, path);
  const store = await openTextStore(path);
  t.teardown(() => store.close());
  await store.commit([{ op: 'REG', id: 'alice' as UserId }]);
  const before = await measureUsage(directory);
  t.true(before.journals > 0);
  t.is(before.snapshots, 0);
  t.true(before.free > 0 && before.free <= before.size);
  await store.compact();
  const after = await measureUsage(directory);
  t.true(after.snapshots > 0);
  await writeFile(join(path, 'other.txt'), 'not of the database');
  t.deepEqual((await measureUsage(directory)).journals, after.journals);
});

test('a probe shows whether a data directory can be written, and leaves no file', async (t) => {
  if (!(await needs(t, 'tmpfs'))) return;
  const path = await temporaryDirectory(t);
  await mountMemory(t, path, 'size=64k');
  const directory = new DataDirectory(DISK, path);
  const probe = () => new WriteProbe(directory).findProblem();
  t.is(await probe(), undefined);
  const filler = writeFile(join(path, 'filler'), Buffer.alloc(128 * 1024));
  await t.throwsAsync(filler, { code: 'ENOSPC' });
  t.is(await probe(), 'the data directory cannot be written: no space left on device');
  await remount(path, 'size=256k');
  t.is(await probe(), undefined);
  t.deepEqual(await readdir(path), ['filler']);
});

test('probes in quick succession share one result', async (t) => {
  const path = await temporaryDirectory(t);
  const probe = new WriteProbe(new DataDirectory(DISK, path));
  t.is(probe.findProblem(), probe.findProblem());
  t.is(await probe.findProblem(), undefined);
});

test('a disk that hangs is reported as a problem, and occupies only one thread', async (t) => {
  const path = await temporaryDirectory(t);
  let opened = 0;
  const hanging = new Promise<never>(() => {});
  const create = () => {
    opened += 1;
    return hanging;
  };
  const directory = new DataDirectory({ ...DISK, create }, path);
  t.is(await new WriteProbe(directory, 1).findProblem(), 'the disk of the data directory does not answer');
  const question = new DiskQuestion(() => directory.create('file', async () => {}), 1);
  t.is(await question.ask(), undefined);
  t.is(await question.ask(), undefined);
  t.is(opened, 2, 'one for the probe, and one for both questions');
});
