import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import anyTest, { type ExecutionContext } from 'ava';
import { emptyEnvironment, Program } from '../helpers/programs.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

interface Given {
  /** The contents of the configuration file. */
  readonly file?: string | Uint8Array;
  readonly variables?: Readonly<Record<string, string>>;
}

/** Runs im-client to its end, with the given configuration file and environment variables. */
async function run(t: ExecutionContext, { file, variables }: Given, ...args: readonly string[]) {
  const environment = { ...emptyEnvironment(t), ...variables };
  const directory = join(environment['XDG_CONFIG_HOME'] ?? join(environment['HOME'] ?? '', '.config'), 'im');
  const path = join(directory, 'client.conf');
  if (file !== undefined) {
    await mkdir(directory, { recursive: true });
    await writeFile(path, file);
  }
  const program = new Program(t, { name: 'im-client', environment }, ...args);
  program.process.stdin?.end();
  const code = await program.exited;
  return { code, path, stdout: program.stdout, stderr: program.stderr };
}

/** The value and source of each option, by key, as `im-client config --json` prints them. */
async function settings(t: ExecutionContext, given: Given, ...args: readonly string[]) {
  const { code, stdout, stderr, path } = await run(t, given, 'config', '--json', ...args);
  t.is(stderr, '');
  t.is(code, 0);
  const rows = JSON.parse(stdout) as Record<string, { value: string; source: string }>;
  return (key: string) => `${rows[key]?.value} (${rows[key]?.source.replace(path, 'FILE')})`;
}

test('without a configuration the defaults apply, and are printed aligned', async (t) => {
  const { code, stdout, stderr } = await run(t, {}, 'config');
  t.is(code, 0);
  t.is(stderr, '');
  t.deepEqual(stdout.trimEnd().split('\n'), [
    'server         = localhost  (default)',
    'tcp-port       = 1234       (default)',
    'udp-port       = 1235       (default)',
    'message-port   = 0          (default)',
    'user           =            (default)',
    'private        = no         (default)',
    'clear          = no         (default)',
    'plain          = no         (default)',
    'history        = yes        (default)',
    'notify         = bell       (default)',
    'notify-private = no         (default)',
    'auto-away      = off        (default)',
  ]);
});

test('the command line overrides the environment, which overrides the file and the defaults', async (t) => {
  const given = {
    file: 'server = file\ntcp-port = 1\n\n  # a comment\nudp-port=2\nuser = Alice\n',
    variables: { IM_SERVER: 'variable', IM_TCP_PORT: '11' },
  };
  const setting = await settings(t, given, '--server', 'line');
  t.is(setting('server'), 'line (command line)');
  t.is(setting('tcp-port'), '11 (IM_TCP_PORT)');
  t.is(setting('udp-port'), '2 (FILE:5)');
  t.is(setting('user'), 'alice (FILE:6)');
  t.is(setting('message-port'), '0 (default)');
});

test('an option may stand before or after a subcommand', async (t) => {
  const before = await run(t, {}, '--server', 'there', 'config', '--json');
  const after = await run(t, {}, 'config', '--json', '--server', 'there');
  t.regex(before.stdout, /"server":\{"value":"there","source":"command line"\}/);
  t.is(before.stdout, after.stdout);
});

test('the file, the environment and the command line can set a switch to yes or no', async (t) => {
  const file = 'plain = yes\nhistory = no\nnotify-private = on\nauto-away = off\n';
  const fromFile = await settings(t, { file });
  t.is(fromFile('plain'), 'yes (FILE:1)');
  t.is(fromFile('history'), 'no (FILE:2)');
  t.is(fromFile('notify-private'), 'yes (FILE:3)');
  t.is(fromFile('auto-away'), 'off (FILE:4)');
  const variables = { IM_PLAIN: '0', IM_HISTORY: 'YES', IM_NOTIFY_PRIVATE: 'false', IM_AUTO_AWAY: '5' };
  const fromEnvironment = await settings(t, { file, variables });
  t.is(fromEnvironment('plain'), 'no (IM_PLAIN)');
  t.is(fromEnvironment('history'), 'yes (IM_HISTORY)');
  t.is(fromEnvironment('notify-private'), 'no (IM_NOTIFY_PRIVATE)');
  t.is(fromEnvironment('auto-away'), '5 (IM_AUTO_AWAY)');
  const args = ['--plain', '--no-history', '--notify-private', '--auto-away', 'off', '--notify', 'osc'];
  const fromLine = await settings(t, { variables }, ...args);
  t.is(fromLine('plain'), 'yes (command line)');
  t.is(fromLine('history'), 'no (command line)');
  t.is(fromLine('notify-private'), 'yes (command line)');
  t.is(fromLine('auto-away'), 'off (command line)');
  t.is(fromLine('notify'), 'osc (command line)');
});

