import { chmod, chown, mkdir, readdir, readFile, rename, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import anyTest, { type ExecutionContext } from 'ava';
import { DISK } from '../../storage/files/disk.js';
import type { Files } from '../../storage/files/files.js';
import { PrivateDirectory } from '../../user-files/private-directory.js';
import { mountMemory, needs, remount } from '../helpers/faults.js';
import { temporaryDirectory } from '../storage/temporary-directory.js';
import { done } from './samples.js';

// Tests run one at a time, because one of them changes PATH.
const test = anyTest.serial;

const MAX_BYTES = 100_000;

interface Made {
  readonly root: string;
  readonly directory: PrivateDirectory;
}

async function made(t: ExecutionContext, files?: Files): Promise<Made> {
  const root = join(await temporaryDirectory(t), 'share', 'im');
  return { root, directory: new PrivateDirectory({ root, folder: 'keys', isSecret: true, files }) };
}

function replace(directory: PrivateDirectory, text: string) {
  return directory.change('file', (file) => file.replace(Buffer.from(text)));
}

function append(directory: PrivateDirectory, text: string) {
  return directory.change('file', (file) => file.append(Buffer.from(text)));
}

async function textIn(directory: PrivateDirectory): Promise<string | undefined> {
  return done(await directory.read('file', MAX_BYTES))?.toString();
}

test('files and directories are made private, and can be replaced, appended to and removed', async (t) => {
  const { root, directory } = await made(t);
  t.is(await textIn(directory), undefined);
  t.deepEqual(await directory.list(), []);
  done(await replace(directory, 'one\n'));
  t.is(await textIn(directory), 'one\n');
  done(await append(directory, 'two\n'));
  t.is(await textIn(directory), 'one\ntwo\n');
  for (const path of ['.', 'keys']) t.is((await stat(join(root, path))).mode & 0o777, 0o700);
  t.is((await stat(join(root, 'keys/file'))).mode & 0o777, 0o600);
  done(await directory.change('file', (file) => file.remove()));
  t.is(await textIn(directory), undefined);
  t.deepEqual(await readdir(join(root, 'keys')), ['file.lock']);
  done(await replace(directory, 'three\n'));
  done(await directory.change('file', (file) => file.removeWithLock()));
  t.deepEqual(await readdir(join(root, 'keys')), []);
});

test('if the last line lacks its LF, an append begins on a new line', async (t) => {
  const { directory } = await made(t);
  done(await replace(directory, 'to'));
  done(await append(directory, 'two\n'));
  t.is(await textIn(directory), 'to\ntwo\n');
});

test('the version changes when the file changes', async (t) => {
  const { directory } = await made(t);
  t.is(await directory.version('file'), undefined);
  done(await replace(directory, 'one\n'));
  const version = done(await directory.version('file'));
  t.is(await directory.version('file'), version);
  done(await replace(directory, 'two\n'));
  t.not(await directory.version('file'), version);
});

test('a replacement removes the incomplete file that a killed process has left', async (t) => {
  const { root, directory } = await made(t);
  done(await replace(directory, 'one\n'));
  await writeFile(join(root, 'keys/file.99-0badcafe.new'), 'a secret');
  await writeFile(join(root, 'keys/file2.99-0badcafe.new'), 'of another file');
  done(await replace(directory, 'two\n'));
  t.deepEqual((await readdir(join(root, 'keys'))).sort(), ['file', 'file.lock', 'file2.99-0badcafe.new']);
});

test('changes wait for each other, even if two objects make them', async (t) => {
  const { root, directory } = await made(t);
  const other = new PrivateDirectory({ root, folder: 'keys', isSecret: true });
  const add = (one: PrivateDirectory) =>
    one.change('file', async (file) => {
      const count = Number((await file.read(MAX_BYTES)) ?? 0);
      await file.replace(Buffer.from(String(count + 1)));
    });
  const changes = Array.from({ length: 20 }, (_, index) => add(index % 2 === 0 ? directory : other));
  for (const change of await Promise.all(changes)) done(change);
  t.is(await textIn(directory), '20');
});

test('files can also be changed without the command flock', async (t) => {
  const { directory } = await made(t);
  const { PATH } = process.env;
  t.teardown(() => {
    process.env['PATH'] = PATH;
  });
  process.env['PATH'] = await temporaryDirectory(t);
  t.false(done(await directory.change('file', async (file) => ({ isLocked: file.isLocked }))).isLocked);
  done(await replace(directory, 'one\n'));
  done(await append(directory, 'two\n'));
  t.is(await textIn(directory), 'one\ntwo\n');
});

/** What is refused, the reason without the path of the root, and how a test causes it. */
const REFUSED: Readonly<
  Record<string, readonly [reason: string, spoil: (root: string, t: ExecutionContext) => Promise<unknown>]>
> = {
  'a directory that all users can write to': [
    'other users can write to : chmod go-w helps',
    (root) => chmod(root, 0o777),
  ],
  'a directory that the group can write to': [
    'other users can write to /keys: chmod go-w helps',
    (root) => chmod(join(root, 'keys'), 0o770),
  ],
  'a file that others can read': [
    'other users have access to /keys/file: chmod 600 helps',
    (root) => chmod(join(root, 'keys/file'), 0o644),
  ],
  'a file that others can write to': [
    'other users have access to /keys/file: chmod 600 helps',
    (root) => chmod(join(root, 'keys/file'), 0o620),
  ],
  'a link to a file': [
    '/keys/file is not a regular file',
    async (root) => {
      await rename(join(root, 'keys/file'), join(root, 'real'));
      await symlink(join(root, 'real'), join(root, 'keys/file'));
    },
  ],
  'a link to nothing in the place of the directory': [
    '/keys is not a regular file',
    async (root) => {
      await rename(join(root, 'keys'), join(root, 'real'));
      await symlink(join(root, 'elsewhere'), join(root, 'keys'));
    },
  ],
  'a file in the place of the directory': [
    '/keys is not a directory',
    async (root) => {
      await rename(join(root, 'keys'), join(root, 'real'));
      await writeFile(join(root, 'keys'), '');
    },
  ],
};

for (const [what, [reason, spoil]] of Object.entries(REFUSED)) {
  test(`refused with a reason: ${what}`, async (t) => {
    const { root, directory } = await made(t);
    done(await replace(directory, 'kept\n'));
    await spoil(root, t);
    const read = await directory.read('file', MAX_BYTES);
    t.is((read as { reason: string }).reason.replaceAll(root, ''), reason);
    const change = await directory.change('file', async (file) => {
      await file.read(MAX_BYTES);
      await file.append(Buffer.from('more\n'));
    });
    t.is(typeof (change as { reason: string }).reason, 'string');
    const kept = ['real/file', 'real', 'keys/file'].map((path) => readFile(join(root, path), 'utf8'));
    t.is(await Promise.any(kept), 'kept\n');
  });
}

test('a file or a directory of another user is refused', async (t) => {
  if (process.geteuid?.() !== 0) return t.pass('only root can give a file away');
  for (const path of ['keys/file', 'keys', '.']) {
    const { root, directory } = await made(t);
    done(await replace(directory, 'kept\n'));
    await chown(join(root, path), 12_345, 12_345);
    t.deepEqual(await directory.read('file', MAX_BYTES), {
      reason: `${join(root, path)} belongs to another user`,
    });
  }
});

test('on a file system that ignores modes, no secret is written', async (t) => {
  const facts: Files['facts'] = async (path) => {
    const real = await DISK.facts(path);
    return real?.isDirectory === false ? { ...real, mode: 0o755 } : real;
  };
  const { root, directory } = await made(t, { ...DISK, facts });
  t.regex((await replace(directory, 'secret'))?.reason ?? '', /^other users have access to /);
  t.regex((await append(directory, 'secret'))?.reason ?? '', /^other users have access to /);
  t.deepEqual((await readdir(join(root, 'keys'))).sort(), ['file', 'file.lock']);
  t.is(await readFile(join(root, 'keys/file'), 'utf8'), '');
});

test('without a home, or in a home that is not a directory, nothing can be written', async (t) => {
  const reasons: Readonly<Record<string, RegExp>> = {
    '/dev/null/.local/share/im': /^not a directory$/,
    '/proc/im': /^no such file or directory$/,
    '': /^HOME is not set$/,
  };
  for (const [root, reason] of Object.entries(reasons)) {
    const directory = new PrivateDirectory({ root: root === '' ? undefined : root, folder: 'keys' });
    t.is(await textIn(directory), undefined);
    t.deepEqual(await directory.list(), []);
    for (const change of [replace(directory, 'x'), append(directory, 'x')])
      t.regex((await change)?.reason ?? '', reason);
  }
});

test('on a read-only disk, files can be read, but not changed', async (t) => {
  if (!(await needs(t, 'tmpfs'))) return;
  const mounted = await temporaryDirectory(t);
  await mountMemory(t, mounted, 'size=64k');
  const directory = new PrivateDirectory({ root: join(mounted, 'im'), folder: 'keys' });
  done(await replace(directory, 'kept\n'));
  await remount(mounted, 'ro');
  for (const change of [replace, append])
    t.deepEqual(await change(directory, 'more\n'), { reason: 'read-only file system' });
  t.is(await textIn(directory), 'kept\n');
});

test('on a full disk, a failed change leaves the file as it was, and leaves no other file', async (t) => {
  if (!(await needs(t, 'tmpfs'))) return;
  const mounted = await temporaryDirectory(t);
  await mountMemory(t, mounted, 'size=32k');
  const root = join(mounted, 'im');
  const directory = new PrivateDirectory({ root, folder: 'keys' });
  done(await replace(directory, 'kept\n'));
  for (const change of [replace, append])
    t.deepEqual(await change(directory, 'x'.repeat(40_000)), { reason: 'no space left on device' });
  t.is(await textIn(directory), 'kept\n');
  t.deepEqual((await readdir(join(root, 'keys'))).sort(), ['file', 'file.lock']);
  await mkdir(join(mounted, 'filler'));
  await writeFile(join(mounted, 'filler/file'), 'x'.repeat(40_000)).catch(() => {});
  t.deepEqual(await append(directory, 'more\n'.repeat(1_000)), { reason: 'no space left on device' });
  t.is(await textIn(directory), 'kept\n');
});

test('a file that is too large is refused', async (t) => {
  const { directory } = await made(t);
  done(await replace(directory, 'x'.repeat(200_000)));
  t.deepEqual(await directory.read('file', MAX_BYTES), { reason: 'it has more than 100,000 bytes' });
});
