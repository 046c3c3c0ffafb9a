import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import anyTest, { type ExecutionContext } from 'ava';
import { isInstalled } from '../helpers/installed.js';
import { emptyEnvironment, Program, temporaryDirectory } from '../helpers/programs.js';
import { Terminal } from '../helpers/terminal.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

type Name = 'im-client' | 'im-server';

/** Writes the script for a shell to a file, and returns its path. */
async function scriptOf(t: ExecutionContext, name: Name, shell: string): Promise<string> {
  const program = new Program(t, name, 'completion', shell);
  t.is(await program.exited, 0);
  t.is(program.stderr, '');
  const path = join(await temporaryDirectory(t), `script.${shell}`);
  await writeFile(path, program.stdout);
  return path;
}

/** Command lines, and the completions that each shell offers at their end. */
const CASES: readonly (readonly [line: string, offered: readonly string[]])[] = [
  ['im-client his', ['history']],
  ['im-client --server there his', ['history']],
  ['im-client --notify ', ['bell', 'off', 'osc']],
  ['im-client --notify b', ['bell']],
  ['im-client --tcp-port ', []],
  ['im-client completion ', ['bash', 'fish', 'zsh']],
  ['im-client history --se', ['--search']],
  ['im-client --server there history --s', ['--search']],
  [
    'im-client send --',
    ['--clear', '--help', '--json', '--no-history', '--private', '--server', '--timeout', '--udp-port'],
  ],
  ['im-client send alice bob --t', ['--timeout']],
  ['im-client --tcp-port 1 add --t', ['--tcp-port']],
  ['im-client add --u', []],
  ['im-client buddies --w', ['--watch']],
  ['im-client listen --accept ', ['all', 'ask', 'buddies']],
  ['im-client listen --m', ['--message-port']],
  ['im-client config --not', ['--notify', '--notify-private']],
  ['im-client completion --', ['--help']],
  ['im-client help sen', ['send']],
  ['im-client hel', ['help']],
  ['im-client config --js', ['--json']],
  ['im-client config --sea', []],
  ['im-client key ', ['new', 'restore', 'revoke', 'show', 'words']],
  ['im-client server ', ['forget', 'list']],
  ['im-client trust bob --w', ['--words']],
  ['im-client forget --', ['--help', '--json', '--server', '--tcp-port', '--user']],
  ['im-server --log-l', ['--log-level']],
  ['im-server --log-level ', ['debug', 'error', 'fatal', 'info', 'silent', 'trace', 'warn']],
  ['im-server ch', ['check']],
  ['im-server ban bob --f', ['--for']],
  ['im-server status --', ['--admin-socket', '--config', '--data', '--directory', '--help', '--json']],
  ['im-server export --', ['--force', '--help']],
  ['im-server import --', ['--help']],
  ['im-server --data there check --', ['--help']],
];

function bashOffers(script: string, line: string): string[] {
  const words = line.split(' ');
  const ask = `
    source "$1"; shift
    program=$1
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    complete -p "$program" > /dev/null || exit 1
    function=$(complete -p "$program" | sed 's/.*-F \\([^ ]*\\).*/\\1/')
    "$function" "$program" "\${COMP_WORDS[COMP_CWORD]}" "\${COMP_WORDS[COMP_CWORD - 1]}"
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = spawnSync('bash', ['-c', ask, 'bash', script, ...words], { encoding: 'utf8' });
  return stdout.split('\n').filter((word) => word !== '');
}

function fishOffers(script: string, line: string): string[] {
  const { stdout } = spawnSync('fish', ['-c', 'source $argv[1]; complete -C $argv[2]', script, line], {
    encoding: 'utf8',
  });
  return stdout.split('\n').flatMap((offer) => offer.split('\t')[0] || []);
}

for (const [shell, offers] of [
  ['bash', bashOffers],
  ['fish', fishOffers],
] as const) {
  test(`${shell} completes commands, options and values`, async (t) => {
    if (!isInstalled(t, shell)) return;
    const scripts = {
      'im-client': await scriptOf(t, 'im-client', shell),
      'im-server': await scriptOf(t, 'im-server', shell),
    };
    for (const [line, offered] of CASES) {
      const script = scripts[line.split(' ')[0] as Name];
      t.deepEqual(offers(script, line).toSorted(), offered.toSorted(), line);
    }
  });
}

test('bash completes a command even after an option whose value looks like a command', async (t) => {
  const script = await scriptOf(t, 'im-client', 'bash');
  t.deepEqual(bashOffers(script, 'im-client --server history con'), ['config']);
});

test('bash completes files only for arguments and options that name a file', async (t) => {
  const script = await scriptOf(t, 'im-server', 'bash');
  const ask = `
    source "$1"; compopt() { echo "files"; }
    COMP_WORDS=(im-server "$2" '') COMP_CWORD=2
    _im_server im-server '' "$2"`;
  const filesAfter = (word: string) =>
    spawnSync('bash', ['-c', ask, 'bash', script, word], { encoding: 'utf8' }).stdout.trim();
  t.is(filesAfter('--data'), 'files');
  t.is(filesAfter('export'), 'files');
  t.is(filesAfter('--tcp-port'), '');
  t.is(filesAfter('completion'), '');
});

test('zsh completes commands, options and values', async (t) => {
  if (!isInstalled(t, 'zsh')) return;
  const script = await scriptOf(t, 'im-client', 'zsh');
  const terminal = new Terminal(t, { columns: 100, rows: 20 }, 'zsh', '-f', '-i');
  terminal.press(`PS1='%% '; autoload -Uz compinit; compinit -D; source ${script}; clear\r`);
  await terminal.shows('%');
  for (const [typed, completed] of [
    ['im-client his', 'im-client history'],
    ['im-client --server there --notify be', 'im-client --server there --notify bell'],
    ['im-client history --sea', 'im-client history --search'],
    ['im-client completion fi', 'im-client completion fish'],
    ['im-client send --ti', 'im-client send --timeout'],
    ['im-client --notify off send alice bob --j', 'im-client --notify off send alice bob --json'],
    ['im-client listen --accept bu', 'im-client listen --accept buddies'],
    ['im-client listen --me', 'im-client listen --message-port'],
    ['im-client --tcp-port 1 help sen', 'im-client --tcp-port 1 help send'],
    ['im-client send --not', 'im-client send --not'],
  ] as const) {
    // The typed # shows that zsh has handled the Tab, even if there was nothing to complete.
    terminal.press(`${typed}\t#`);
    const rows = [`% ${completed}#`, `% ${completed} #`];
    await terminal.until(() => rows.includes(terminal.rows().at(-1) ?? ''), completed);
    terminal.press('\u0015');
    await terminal.shows('%');
  }
});

test('the error for an unknown shell lists the known shells', async (t) => {
  for (const name of ['im-client', 'im-server'] as const) {
    const program = new Program(t, { name, environment: emptyEnvironment(t) }, 'completion', 'csh');
    t.is(await program.exited, 2);
    t.regex(program.stderr, /^im-\w+: .*'csh' is invalid.*bash, zsh, fish/);
  }
});