test('XDG_CONFIG_HOME, if it is an absolute path, sets the directory of the file', async (t) => {
  const elsewhere = join(emptyEnvironment(t)['HOME'] ?? '', 'elsewhere');
  const setting = await settings(t, { file: 'server = x', variables: { XDG_CONFIG_HOME: elsewhere } });
  t.is(setting('server'), 'x (FILE:1)');
  for (const XDG_CONFIG_HOME of ['', 'relative']) {
    const environment = emptyEnvironment(t);
    const directory = join(environment['HOME'] ?? '', '.config', 'im');
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, 'client.conf'), 'server = home');
    const ignored = new Program(
      t,
      { name: 'im-client', environment: { ...environment, XDG_CONFIG_HOME } },
      'config',
    );
    await ignored.exited;
    t.regex(ignored.stdout, /^server +\S+ home /);
  }
});

test('an error in the file is one line with the path, the line number and the allowed values', async (t) => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['server', /FILE:1: 'server' is not a setting: write 'key = value'/],
    ['\n\ncolour = red', /FILE:3: 'colour' is not an option: use one of server, tcp-port, .*auto-away/],
    ['tcp-port = 70000', /FILE:1: tcp-port cannot be '70000'\. Use a port from 0 to 65535\./],
    ['user = not an id', /FILE:1: user cannot be 'not an id'\. Use 1 to 64 letters/],
    ['notify = loud', /FILE:1: notify cannot be 'loud'\. Allowed choices are off, bell, osc\./],
    ['plain = maybe', /FILE:1: plain cannot be 'maybe'\. Use yes or no\./],
    [
      'auto-away = 1441',
      /FILE:1: auto-away cannot be '1441'\. Use a number of minutes from 1 to 1440, or off\./,
    ],
    ['server =', /FILE:1: server cannot be ''\. Use a text that is not empty\./],
    ['\u001b]0;x\u0007 = 1', /FILE:1: '\u{FFFD}\]0;x\u{FFFD}' is not an option/u],
    ['#'.repeat(65 * 1024), /FILE: it has more than 65,536 bytes/],
  ];
  for (const [file, line] of cases) {
    const { code, stdout, stderr, path } = await run(t, { file });
    t.is(code, 2, file.slice(0, 50));
    t.is(stdout, '');
    t.regex(stderr.replace(path, 'FILE'), line);
    t.is(stderr.split('\n').length, 2, stderr);
  }
  for (const args of [['config'], ['history', 'bob']]) {
    t.regex((await run(t, { file: 'server' }, ...args)).stderr, /client\.conf:1: 'server' is not a setting/);
  }
});

test('an option may be set only once in the file', async (t) => {
  const { code, stderr, path } = await run(t, { file: 'user = alice\n# later\nuser = bob\n' }, 'config');
  t.is(code, 2);
  t.is(stderr, `im-client: ${path}:3: 'user' is already set in ${path}:1 (see im-client --help)\n`);
});

test('an error in a variable names the variable', async (t) => {
  const cases = {
    IM_SERVER: [' ', 'not empty'],
    IM_TCP_PORT: ['x', 'Use a port from 0 to 65535'],
    IM_UDP_PORT: ['-1', 'Use a port from 0 to 65535'],
    IM_MESSAGE_PORT: ['65536', 'Use a port from 0 to 65535'],
    IM_USER: ['no id', 'letters, digits'],
    IM_PLAIN: ['maybe', 'Use yes or no'],
    IM_HISTORY: ['', 'Use yes or no'],
    IM_NOTIFY: ['loud', 'off, bell, osc'],
    IM_NOTIFY_PRIVATE: ['2', 'Use yes or no'],
    IM_AUTO_AWAY: ['0', 'from 1 to 1440, or off'],
  };
  for (const [variable, [value = '', reason = '']] of Object.entries(cases)) {
    const { code, stderr } = await run(t, { variables: { [variable]: value } }, 'config');
    t.is(code, 2, variable);
    t.regex(
      stderr,
      new RegExp(`^im-client: option .* from env '${variable}' is invalid\\. .*${reason}.*\\n$`),
    );
  }
});

test('help and completions work even if the configuration file has a mistake', async (t) => {
  for (const args of [['--help'], ['--version'], ['history', '--help'], ['completion', 'bash']]) {
    const { code, stderr } = await run(t, { file: 'broken' }, ...args);
    t.is(code, 0, args.join(' '));
    t.is(stderr, '');
  }
});

test('a directory in the place of the file is an error', async (t) => {
  const environment = emptyEnvironment(t);
  await mkdir(join(environment['HOME'] ?? '', '.config', 'im', 'client.conf'), { recursive: true });
  const program = new Program(t, { name: 'im-client', environment }, 'config');
  t.is(await program.exited, 2);
  t.regex(program.stderr, /client\.conf: it is no/);
});

test('the client uses the configured user and server', async (t) => {
  const { code, stdout } = await run(t, { file: 'user = alice\nserver = 127.0.0.1\n' });
  t.is(code, 0);
  t.regex(stdout, /^Signed in as alice\.$/m);
});

test('a reader that closes the pipe early causes no error', async (t) => {
  const program = new Program(t, 'im-client', 'config');
  program.process.stdout?.destroy();
  await once(program.process, 'exit');
  t.is(program.process.exitCode, 0);
  t.is(program.stderr, '');
});
