import { mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { blockedName, MAX_BLOCKED, readBlocked, writeBlocked } from '../../user-files/blocked.js';
import { temporaryDirectory } from '../storage/temporary-directory.js';

test('the block list is written to a private file, and can be read back', async (t) => {
  const directory = join(await temporaryDirectory(t), 'state', 'im');
  t.deepEqual(readBlocked(directory), []);
  writeBlocked(directory, ['mallory', '192.0.2.7']);
  t.deepEqual(readBlocked(directory), ['mallory', '192.0.2.7']);
  t.is(await readFile(join(directory, 'blocked'), 'utf8'), 'mallory\n192.0.2.7\n');
  t.is((await stat(join(directory, 'blocked'))).mode & 0o777, 0o600);
  t.is((await stat(directory)).mode & 0o777, 0o700);
  t.deepEqual(await readdir(directory), ['blocked']);
});

test('invalid lines are ignored, and names are converted to lower case', async (t) => {
  const directory = await temporaryDirectory(t);
  const lines = ['Mallory\r', '# a comment', '', 'two words', '\u001b[2J', 'fe80::A%eth0', '../x', 'mallory'];
  await writeFile(join(directory, 'blocked'), lines.join('\n'));
  t.deepEqual(readBlocked(directory), ['mallory', 'fe80::a%eth0']);
  t.is(blockedName('-'), undefined);
});

test('names beyond the limit are ignored, and a file that is too large is refused', async (t) => {
  const directory = await temporaryDirectory(t);
  const path = join(directory, 'blocked');
  await writeFile(path, Array.from({ length: MAX_BLOCKED + 1 }, (_, index) => `user${index}\n`).join(''));
  t.is(readBlocked(directory).length, MAX_BLOCKED);
  await writeFile(path, 'x'.repeat(300_000));
  t.throws(() => readBlocked(directory), { message: 'it has more than 257,000 bytes' });
});

test('writing replaces a symbolic link, and does not follow it', async (t) => {
  const directory = await temporaryDirectory(t);
  await writeFile(join(directory, 'target'), 'bob\n');
  await symlink(join(directory, 'target'), join(directory, 'blocked'));
  writeBlocked(directory, ['mallory']);
  t.is(await readFile(join(directory, 'target'), 'utf8'), 'bob\n');
  await t.throwsAsync(readlink(join(directory, 'blocked')), { code: 'EINVAL' });
});

test('a failed write leaves no temporary file', async (t) => {
  const directory = await temporaryDirectory(t);
  await mkdir(join(directory, 'blocked'));
  t.throws(() => readBlocked(directory), { message: 'it is not a regular file' });
  t.throws(() => writeBlocked(directory, ['mallory']), { code: 'EISDIR' });
  t.deepEqual(await readdir(directory), ['blocked']);
});
