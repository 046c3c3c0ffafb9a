import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import anyTest, { type ExecutionContext } from 'ava';
import { createClientCommand } from '../../bin/client-command.js';
import { createServerCommand } from '../../bin/server-command.js';
import { ask } from '../helpers/network.js';
import {
  emptyEnvironment,
  Program,
  programPath,
  startServerProgram,
  temporaryDirectory,
} from '../helpers/programs.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

const HISTORY =
  '{"event":"message","at":"2026-11-25T14:05:09.120Z","id":"alice","buddy":"bob","text":"hello"}\n';

type Name = 'im-client' | 'im-server';

/** Runs the shell command `line`, in which `"$@"` stands for a program and its arguments. */
async function run(t: ExecutionContext, line: string, name: Name, args: readonly string[]) {
  const state = await temporaryDirectory(t);
  await mkdir(join(state, 'im', 'history'), { recursive: true });
  const environment = { ...emptyEnvironment(t), XDG_STATE_HOME: state };
  await writeFile(join(state, 'im', 'history', 'bob.jsonl'), HISTORY);
  const command = [process.execPath, programPath(name), ...args];
  const shell = spawn('sh', ['-c', line, 'sh', ...command], { env: environment });
  t.teardown(() => shell.kill('SIGKILL'));
  shell.stdin.end();
  let stderr = '';
  shell.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const [code] = (await once(shell, 'close')) as [number];
  return { code, stderr };
}

/** Starts a server with alice and bob, and creates a dump to import. */
async function prepare(t: ExecutionContext) {
  const directory = await temporaryDirectory(t);
  const database = join(directory, 'data');
  const { tcp, udp } = await startServerProgram(t, database);
  for (const request of ['REG alice', 'REG bob', 'ADD alice bob']) await ask(tcp, `${request}\n`);
  const dump = join(directory, 'dump.txt');
  await writeFile(dump, '# im-server dump: 1 users\nalice\n');
  const server = ['--server', '127.0.0.1', '--tcp-port', String(tcp), '--udp-port', String(udp)];
  return { directory, database, dump, server };
}

type Prepared = Awaited<ReturnType<typeof prepare>>;

const HELPS = [['--help'], ['--version']];

/** For each command of im-client, some command lines that print something on standard output. */
const CLIENT_LINES: Readonly<Record<string, (prepared: Prepared) => readonly (readonly string[])[]>> = {
  // Without a key, `key` and `delete` print nothing on standard output.
  key: () => [],
  delete: () => [],
  trust: ({ server }) => [['trust', 'alice', '--user', 'bob', ...server]],
  forget: ({ server }) => [['forget', 'alice', '--user', 'bob', ...server]],
  server: () => [['server', 'forget', '127.0.0.1:9']],
  history: () => [
    ['history', 'bob'],
    ['history', 'bob', '--json'],
  ],
  config: () => [['config'], ['config', '--json']],
  register: ({ server }) => [['register', 'carl', ...server]],
  add: ({ server }) => [['add', 'bob', 'alice', ...server]],
  del: ({ server }) => [['del', 'bob', 'alice', ...server]],
  buddies: ({ server }) => [
    ['buddies', 'alice', ...server],
    ['buddies', 'alice', '--watch', ...server],
    ['buddies', 'alice', '--json', ...server],
  ],
  send: ({ server }) => [['send', 'alice', 'bob', 'hello', '--json', ...server]],
  chat: ({ server }) => [['chat', 'alice', 'bob', '--json', ...server]],
  listen: ({ server }) => [['listen', 'alice', '--json', ...server]],
  completion: () => [['completion', 'bash']],
};

const SERVER_LINES: typeof CLIENT_LINES = {
  check: ({ database }) => [['check', database]],
  backup: ({ directory, database }) => [
    ['backup', join(directory, 'backup'), '--data', database],
    ['backup', join(directory, 'another'), '--data', database, '--json'],
  ],
  export: ({ database }) => [['export', database]],
  import: ({ directory, dump }) => [['import', join(directory, 'new'), dump]],
  key: ({ database }) => [
    ['key', database],
    ['key', database, '--json'],
  ],
  status: ({ database }) => [
    ['status', '--data', database],
    ['status', '--data', database, '--json'],
  ],
  who: ({ database }) => [['who', '--data', database]],
  users: ({ database }) => [['users', '--data', database]],
  show: ({ database }) => [['show', 'alice', '--data', database]],
  delete: ({ database }) => [['delete', 'bob', '--yes', '--data', database]],
  free: ({ database }) => [['free', 'bob', '--data', database]],
  ban: ({ database }) => [['ban', 'mallory', '--data', database]],
  bans: ({ database }) => [['bans', '--data', database]],
  unban: ({ database }) => [['unban', 'mallory', '--data', database]],
  reload: ({ database }) => [['reload', '--data', database]],
  stop: ({ database }) => [['stop', '--data', database]],
  config: () => [['config'], ['config', '--json']],
  completion: () => [['completion', 'fish']],
  // Without a PostgreSQL server, `migrate` prints only its help.
  migrate: () => [['migrate', '--help']],
};

const PROGRAMS = [
  ['im-client', createClientCommand(async () => {}, {}), CLIENT_LINES],
  ['im-server', createServerCommand(async () => {}), SERVER_LINES],
] as const;

for (const [name, program, lines] of PROGRAMS) {
  const commands = program.commands.map((command) => command.name());

  test(`every command of ${name} fails if standard output is full`, async (t) => {
    t.deepEqual(Object.keys(lines).toSorted(), commands.toSorted(), 'the table has every command');
    const prepared = await prepare(t);
    for (const args of [...HELPS, ...commands.flatMap((command) => lines[command]?.(prepared) ?? [])]) {
      const { code, stderr } = await run(t, '"$@" > /dev/full', name, args);
      t.is(code, 1, args.join(' '));
      t.true(stderr.endsWith(`${name}: standard output: no space left on device\n`), `${args}: ${stderr}`);
    }
  });

  test(`the help of every command of ${name} fails if standard output is full`, async (t) => {
    const helps = [
      ...commands.map((command) => [command, '--help']),
      ...(name === 'im-client' ? [['help']] : []),
    ];
    for (const args of helps) {
      const { code, stderr } = await run(t, '"$@" > /dev/full', name, args);
      t.is(code, 1, args.join(' '));
      t.is(stderr, `${name}: standard output: no space left on device\n`);
    }
  });

  test(`${name} fails if only a part of its output was written`, async (t) => {
    const file = join(await temporaryDirectory(t), 'output');
    // With a limit of 512 bytes, the kernel writes only a part, as on a nearly full disk.
    for (const args of [['--help'], ['completion', 'bash']]) {
      const { code, stderr } = await run(t, `ulimit -f 1; "$@" > ${file}`, name, args);
      t.is(code, 1, args.join(' '));
      t.is(stderr, `${name}: standard output: file too large\n`);
      const written = await readFile(file);
      t.true(written.length > 0, 'a part was written');
    }
  });

  test(`a reader of ${name} that closes the pipe early causes no error`, async (t) => {
    for (const args of [['--help'], ['completion', 'bash']]) {
      const started = new Program(t, name, ...args);
      started.process.stdout?.destroy();
      await once(started.process, 'exit');
      t.is(started.process.exitCode, 0, args.join(' '));
      t.is(started.stderr, '');
    }
  });
}
