import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import anyTest, { type ExecutionContext } from 'ava';
import { emptyEnvironment, Program, programPath } from '../helpers/programs.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

/** Creates a user in the time zone UTC, and the directory of the user's history. */
async function user(t: ExecutionContext) {
  const environment: NodeJS.ProcessEnv = { ...emptyEnvironment(t), TZ: 'UTC' };
  const directory = join(environment['HOME'] ?? '', '.local', 'state', 'im', 'history');
  await mkdir(directory, { recursive: true });
  return {
    environment,
    directory,
    async run(...args: readonly string[]) {
      const program = new Program(t, { name: 'im-client', environment }, 'history', ...args);
      const code = await program.exited;
      return { code, stdout: program.stdout, stderr: program.stderr };
    },
  };
}

const LINES = [
  '{"event":"message","at":"2026-11-25T14:05:09.120Z","id":"alice","buddy":"bob","text":"hello"}',
  '{"event":"sent","at":"2026-11-25T14:06:00.000Z","id":"alice","buddy":"bob","text":"Hi!"}',
];

test('the history is printed for people, oldest first, from both files', async (t) => {
  const { directory, run } = await user(t);
  await writeFile(join(directory, 'bob.jsonl.1'), `${LINES[0]}\n`);
  await writeFile(join(directory, 'bob.jsonl'), `${LINES[1]}\n`);
  t.deepEqual(await run('BOB'), {
    code: 0,
    stdout: '2026-11-25 14:05 bob: hello\n2026-11-25 14:06 alice: Hi!\n',
    stderr: '',
  });
});

test('--json prints the lines unchanged', async (t) => {
  const { directory, run } = await user(t);
  const many = LINES.join('\n').concat('\n').repeat(5_000);
  await writeFile(join(directory, 'bob.jsonl'), many);
  t.deepEqual(await run('bob', '--json'), { code: 0, stdout: many, stderr: '' });
  t.is((await run('bob')).stdout.split('\n').length - 1, 50);
});

test('--search prints only messages that contain the text, ignoring case', async (t) => {
  const { directory, run } = await user(t);
  await writeFile(join(directory, 'bob.jsonl'), `${LINES.join('\n')}\n`);
  t.is((await run('bob', '--search', 'HI')).stdout, '2026-11-25 14:06 alice: Hi!\n');
  t.is((await run('bob', '--search', 'HELL', '--json')).stdout, `${LINES[0]}\n`);
  const stderr = 'im-client: no message in the history with bob contains this text\n';
  for (const options of [[], ['--json']])
    t.deepEqual(await run('bob', '--search', '.', ...options), { code: 0, stdout: '', stderr });
});

test('everything in a file passes the text gate', async (t) => {
  const { directory, run } = await user(t);
  const hostile = LINES[0]
    ?.replace('hello', '\\u001b[2J\\n2026-11-25 14:05 bob: x')
    .replace('"bob"', '"b\\u001bb"');
  await writeFile(join(directory, 'bob.jsonl'), `${hostile}\n\u001b[2J\n`);
  const line = '\u{FFFD}[2J\u{FFFD}2026-11-25 14:05 bob: x\n';
  t.is((await run('bob')).stdout, `2026-11-25 14:05 unknown: ${line}`);
  t.false(/[\p{Cc}]/u.test((await run('bob', '--json')).stdout.trimEnd()));
});

test('@ and an address select a caller without an id', async (t) => {
  const { directory, run } = await user(t);
  const line = LINES[0]?.replace('"buddy":"bob"', '"address":"192.0.2.7"');
  await writeFile(join(directory, '@192.0.2.7.jsonl'), `${line}\n`);
  t.is((await run('@192.0.2.7')).stdout, '2026-11-25 14:05 192.0.2.7: hello\n');
});

test('a missing history is a notice on standard error, not a failure', async (t) => {
  const { run } = await user(t);
  const stderr = 'im-client: no history with bob: chats are saved, unless --no-history is set\n';
  const notice = { code: 0, stdout: '', stderr };
  t.deepEqual(await run('bob'), notice);
  t.deepEqual(await run('bob', '--json'), notice);
});

test('each mistake is reported in one line', async (t) => {
  const { directory, environment, run } = await user(t);
  await symlink('/etc/passwd', join(directory, 'link.jsonl'));
  await mkdir(join(directory, 'folder.jsonl'));
  const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
    [[], 2, /^im-client: missing required argument 'buddy'/],
    [['../bob'], 2, /^im-client: '\.\.\/bob' is not a valid id: use a buddy's id, or @ and an address/],
    [['@../bob'], 2, /^im-client: '@\.\.\/bob' is not a valid id/],
    [['a\u001bb'], 2, /^im-client: 'a\u{FFFD}b' is not a valid id/u],
    [['link'], 1, /^im-client: cannot read the history: too many symbolic links encountered\n$/],
    [['folder'], 1, /^im-client: cannot read the history: it is no.* file\n$/],
  ];
  for (const [args, code, line] of cases) {
    const result = await run(...args);
    t.is(result.code, code, args.join(' '));
    t.regex(result.stderr, line);
    t.is(result.stderr.split('\n').length, 2, result.stderr);
  }
  const homeless = new Program(
    t,
    { name: 'im-client', environment: { ...environment, HOME: '' } },
    'history',
    'bob',
  );
  t.is(await homeless.exited, 1);
  t.regex(homeless.stderr, /^im-client: HOME is not set/);
});

test('a reader that closes the pipe early causes no error, but a full disk does', async (t) => {
  const { directory, environment } = await user(t);
  await writeFile(join(directory, 'bob.jsonl'), LINES.join('\n').concat('\n').repeat(10_000));
  const program = new Program(t, { name: 'im-client', environment }, 'history', 'bob', '--json');
  program.process.stdout?.destroy();
  await once(program.process, 'exit');
  t.is(program.process.exitCode, 0);
  t.is(program.stderr, '');
  const command = [process.execPath, programPath('im-client'), 'history', 'bob', '--json'];
  const full = spawn('sh', ['-c', '"$0" "$@" > /dev/full', ...command], { env: environment });
  const [code] = (await once(full, 'exit')) as [number];
  t.is(code, 1);
});
