import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import anyTest, { type ExecutionContext } from 'ava';
import { Program, startServerProgram, temporaryDirectory } from '../helpers/programs.js';
import { DASHED_KEY, KEYS } from '../storage/changes.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

async function run(t: ExecutionContext, ...args: readonly string[]) {
  const program = new Program(t, 'im-server', 'key', ...args);
  const code = await program.exited;
  return { code, stdout: program.stdout, stderr: program.stderr };
}

/** A data directory with alice, bob, and the reserved id carol. */
async function filledDirectory(t: ExecutionContext): Promise<string> {
  const directory = join(await temporaryDirectory(t), 'data');
  const dump = join(await temporaryDirectory(t), 'dump.txt');
  await writeFile(dump, 'alice bob\nbob\n- carol 17\n');
  t.is(await new Program(t, 'im-server', 'import', directory, dump).exited, 0);
  return directory;
}

test("`key` makes the server's key once, even in an empty directory, and prints only the key", async (t) => {
  const directory = join(await temporaryDirectory(t), 'data');
  const missing = await run(t, directory);
  t.is(missing.code, 1);
  t.true(missing.stderr.includes(`${directory} (no such file or directory)`), missing.stderr);
  await mkdir(directory, { mode: 0o700 });
  const { code, stdout } = await run(t, directory);
  t.is(code, 0);
  t.regex(stdout, /^[\w-]{43}\n$/);
  t.is((await run(t, directory, 'show')).stdout, stdout);
  t.deepEqual(JSON.parse((await run(t, directory, '--json')).stdout), { server: stdout.trim() });
  t.deepEqual((await readdir(directory)).sort(), ['identity.txt', 'lock.txt']);
});

test('the key of an id is set, shown and cleared', async (t) => {
  const directory = await filledDirectory(t);
  const [key] = KEYS;
  t.is((await run(t, directory, 'show', 'alice')).stdout, 'alice is open: it has no key\n');
  const set = await run(t, directory, 'set', 'Alice', key);
  t.deepEqual(set, {
    code: 0,
    stdout: `alice now has the key ${key}: only devices with this key can sign in as alice\n`,
    stderr: '',
  });
  t.is((await run(t, directory, 'show', 'alice')).stdout, `alice ${key} serial 0 floor 0\n`);
  t.deepEqual(JSON.parse((await run(t, directory, 'show', 'alice', '--json')).stdout), {
    ...{ id: 'alice', key, serial: 0, floor: 0 },
  });
  const cleared = await run(t, directory, 'clear', 'alice');
  t.is(cleared.stdout, 'alice is open now: any program can sign in as alice\n');
  t.deepEqual(JSON.parse((await run(t, directory, 'show', 'alice', '--json')).stdout), {
    id: 'alice',
    key: null,
  });
});

test('a key that begins with - is a key, not an option', async (t) => {
  const directory = await filledDirectory(t);
  for (const key of [DASHED_KEY, DASHED_KEY.replace('-T', '--')]) {
    const { code, stdout, stderr } = await run(t, directory, 'set', 'alice', key, '--json');
    t.deepEqual([code, stderr], [0, '']);
    t.is((JSON.parse(stdout) as { readonly key: string }).key, key);
  }
  const mistyped = await run(t, directory, 'set', 'alice', `${DASHED_KEY}x`);
  t.is(mistyped.code, 2);
});

test('an id that is unknown or reserved, and a directory without a database, are errors', async (t) => {
  const directory = await filledDirectory(t);
  for (const [args, reason] of [
    [['show', 'dora'], 'dora is not registered'],
    [['set', 'dora', KEYS[0]], 'dora is not registered'],
    [['clear', 'carol'], 'carol is reserved, and not registered'],
  ] as const) {
    t.deepEqual(await run(t, directory, ...args), { code: 1, stdout: '', stderr: `im-server: ${reason}\n` });
  }
  const empty = await temporaryDirectory(t);
  for (const args of [
    ['show', 'alice'],
    ['clear', 'alice'],
  ]) {
    const stderr = `im-server: ${empty} has no database\n`;
    t.deepEqual(await run(t, empty, ...args), { code: 1, stdout: '', stderr });
  }
  t.deepEqual(await readdir(empty), []);
});

test('a wrong key, id or action is a usage error, and changes nothing', async (t) => {
  const directory = await filledDirectory(t);
  const before = await readFile(join(directory, 'manifest.txt'), 'latin1');
  for (const args of [
    ['set', 'alice'],
    ['set'],
    ['clear'],
    ['set', 'alice', 'x'],
    // This key is a point of small order, which OpenSSL would accept.
    ['set', 'alice', 'A'.repeat(43)],
    ['show', '$'],
    ['clear', 'alice', KEYS[0]],
    ['reset', 'alice'],
  ]) {
    const { code, stdout, stderr } = await run(t, directory, ...args);
    t.deepEqual([code, stdout], [2, ''], args.join(' '));
    t.regex(stderr, /^im-server: .+\(see im-server --help\)\n$/);
  }
  t.is(await readFile(join(directory, 'manifest.txt'), 'latin1'), before);
});

test('while a server uses the directory, keys are shown but not changed', async (t) => {
  const directory = await filledDirectory(t);
  const { stdout: key } = await run(t, directory);
  await startServerProgram(t, directory);
  t.is((await run(t, directory)).stdout, key);
  t.is((await run(t, directory, 'show', 'alice')).stdout, 'alice is open: it has no key\n');
  for (const args of [
    ['set', 'alice', KEYS[0]],
    ['clear', 'alice'],
  ]) {
    const { code, stderr } = await run(t, directory, ...args);
    t.is(code, 1);
    t.true(stderr.startsWith(`im-server: the data directory ${directory} is in use by process `), stderr);
  }
});
