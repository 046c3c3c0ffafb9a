import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import anyTest, { type ExecutionContext } from 'ava';
import { ask } from '../helpers/network.js';
import { Program, programPath, startServerProgram, temporaryDirectory } from '../helpers/programs.js';
import { id, lineOf } from '../storage/changes.js';
import { IRREGULAR } from '../storage/irregular.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

/** Runs a command of im-server to its end. */
async function run(t: ExecutionContext, ...args: readonly string[]) {
  const program = new Program(t, 'im-server', ...args);
  const code = await program.exited;
  return { code, stdout: program.stdout, stderr: program.stderr };
}

const DUMP = '# im-server dump: 3 users\nalice bob carol\nbob\ncarol alice\n';

/** The skipped entries that an import printed. The tests of storage/transfer/ check the reasons' texts. */
function skippedIn(stderr: string, path: string): string[] {
  const lines = stderr.trimEnd().split('\n');
  return lines.map((line) =>
    line.replace(`im-server: ${path}`, '').replace(/(skipped, (?:'[^']*'|it)) .+/, '$1 …'),
  );
}

/** Creates a data directory with the users of {@link DUMP}. */
async function filledDirectory(t: ExecutionContext): Promise<string> {
  const directory = join(await temporaryDirectory(t), 'data');
  const dump = join(await temporaryDirectory(t), 'dump.txt');
  await writeFile(dump, DUMP);
  t.is((await run(t, 'import', directory, dump)).code, 0);
  return directory;
}

test('an export has exactly what was imported, and `check` finds no damage', async (t) => {
  const directory = await filledDirectory(t);
  t.deepEqual(await run(t, 'export', directory), { code: 0, stdout: DUMP, stderr: '' });
  const { code, stdout } = await run(t, 'check', directory);
  t.is(code, 0);
  t.deepEqual(stdout.replaceAll(`${directory}/`, '').split('\n'), [
    'manifest.txt: good',
    'snapshot-3.txt: good, up to record 6',
    'journal-2.txt: good, no records',
    'users 3, buddies on their lists 3',
    '',
  ]);
});

test('an export writes a complete, private file, and replaces a file only with --force', async (t) => {
  const directory = await filledDirectory(t);
  const target = await temporaryDirectory(t);
  const file = join(target, 'dump.txt');
  await writeFile(file, 'an older one');
  const refused = await run(t, 'export', directory, file);
  t.is(refused.code, 1);
  t.is(refused.stderr, `im-server: ${file} exists: choose another name, or add --force to replace it\n`);
  t.is(await readFile(file, 'latin1'), 'an older one');
  t.deepEqual(await run(t, 'export', directory, file, '--force'), { code: 0, stdout: '', stderr: '' });
  t.is(await readFile(file, 'latin1'), DUMP);
  t.is((await stat(file)).mode & 0o777, 0o600);
  t.deepEqual(await readdir(target), ['dump.txt']);
});

test('an import follows a link, and an export does not replace a link that points to itself', async (t) => {
  const directory = await filledDirectory(t);
  const elsewhere = await temporaryDirectory(t);
  const dump = join(elsewhere, 'dump.txt');
  const link = join(elsewhere, 'link');
  const loop = join(elsewhere, 'loop');
  await writeFile(dump, DUMP);
  await symlink(dump, link);
  t.regex(
    (await run(t, 'import', directory, link)).stdout,
    /^imported: users 0, .*\nthere already: users 3,/,
  );
  await symlink(loop, loop);
  const { code, stderr } = await run(t, 'export', directory, loop);
  t.is(code, 1);
  t.is(stderr, `im-server: ${loop}: too many symbolic links encountered\n`);
  t.true((await lstat(loop)).isSymbolicLink());
});

test('a pipe in the place of a file is an error, and does not block', async (t) => {
  const directory = await filledDirectory(t);
  const manifest = join(directory, 'manifest.txt');
  await IRREGULAR['a pipe']?.(t, manifest);
  for (const command of ['check', 'export']) {
    const { code, stderr } = await run(t, command, directory);
    t.is(code, 1);
    t.is(stderr, `im-server: ${manifest} is not a regular file\n`);
  }
  const { code, stderr } = await run(t, '--tcp-port', '0', '--udp-port', '0', '--data', directory);
  t.is(code, 1);
  t.is(
    stderr.split('\n').at(-2),
    `im-server: cannot use the data directory ${directory}: ${manifest} is not a regular file`,
  );
});

test('an import of any size makes one snapshot, at its end', async (t) => {
  const directory = await temporaryDirectory(t);
  const [dump, data] = [join(directory, 'dump.txt'), join(directory, 'data')];
  // This many entries take more than the 4 MiB of journal after which a server makes a snapshot.
  const users = Array.from({ length: 500 }, (_, index) => `a-user-with-a-long-name-${index}`);
  await writeFile(dump, users.map((user) => `${[user, ...users].join(' ')}\n`).join(''));
  t.is((await run(t, 'import', data, dump)).code, 0);
  // journal-2.txt continues after the snapshot.
  const names = (await readdir(data)).sort();
  t.deepEqual(names, ['journal-2.txt', 'lock.txt', 'manifest.txt', 'snapshot-3.txt']);
});

test('an import prints each skipped entry with the reason, and imports the rest', async (t) => {
  const directory = await temporaryDirectory(t);
  const dump = join(directory, 'dump.txt');
  const lines = [
    '\ufeff# a comment',
    '',
    'Alice  bob\tdora $ bob alice\r',
    'b!d alice',
    'bob',
    'bob \u001b[2J',
    'carol',
  ];
  await writeFile(dump, lines.join('\n'));
  const data = join(directory, 'data');
  const first = await run(t, 'import', data, dump);
  t.is(first.code, 0);
  t.is(first.stdout, 'imported: users 3, buddies 1\nthere already: users 1, buddies 1\nskipped: 5\n');
  t.deepEqual(skippedIn(first.stderr, `${dump}:`), [
    "4: skipped, 'b!d' …",
    "3: skipped, '$' …",
    "6: skipped, '\u{FFFD}[2J' …",
    "3: skipped, 'dora' …",
    "3: skipped, 'alice' …",
  ]);
  t.is((await run(t, 'export', data)).stdout, '# im-server dump: 3 users\nalice bob\nbob\ncarol\n');
  const second = await run(t, 'import', data, dump);
  t.regex(second.stdout, /^imported: users 0, buddies 0\nthere already: users 4, buddies 2\nskipped: 5\n$/);
});

test('`import` reads the user files of the original server, and does not change them', async (t) => {
  const directory = await temporaryDirectory(t);
  const original = join(directory, 'users');
  await mkdir(join(original, 'folder.txt'), { recursive: true });
  const files = {
    'Alice.txt': 'bob\r\ncarol\r\n',
    'bob.txt': '',
    'carol.txt': 'alice\ndora',
    readme: 'x',
    'a b.txt': '',
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(original, name), text);
  const data = join(directory, 'data');
  const { code, stdout, stderr } = await run(t, 'import', data, original);
  t.is(code, 0);
  t.is(stdout, 'imported: users 3, buddies 3\nthere already: users 0, buddies 0\nskipped: 4\n');
  t.deepEqual(skippedIn(stderr, `${original}/`).toSorted(), [
    "a b.txt: skipped, 'a b' …",
    "carol.txt: skipped, 'dora' …",
    'folder.txt: skipped, it …',
    'readme: skipped, it …',
  ]);
  t.is((await run(t, 'export', data)).stdout, DUMP);
  for (const [name, text] of Object.entries(files))
    t.is(await readFile(join(original, name), 'latin1'), text);
});

test('`check` and `export` work while a server uses the directory, but `import` refuses it', async (t) => {
  const directory = await temporaryDirectory(t);
  const { tcp, program } = await startServerProgram(t, directory);
  for (const request of ['REG alice', 'REG bob', 'ADD alice bob'])
    t.is(await ask(tcp, `${request}\n`), '200 OK\r\n');
  t.is((await run(t, 'check', directory)).code, 0);
  t.is((await run(t, 'export', directory)).stdout, '# im-server dump: 2 users\nalice bob\nbob\n');
  const dump = join(await temporaryDirectory(t), 'dump.txt');
  await writeFile(dump, DUMP);
  const { code, stderr } = await run(t, 'import', directory, dump);
  t.is(code, 1);
  t.regex(stderr, new RegExp(`^im-server: .* is in use by process ${program.process.pid} on [^\\n]*\\n$`));
});

test('`check` prints the damage, its position, and how many users --repair can save', async (t) => {
  const directory = await filledDirectory(t);
  const path = join(directory, 'snapshot-3.txt');
  const good = await readFile(path, 'latin1');
  await writeFile(path, good.replace('\ncarol ', '\nkarol '));
  const check = await run(t, 'check', directory);
  t.is(check.code, 1);
  t.is(check.stdout, '');
  const lines = check.stderr.trimEnd().split('\n');
  t.regex(lines[0] as string, /snapshot-3\.txt, line 4, byte \d+: its checksum does not match$/);
  t.regex(lines.at(-1) as string, /snapshot-3\.txt is damaged at line 4, byte \d+ .*--repair$/);
  t.true(lines.includes('im-server: 2 users can be saved with --repair'));

  const refused = await run(
    t,
    '--host',
    '127.0.0.1',
    '--tcp-port',
    '0',
    '--udp-port',
    '0',
    '--data',
    directory,
  );
  t.is(refused.code, 1);
  t.regex(refused.stderr, /^im-server: .*snapshot-3\.txt is damaged at line 4, byte \d+ .*--repair\n$/);
  t.is(await readFile(path, 'latin1'), good.replace('\ncarol ', '\nkarol '), 'the snapshot is unchanged');

  const { tcp, program } = await startServerProgram(t, directory, '--repair');
  t.is(await ask(tcp, 'REG alice\n'), '203 USER EXISTS\r\n');
  t.is(await ask(tcp, 'REG carol\n'), '200 OK\r\n');
  program.process.kill('SIGTERM');
  await program.exited;
  t.regex(program.stderr, /"line":4,.*a damaged line could not be saved/);
  t.regex(program.stderr, /"users":2,.*the database was repaired/);
  t.is(await readFile(`${path}.broken`, 'latin1'), good.replace('\ncarol ', '\nkarol '));
  t.is((await run(t, 'export', directory)).stdout, '# im-server dump: 3 users\nalice bob\nbob\ncarol\n');
});

test('each mistake is reported in one line', async (t) => {
  const empty = await temporaryDirectory(t);
  const missing = join(empty, 'missing');
  const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
    [['check'], 2, /^im-server: missing required argument 'dir'/],
    [['check', missing], 1, /^im-server: .*missing.*: no such file or directory\n$/],
    [['check', empty], 1, /^im-server: .* has no database\n$/],
    [['export', empty, 'a', 'b'], 2, /^im-server: too many arguments/],
    [['import', join(empty, 'data'), missing], 1, /^im-server: .*missing: no such file or directory\n$/],
  ];
  for (const [args, code, line] of cases) {
    const result = await run(t, ...args);
    t.is(result.code, code, args.join(' '));
    t.regex(result.stderr, line);
    t.is(result.stderr.split('\n').length, 2, result.stderr);
  }
});

test('an export refuses a harmful target, and fails if it cannot write everything', async (t) => {
  const directory = await filledDirectory(t);
  const before = await readdir(directory);
  const inside = await run(t, 'export', directory, join(directory, 'snapshot-3.txt'));
  t.is(inside.code, 1);
  t.regex(inside.stderr, /^im-server: .* is in the data directory: choose another directory\n$/);
  const device = await run(t, 'export', directory, '/dev/null');
  t.is(device.code, 1);
  t.regex(device.stderr, /^im-server: \/dev\/null is not a regular file: omit the path, /);
  t.deepEqual(await readdir(directory), before);
  const command = [process.execPath, programPath('im-server'), 'export', directory];
  const full = spawn('sh', ['-c', '"$0" "$@" > /dev/full', ...command]);
  const [code] = (await once(full, 'exit')) as [number];
  t.is(code, 1);
});

test('an import refuses a data directory as its source', async (t) => {
  const directory = await filledDirectory(t);
  const { code, stderr } = await run(t, 'import', join(await temporaryDirectory(t), 'new'), directory);
  t.is(code, 1);
  t.regex(stderr, /^im-server: .* is a data directory: export it first\n$/);
});

test('only `export` accepts a world-writable database; other unsafe modes cause a warning', async (t) => {
  const directory = await filledDirectory(t);
  const dump = join(await temporaryDirectory(t), 'dump.txt');
  await writeFile(dump, 'dora\n');
  const manifest = join(directory, 'manifest.txt');
  for (const [path, mode] of [
    [directory, 0o700],
    [manifest, 0o600],
  ] as const) {
    const writable = `im-server: ${path} can be written by`;
    const unintended = 'if that is not intended, run';
    const all = `${writable} all users of this machine: run 'chmod go-w ${path}'\n`;
    const group = `${writable} its group: ${unintended} 'chmod g-w ${path}'\n`;
    const added = `im-server: all users of this machine can add files to ${path}`;
    const sticky = `${added}: ${unintended} 'chmod go-w ${path}'\n`;
    for (const [bits, stderr] of [
      [0o022, all],
      [0o002, all],
      [0o1002, path === directory ? sticky : all],
      [0o020, group],
      [0o055, ''],
    ] as const) {
      await chmod(path, mode | bits);
      const isRefused = stderr === all;
      const checked = await run(t, 'check', directory);
      t.like(checked, { code: isRefused ? 1 : 0, stderr });
      t.regex(checked.stdout, /users [34],/);
      const exported = await run(t, 'export', directory);
      t.like(exported, { code: 0, stderr });
      t.regex(exported.stdout, /alice/);
      t.like(await run(t, 'import', directory, dump), { code: isRefused ? 1 : 0, stderr });
    }
    await chmod(path, mode);
  }
});

test('a reader that closes the pipe early causes no error in an export', async (t) => {
  const directory = await filledDirectory(t);
  const program = new Program(t, 'im-server', 'export', directory);
  program.process.stdout?.destroy();
  await once(program.process, 'exit');
  t.is(program.process.exitCode, 0);
  t.is(program.stderr, '');
});

test('`check` fails if the last line of any file has no LF', async (t) => {
  const directory = await filledDirectory(t);
  const change = { op: 'DEL', id: id('alice'), buddy: id('bob') } as const;
  const record = lineOf({ sequence: 7, durable: 6, change });
  const names = (await readdir(directory)).filter((each) => /^(?:manifest|snapshot|journal)/.test(each));
  for (const name of names) {
    const path = join(directory, name);
    const good = await readFile(path, 'latin1');
    // The journal has no record yet, so the test adds one.
    const whole = name.startsWith('journal') ? `${good}${record}` : good;
    const text = whole.slice(0, -1);
    await writeFile(path, text, 'latin1');
    const { code, stderr } = await run(t, 'check', directory);
    t.is(code, 1, name);
    t.true(stderr.includes(path), stderr);
    await writeFile(path, good, 'latin1');
  }
});
