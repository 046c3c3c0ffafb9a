import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { findWritable, writersOf } from '../../../storage/files/writers.js';
import { temporaryDirectory } from '../temporary-directory.js';

test('the mode shows who besides the owner can write', (t) => {
  for (const mode of [0o700, 0o600, 0o755, 0o644, 0o000, 0o1755]) t.is(writersOf(mode, true), undefined);
  for (const mode of [0o770, 0o664, 0o2775]) t.is(writersOf(mode, true), 'group');
  for (const mode of [0o1777, 0o1773]) {
    t.is(writersOf(mode, true), 'sticky');
    t.is(writersOf(mode, false), 'all');
  }
  for (const mode of [0o777, 0o666, 0o702]) t.is(writersOf(mode, true), 'all');
});

test('findWritable lists the paths that users other than the owner can write, the worst first', async (t) => {
  const parent = await temporaryDirectory(t);
  const [directory, link] = [join(parent, 'data'), join(parent, 'link')];
  await mkdir(directory);
  await symlink(directory, link);
  const pathOf = (name: string) => join(link, name);
  for (const [name, mode] of [
    ['own', 0o600],
    ['group', 0o660],
    ['all', 0o666],
    ['other', 0o666],
  ] as const) {
    await writeFile(pathOf(name), '');
    await chmod(pathOf(name), mode);
  }
  await symlink('own', pathOf('linked'));
  await chmod(directory, 0o770);
  t.deepEqual(await findWritable(link, ['own', 'group', 'all', 'linked', 'missing']), [
    { path: pathOf('all'), by: 'all' },
    { path: link, by: 'group' },
    { path: pathOf('group'), by: 'group' },
  ]);
  t.deepEqual(await findWritable(join(parent, 'missing'), ['own']), []);
});
