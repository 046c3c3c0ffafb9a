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

test('a read returns the bytes at its position, fewer near the end, and none at the end', async (t) => {
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

test('a write goes to its position, and a truncation shortens the file', async (t) => {
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
  t.is(await file.read(buffer, 0), 4, 'the file can also be read');
});

test('a file that `open` returns cannot be written', async (t) => {
  const path = join(await temporaryDirectory(t), 'file');
  await writeFile(path, 'kept');
  const file = await DISK.open(path);
  t.teardown(() => file.close());
  await t.throwsAsync(file.write(Buffer.from('x'), 0), { code: 'EBADF' });
  t.is(await readFile(path, 'latin1'), 'kept');
});

test('a created file is empty and private, and does not alter the file that it replaces', async (t) => {
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

test('a file that cannot be opened causes an error with the system’s code', async (t) => {
  const directory = await temporaryDirectory(t);
  await t.throwsAsync(DISK.open(join(directory, 'missing')), { code: 'ENOENT' });
  await t.throwsAsync(DISK.create(join(directory, 'missing', 'file')), { code: 'ENOENT' });
  await t.throwsAsync(DISK.list(join(directory, 'missing')), { code: 'ENOENT' });
  await t.throwsAsync(DISK.syncDirectory(join(directory, 'missing')), { code: 'ENOENT' });
});

for (const [what, put] of Object.entries(IRREGULAR)) {
  test(`open and lock refuse ${what} at once, and leave it unchanged`, async (t) => {
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

  test(`create replaces anything but a directory: ${what}`, async (t) => {
    const path = join(await temporaryDirectory(t), 'file');
    await writeFile(path, 'kept');
    await put(t, path);
    if (what === 'a directory') await t.throwsAsync(DISK.create(path), { code: 'file.irregular' });
    else await (await DISK.create(path)).close();
    t.is((await lstat(path)).isFile(), what !== 'a directory');
    if (what === 'a link to the file') t.is(await readFile(`${path}.linked`, 'latin1'), 'kept');
  });
}

test('open refuses a device', async (t) => {
  for (const path of ['/dev/null', '/dev/zero']) {
    await t.throwsAsync(DISK.open(path), { code: 'file.irregular' });
  }
});

test('a parent directory that is a loop of links causes an error with the system’s code', async (t) => {
  const loop = join(await temporaryDirectory(t), 'loop');
  await symlink(loop, loop);
  await t.throwsAsync(DISK.open(join(loop, 'file')), { code: 'ELOOP' });
});

test('remove ignores only a path that does not exist', async (t) => {
  const directory = await temporaryDirectory(t);
  await writeFile(join(directory, 'file'), '');
  await t.notThrowsAsync(DISK.remove(join(directory, 'missing', 'file')));
  await t.notThrowsAsync(DISK.remove(join(directory, 'file', 'file')));
  await t.throwsAsync(DISK.remove(directory), { code: 'EISDIR' });
});

test('files can be listed, renamed over others, and removed if they exist', async (t) => {
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

test('a file is in place until it or its directory is deleted, moved or replaced', async (t) => {
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

test('while a path cannot be checked, isInPlace throws the system’s error', async (t) => {
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

test('a directory and its missing parents are created private', async (t) => {
  const parent = await temporaryDirectory(t);
  const directories = [join(parent, 'a'), join(parent, 'a', 'b'), join(parent, 'a', 'b', 'c')];
  await DISK.createDirectory(directories[2] as string);
  t.deepEqual(await Promise.all(directories.map(modeOf)), [0o700, 0o700, 0o700]);
});

test('createDirectory does not change an existing directory', async (t) => {
  const directory = join(await temporaryDirectory(t), 'a', 'b');
  await mkdir(directory, { recursive: true, mode: 0o750 });
  const before = await modeOf(directory);
  await writeFile(join(directory, 'file'), 'kept');
  await DISK.createDirectory(directory);
  t.is(await readFile(join(directory, 'file'), 'latin1'), 'kept');
  t.is(await modeOf(directory), before);
});

// Node's mkdir with `recursive` never returns in these directories.
test('createDirectory fails where no directory can be made, instead of hanging', async (t) => {
  t.timeout(20_000);
  if (process.platform === 'linux')
    await t.throwsAsync(DISK.createDirectory('/proc/im/data'), { code: 'ENOENT' });
  const file = join(await temporaryDirectory(t), 'file');
  await writeFile(file, '');
  await t.throwsAsync(DISK.createDirectory(join(file, 'a', 'b')), { code: 'ENOTDIR' });
});

test('only one lock is held at a time, and the lock file names its holder', async (t) => {
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
    'the refusal does not release the first lock',
  );

  await first.release();
  const second = await DISK.lock(join(directory, LOCK_FILE));
  t.teardown(() => second.release());
  t.is((await readFile(path, 'latin1')).split('\n').length, 2, 'the text of the first holder is gone');
});

test('the text of a lock file does not decide whether the file is locked', async (t) => {
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

test('of several simultaneous lock calls, only one succeeds', async (t) => {
  const directory = await temporaryDirectory(t);
  const results = await Promise.allSettled(
    Array.from({ length: 8 }, () => DISK.lock(join(directory, LOCK_FILE))),
  );
  const locks = results.filter((result) => result.status === 'fulfilled');
  t.is(locks.length, 1);
  for (const { value } of locks) await value.release();
});

// PATH is shared by the whole process: no other test may start a command meanwhile.
test.serial('without the command flock, the error names flock, and the lock file is closed', async (t) => {
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

test.serial('an unexpected exit code of flock is reported', async (t) => {
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

test('two files opened with append both write at the end, and the position is ignored', async (t) => {
  const path = join(await temporaryDirectory(t), 'file');
  const [one, other] = [await DISK.append(path), await DISK.append(path)];
  t.teardown(() => Promise.all([one.close(), other.close()]));
  await one.write(Buffer.from('one'), 0);
  await other.write(Buffer.from('two'), 0);
  await one.write(Buffer.from('three'), 0);
  t.is(await readFile(path, 'latin1'), 'onetwothree');
  t.is(await modeOf(path), 0o600);
  const buffer = Buffer.alloc(3);
  await other.read(buffer, 3);
  t.is(buffer.toString('latin1'), 'two');
});

for (const [what, put] of Object.entries(IRREGULAR)) {
  test(`append refuses ${what}`, async (t) => {
    const path = join(await temporaryDirectory(t), 'file');
    await writeFile(path, 'kept');
    await put(t, path);
    await t.throwsAsync(DISK.append(path), { code: 'file.irregular' });
  });
}

test('facts distinguish a file from a directory, and change with each write', async (t) => {
  const directory = await temporaryDirectory(t);
  const path = join(directory, 'file');
  t.is(await DISK.facts(path), undefined);
  t.is(await DISK.facts(join(directory, 'missing', 'file')), undefined);
  await writeFile(path, '1', { mode: 0o640 });
  const { version, ...facts } = (await DISK.facts(path)) ?? t.fail();
  t.like(facts, { isDirectory: false, size: 1, mode: 0o640, owner: process.geteuid?.() });
  t.is((await DISK.facts(path))?.version, version);
  await writeFile(path, '12');
  t.not((await DISK.facts(path))?.version, version);
  t.like(await DISK.facts(directory), { isDirectory: true, mode: 0o700 });
});

test('facts follow a link, and a link to nothing does not count as a missing file', async (t) => {
  const directory = await temporaryDirectory(t);
  await symlink(directory, join(directory, 'link'));
  t.true((await DISK.facts(join(directory, 'link')))?.isDirectory);
  await symlink(join(directory, 'missing'), join(directory, 'nothing'));
  await t.throwsAsync(DISK.facts(join(directory, 'nothing')), { code: 'file.irregular' });
});

test('two calls can make the same directory at the same time', async (t) => {
  const directory = await temporaryDirectory(t);
  for (let round = 0; round < 20; round++) {
    const path = join(directory, String(round), 'missing', 'data');
    await t.notThrowsAsync(Promise.all([DISK.createDirectory(path), DISK.createDirectory(path)]));
    t.true((await stat(path)).isDirectory());
  }
});
