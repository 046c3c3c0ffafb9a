import {
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { DISK } from '../../../storage/files/disk.js';
import { IRREGULAR } from '../irregular.js';
import { temporaryDirectory } from '../temporary-directory.js';

const LOCK_FILE = 'lock.txt';

async function modeOf(path: string): Promise<number> {
  return (await stat(path)).mode & 0o777;
}

test('a read gives as much as there is, from its place, and nothing at the end', async (t) => {
  const path = join(await temporaryDirectory(t), 'file');
  await writeFile(path, '0123456789');
  const file = await DISK.open(path);
  t.teardown(() => file.close());
  const buffer = Buffer.alloc(6, '.');
  t.is(await file.read(buffer, 2), 6);
  t.is(buffer.toString('latin1'), '234567');
  t.is(await file.read(buffer, 7), 3);
  t.is(buffer.toString('latin1'), '789567');
  t.is(await file.read(buffer, 10), 0);
  t.is(await file.read(buffer, 1000), 0);
});

test('what is written is at its place, and truncating cuts it', async (t) => {
  const path = join(await temporaryDirectory(t), 'file');
  const file = await DISK.create(path);
  t.teardown(() => file.close());
  t.is(await file.write(Buffer.from('0123456789'), 0), 10);
  t.is(await file.write(Buffer.from('abc'), 8), 3);
  await file.datasync();
  t.is(await readFile(path, 'latin1'), '01234567abc');
  await file.truncate(4);
  t.is(await readFile(path, 'latin1'), '0123');
  const buffer = Buffer.alloc(10);
  t.is(await file.read(buffer, 0), 4, 'it can be read as well');
});

test('a file that is opened cannot be written', async (t) => {
  const path = join(await temporaryDirectory(t), 'file');
  await writeFile(path, 'kept');
  const file = await DISK.open(path);
  t.teardown(() => file.close());
  await t.throwsAsync(file.write(Buffer.from('x'), 0), { code: 'EBADF' });
  t.is(await readFile(path, 'latin1'), 'kept');
});

test('a new file is empty and its owner’s alone, whatever was there, and the other goes on elsewhere', async (t) => {
  const directory = await temporaryDirectory(t);
  const path = join(directory, 'file');
  const target = join(directory, 'target');
  await writeFile(path, 'old', { mode: 0o666 });
  const old = await open(path);
  t.teardown(() => old.close());
  for (const before of ['a file', 'a link']) {
    if (before === 'a link') {
      await rm(path);
      await writeFile(target, 'linked');
      await symlink(target, path);
    }
    const file = await DISK.create(path);
    t.teardown(() => file.close());
    t.is((await stat(path)).size, 0, before);
    t.is(await modeOf(path), 0o600);
  }
  t.is(await old.readFile('latin1'), 'old');
  t.is(await readFile(target, 'latin1'), 'linked');
});

test('what cannot be opened is told of by the system’s code', async (t) => {
  const directory = await temporaryDirectory(t);
  await t.throwsAsync(DISK.open(join(directory, 'missing')), { code: 'ENOENT' });
  await t.throwsAsync(DISK.create(join(directory, 'missing', 'file')), { code: 'ENOENT' });
  await t.throwsAsync(DISK.list(join(directory, 'missing')), { code: 'ENOENT' });
  await t.throwsAsync(DISK.syncDirectory(join(directory, 'missing')), { code: 'ENOENT' });
});

for (const [what, put] of Object.entries(IRREGULAR)) {
  test(`${what} is not opened, not locked, not waited for, and not changed`, async (t) => {
    const path = join(await temporaryDirectory(t), 'file');
    await writeFile(path, 'kept');
    await put(t, path);
    const before = await lstat(path);
    for (const opened of [DISK.open(path), DISK.lock(path)]) {
      const error = await t.throwsAsync(opened, { code: 'file.irregular' });
      t.is(error?.message, `${path} is not a regular file`);
    }
    t.deepEqual(await lstat(path), before);
    if (what === 'a link to the file') t.is(await readFile(path, 'latin1'), 'kept');
  });

  test(`${what} gives way to a new file, a directory alone does not`, async (t) => {
    const path = join(await temporaryDirectory(t), 'file');
    await writeFile(path, 'kept');
    await put(t, path);
    if (what === 'a directory') await t.throwsAsync(DISK.create(path), { code: 'file.irregular' });
    else await (await DISK.create(path)).close();
    t.is((await lstat(path)).isFile(), what !== 'a directory');
    if (what === 'a link to the file') t.is(await readFile(`${path}.linked`, 'latin1'), 'kept');
  });
}

test('a device is not opened', async (t) => {
  for (const path of ['/dev/null', '/dev/zero']) {
    await t.throwsAsync(DISK.open(path), { code: 'file.irregular' });
  }
});

test('a file in a directory that is a loop of links is told of by the system’s code', async (t) => {
  const loop = join(await temporaryDirectory(t), 'loop');
  await symlink(loop, loop);
  await t.throwsAsync(DISK.open(join(loop, 'file')), { code: 'ELOOP' });
});

test('only what is surely gone needs no removing', async (t) => {
  const directory = await temporaryDirectory(t);
  await writeFile(join(directory, 'file'), '');
  await t.notThrowsAsync(DISK.remove(join(directory, 'missing', 'file')));
  await t.notThrowsAsync(DISK.remove(join(directory, 'file', 'file')));
  await t.throwsAsync(DISK.remove(directory), { code: 'EISDIR' });
});

test('names are listed, files are renamed in the place of others, and removed if there are any', async (t) => {
  const directory = await temporaryDirectory(t);
  await writeFile(join(directory, 'a'), 'a');
  await writeFile(join(directory, 'b'), 'b');
  t.deepEqual((await DISK.list(directory)).toSorted(), ['a', 'b']);
  await DISK.rename(join(directory, 'a'), join(directory, 'b'));
  t.is(await readFile(join(directory, 'b'), 'latin1'), 'a');
  await DISK.remove(join(directory, 'b'));
  await t.notThrowsAsync(DISK.remove(join(directory, 'b')));
  t.deepEqual(await DISK.list(directory), []);
  await t.notThrowsAsync(DISK.syncDirectory(directory));
});

test('a file is in its place until it is deleted, moved or replaced, or its directory is', async (t) => {
  const harms: Record<string, (directory: string, path: string) => Promise<unknown>> = {
    deleted: (_directory, path) => rm(path),
    moved: (_directory, path) => rename(path, `${path}.old`),
    replaced: async (_directory, path) => {
      await writeFile(`${path}.new`, '');
      await rename(`${path}.new`, path);
    },
    'replaced by a link to it': async (_directory, path) => {
      await rename(path, `${path}.old`);
      await symlink(`${path}.old`, path);
    },
    'directory moved': (directory) => rename(directory, `${directory}.old`),
    'directory replaced': async (directory, path) => {
      await rename(directory, `${directory}.old`);
      await mkdir(directory);
      await writeFile(path, '');
    },
    'directory deleted': (directory) => rm(directory, { recursive: true }),
  };
  const parent = await temporaryDirectory(t);
  for (const [what, harm] of Object.entries(harms)) {
    const directory = join(parent, what);
    await DISK.createDirectory(directory);
    const path = join(directory, 'file');
    const file = await DISK.create(path);
    const lock = await DISK.lock(join(directory, LOCK_FILE));
    t.true(await file.isInPlace(), what);
    t.true(await lock.isInPlace(), what);
    await harm(directory, path);
    t.false(await file.isInPlace(), what);
    t.is(await lock.isInPlace(), !what.startsWith('directory'), `${what}: the lock`);
    await file.close();
    await lock.release();
  }
});

test('while a path cannot be looked at, it is open whether the file is in its place', async (t) => {
  const directory = join(await temporaryDirectory(t), 'data');
  await DISK.createDirectory(directory);
  const file = await DISK.create(join(directory, 'file'));
  const lock = await DISK.lock(join(directory, LOCK_FILE));
  t.teardown(() => Promise.all([file.close(), lock.release()]));
  await rename(directory, `${directory}.old`);
  await symlink(directory, directory);
  for (const { isInPlace } of [file, lock]) await t.throwsAsync(isInPlace(), { code: 'ELOOP' });
  await rm(directory);
  await writeFile(directory, '');
  for (const { isInPlace } of [file, lock]) t.false(await isInPlace());
});

test('a directory and its missing parents are made for their owner alone', async (t) => {
  const parent = await temporaryDirectory(t);
  const directories = [join(parent, 'a'), join(parent, 'a', 'b'), join(parent, 'a', 'b', 'c')];
  await DISK.createDirectory(directories[2] as string);
  t.deepEqual(await Promise.all(directories.map(modeOf)), [0o700, 0o700, 0o700]);
});

test('a directory that is there already is left alone', async (t) => {
  const directory = join(await temporaryDirectory(t), 'a', 'b');
  await mkdir(directory, { recursive: true, mode: 0o750 });
  const before = await modeOf(directory);
  await writeFile(join(directory, 'file'), 'kept');
  await DISK.createDirectory(directory);
  t.is(await readFile(join(directory, 'file'), 'latin1'), 'kept');
  t.is(await modeOf(directory), before);
});

// Node's mkdir with `recursive` never returns from there.
test('where no directory can be made, that is said, instead of trying for ever', async (t) => {
  t.timeout(20_000);
  if (process.platform === 'linux')
    await t.throwsAsync(DISK.createDirectory('/proc/im/data'), { code: 'ENOENT' });
  const file = join(await temporaryDirectory(t), 'file');
  await writeFile(file, '');
  await t.throwsAsync(DISK.createDirectory(join(file, 'a', 'b')), { code: 'ENOTDIR' });
});

test('a directory is locked once, until it is released, and the lock says by whom', async (t) => {
  const directory = await temporaryDirectory(t);
  const since = Date.now();
  const first = await DISK.lock(join(directory, LOCK_FILE));
  const path = join(directory, LOCK_FILE);
  const [, holder, time] =
    /^(process [0-9]+ on .+), since (.+)\n$/.exec(await readFile(path, 'latin1')) ?? [];
  t.is(holder, `process ${process.pid} on ${hostname()}`);
  t.true(Date.parse(time as string) >= since && Date.parse(time as string) <= Date.now(), time);
  t.is(await modeOf(path), 0o600);

  const error = await t.throwsAsync(DISK.lock(join(directory, LOCK_FILE)), { code: 'lock.held' });
  t.is(error?.message, `in use by ${holder}, since ${time}`);
  t.true(await first.isInPlace());
  await t.throwsAsync(
    DISK.lock(join(directory, LOCK_FILE)),
    { code: 'lock.held' },
    'the refusal does not end the first',
  );

  await first.release();
  const second = await DISK.lock(join(directory, LOCK_FILE));
  t.teardown(() => second.release());
  t.is((await readFile(path, 'latin1')).split('\n').length, 2, 'what the first said is gone');
});

test('a lock’s file that says nothing, or much, locks nobody out by itself', async (t) => {
  const directory = await temporaryDirectory(t);
  const path = join(directory, LOCK_FILE);
  for (const content of ['', 'x'.repeat(10_000)]) {
    await writeFile(path, content);
    const lock = await DISK.lock(join(directory, LOCK_FILE));
    await writeFile(path, content);
    const error = await t.throwsAsync(DISK.lock(join(directory, LOCK_FILE)), { code: 'lock.held' });
    t.is(error?.message, `in use by ${content === '' ? 'an unknown process' : 'x'.repeat(200)}`);
    await lock.release();
  }
  t.deepEqual(await readdir(directory), [LOCK_FILE]);
});

test('two that ask for a lock at once do not both get it', async (t) => {
  const directory = await temporaryDirectory(t);
  const results = await Promise.allSettled(
    Array.from({ length: 8 }, () => DISK.lock(join(directory, LOCK_FILE))),
  );
  const locks = results.filter((result) => result.status === 'fulfilled');
  t.is(locks.length, 1);
  for (const { value } of locks) await value.release();
});

// The path is the process's own: nothing else may start a command meanwhile.
test.serial('where there is no flock the error names it, and the lock’s file is closed', async (t) => {
  const directory = await temporaryDirectory(t);
  const before = process.env['PATH'];
  process.env['PATH'] = directory;
  try {
    await t.throwsAsync(DISK.lock(join(directory, LOCK_FILE)), { message: /command flock .*is needed/ });
  } finally {
    process.env['PATH'] = before;
  }
  const lock = await DISK.lock(join(directory, LOCK_FILE));
  t.true(await lock.isInPlace());
  await lock.release();
});

test.serial('a flock that ends otherwise than by locking is told of', async (t) => {
  const directory = await temporaryDirectory(t);
  await writeFile(join(directory, 'flock'), '#!/bin/sh\nexit 66\n', { mode: 0o700 });
  const before = process.env['PATH'];
  process.env['PATH'] = directory;
  try {
    await t.throwsAsync(DISK.lock(join(directory, LOCK_FILE)), {
      message: /cannot lock it \(flock ended with 66\)/,
    });
  } finally {
    process.env['PATH'] = before;
  }
});
